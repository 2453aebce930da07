"""`datetime.now`, `utcnow` and `today` while a schedule runs: the types stay what they are, some of their methods are others.

These types are written in C and ask the machine themselves: replacing `time.time` does not reach them, and nothing can be
assigned to them. A subclass put in their place would be missed by whoever imported the name before, and be told by `isinstance`
and by pickle. So the methods are exchanged in the types' own dictionaries, which are reached by way of the garbage collector, and
CPython is told to forget what it has looked up there. Subclasses inherit them; all that is made is made by `fromtimestamp`.

Another Python than CPython has these types in Python, and they ask `time.time`.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from typing import Any

Shown = Callable[[], float | None]  # what the clock of the thread that asks shows; None for the machine's


@contextmanager
def replaced(shown: Shown) -> Iterator[None]:
    """Within it the present is what `shown` tells. `shown` is called by the method itself."""
    if sys.implementation.name != "cpython":
        yield
        return
    datetimes, dates = _methods(datetime), _methods(date)
    machine_now, machine_utcnow, machine_today = datetimes["now"], datetimes["utcnow"], dates["today"]

    def now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        time = shown()
        return machine_now.__get__(None, cls)(tz) if time is None else cls.fromtimestamp(time, tz)

    def utcnow(cls: type[datetime]) -> datetime:
        time = shown()
        if time is None:
            return machine_utcnow.__get__(None, cls)()  # type: ignore[no-any-return]
        return cls.fromtimestamp(time, UTC).replace(tzinfo=None)

    def today(cls: type[date]) -> date:
        time = shown()
        return machine_today.__get__(None, cls)() if time is None else cls.fromtimestamp(time)

    datetimes["now"], datetimes["utcnow"], dates["today"] = map(classmethod, (now, utcnow, today))
    _forget_what_was_looked_up()
    try:
        yield
    finally:
        datetimes["now"], datetimes["utcnow"], dates["today"] = machine_now, machine_utcnow, machine_today
        _forget_what_was_looked_up()


def _methods(kind: type) -> dict[str, Any]:
    """The dictionary behind a type's `__dict__`, which itself cannot be written."""
    return next(held for held in gc.get_referents(kind.__dict__) if type(held) is dict)


def _forget_what_was_looked_up() -> None:
    for kind in (datetime, date):
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
