"""What is replaced while a schedule runs, for the threads of actors alone; everybody else meets the original.

| what                               | becomes, in an actor                                                                    |
|------------------------------------|-----------------------------------------------------------------------------------------|
| time.sleep                         | a wait on the race's clock; nothing for the back-off of an SDK, which repeats at once   |
| boto3's transfers                  | made in the actor's own thread, as with TransferConfig(use_threads=False)               |
| time.time, time.time_ns, monotonic | the race's clock, if asked for (patch_time=True)                                        |
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

SDKS: Final = ("botocore.", "boto3.", "aiobotocore.", "s3transfer.", "urllib3.")
_sleep = time.sleep
_time, _time_ns, _monotonic = time.time, time.time_ns, time.monotonic

Sleep = Callable[[float], bool]  # of the thread that calls it; whether it was an actor's
Now = Callable[[], float | None]  # what an actor's clock shows; None for everybody else


def of_sdk(depth: int = 2) -> bool:
    """Whether the caller of a patched function belongs to an SDK."""
    return str(sys._getframe(depth).f_globals.get("__name__", "")).startswith(SDKS)


@contextmanager
def patched(sleep: Sleep, now: Now, *, patch_time: bool) -> Iterator[None]:
    def race_sleep(seconds: float, /) -> None:
        if of_sdk():
            if now() is None:
                _sleep(seconds)
        elif not sleep(seconds):
            _sleep(seconds)

    def race_time() -> float:
        shown = now()
        return _time() if shown is None or of_sdk() else shown

    def race_time_ns() -> int:
        shown = now()
        return _time_ns() if shown is None or of_sdk() else int(shown * 1_000_000_000)

    def race_monotonic() -> float:
        shown = now()
        return _monotonic() if shown is None or of_sdk() else shown

    replaced: dict[str, Any] = {"sleep": race_sleep}
    if patch_time:
        replaced |= {"time": race_time, "time_ns": race_time_ns, "monotonic": race_monotonic}
    originals = {name: getattr(time, name) for name in replaced}
    for name, function in replaced.items():
        setattr(time, name, function)
    try:
        with own_transfers(now):
            yield
    finally:
        for name, function in originals.items():
            setattr(time, name, function)


@contextmanager
def own_transfers(now: Now) -> Iterator[None]:
    """An actor's upload_file and the like use no other threads: requests from those could not be told apart from its own."""
    transfer: Any = sys.modules.get("boto3.s3.transfer")
    if transfer is None:
        yield
        return
    original = transfer.create_transfer_manager

    def create_transfer_manager(client: Any, config: Any, osutil: Any = None) -> Any:
        if now() is not None:
            config.use_threads = False
        return original(client, config, osutil)

    transfer.create_transfer_manager = create_transfer_manager
    try:
        yield
    finally:
        transfer.create_transfer_manager = original
