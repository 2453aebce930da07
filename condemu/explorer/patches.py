"""What is replaced while a schedule runs, for the threads of actors alone; everybody else meets the original.

| what                                    | becomes, in an actor                                                      |
|-----------------------------------------|---------------------------------------------------------------------------|
| time.sleep                              | a wait on the race's clock                                                |
| time.sleep and asyncio.sleep, of an SDK | nothing: it repeats at once, and for its own clock the time has passed    |
| boto3's transfers                       | made in the actor's own thread, as with TransferConfig(use_threads=False) |
| time.time, time.time_ns, time.monotonic | the race's clock, if asked for (patch_time=True)                          |
| datetime.now, utcnow, today, date.today | the same                                                                  |

The sleeps of an event loop are those of its selector (`coroutines.py`).
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from condemu.explorer import datetimes

SDKS: Final = ("botocore.", "boto3.", "aiobotocore.", "s3transfer.", "urllib3.")
_sleep, _async_sleep = time.sleep, asyncio.sleep
_time, _time_ns, _monotonic = time.time, time.time_ns, time.monotonic

Sleep = Callable[[float], bool]  # of the thread that calls it; whether it was an actor's
Now = Callable[[], float | None]  # what an actor's clock shows; None for everybody else


def of_sdk(depth: int = 2) -> bool:
    """Whether the caller of a patched function belongs to an SDK."""
    return str(sys._getframe(depth).f_globals.get("__name__", "")).startswith(SDKS)


@contextmanager
def patched(sleep: Sleep, now: Now, *, patch_time: bool) -> Iterator[None]:
    slept = threading.local()  # how far an SDK's clock is ahead in this thread, for what it did not sleep

    def sdk_slept(seconds: float) -> None:
        slept.seconds = getattr(slept, "seconds", 0.0) + seconds

    def race_sleep(seconds: float, /) -> None:
        if not of_sdk():
            if not sleep(seconds):
                _sleep(seconds)
        elif now() is None:
            _sleep(seconds)
        else:
            sdk_slept(seconds)

    async def race_async_sleep(delay: float, result: Any = None) -> Any:
        if now() is None or not of_sdk():
            return await _async_sleep(delay, result)
        sdk_slept(delay)
        return await _async_sleep(0, result)

    def race_time() -> float:
        shown = now()
        if shown is None:
            return _time()
        if of_sdk():
            return _time() + getattr(slept, "seconds", 0.0)
        return shown if patch_time else _time()

    def race_time_ns() -> int:
        shown = now()
        return _time_ns() if shown is None or of_sdk() else int(shown * 1_000_000_000)

    def race_monotonic() -> float:
        shown = now()
        return _monotonic() if shown is None or of_sdk() else shown

    def race_datetime() -> float | None:
        shown = now()
        return None if shown is None or of_sdk(3) else shown

    replaced = [(time, "sleep", race_sleep), (time, "time", race_time), (asyncio, "sleep", race_async_sleep)]
    if patch_time:
        replaced += [(time, "time_ns", race_time_ns), (time, "monotonic", race_monotonic)]
    originals = [(module, name, getattr(module, name)) for module, name, _ in replaced]
    for module, name, function in replaced:
        setattr(module, name, function)
    try:
        with own_transfers(now), ExitStack() as more:
            if patch_time:
                more.enter_context(datetimes.replaced(race_datetime))
            yield
    finally:
        for module, name, function in originals:
            setattr(module, name, function)


@contextmanager
def own_transfers(now: Now) -> Iterator[None]:
    """An actor's upload_file and the like use no other threads: requests from those could not be told apart from its own."""
    import boto3.s3.inject as inject
    import boto3.s3.transfer as transfer

    original = transfer.create_transfer_manager

    def create_transfer_manager(client: Any, config: Any, osutil: Any = None) -> Any:
        if now() is not None:
            config.use_threads = False
        return original(client, config, osutil)

    transfer.create_transfer_manager = inject.create_transfer_manager = create_transfer_manager
    try:
        yield
    finally:
        transfer.create_transfer_manager = inject.create_transfer_manager = original
