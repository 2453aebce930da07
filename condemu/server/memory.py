"""How a process that serves treats memory: for a process of its own only, not for one that a test suite lives in.

Two habits cost more than they give here. The collector looks through all objects again and again for cycles, of which there are
none: records are immutable, and requests leave none behind (a test counts). And the C library returns the memory of a large body
to the kernel at once, to ask for it again with the next one: a page that is new costs more than the bytes that fill it, in a
virtual machine many times more.
"""

from __future__ import annotations

import ctypes
import gc
from typing import Final

_COLLECT_AFTER: Final = (50_000, 20, 50)  # new objects, and younger collections before an older generation's turn
# mallopt(3): parameter and value
_TRIM_THRESHOLD: Final = (-1, 256 * 1024 * 1024)  # bytes kept for the next bodies: as many as those in memory may take together
_MMAP_THRESHOLD: Final = (-3, 32 * 1024 * 1024)  # bytes of a piece that gets memory of its own; pieces of bodies are smaller


def settle() -> None:
    """Called once, when the emulator is built and before it serves."""
    gc.collect()
    gc.freeze()  # what is here now stays: no collection need look at it again
    gc.set_threshold(*_COLLECT_AFTER)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; other C libraries have none
    if mallopt is not None:
        for parameter, value in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(parameter, value)
