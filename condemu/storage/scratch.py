"""Directories for the files of one process, which are removed when it ends; what a killed one left, the next one removes."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from typing import Final

LOCK: Final = "lock"


def scratch_directory(prefix: str) -> tuple[str, int]:
    """A new directory for temporary files, and the lock that says that somebody uses it: closed, it is anybody's to remove.

    Those of processes that have ended are removed. It has its name when it is locked, so that nobody takes it for one of them.
    """
    home = tempfile.gettempdir()
    for name in os.listdir(home):
        if name.startswith(prefix):
            _remove_unused(os.path.join(home, name))
    made = tempfile.mkdtemp(prefix=f"new-{prefix}")
    lock = os.open(os.path.join(made, LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    path = os.path.join(home, os.path.basename(made).removeprefix("new-"))
    os.rename(made, path)
    return path, lock


def _remove_unused(path: str) -> None:
    with suppress(OSError):  # somebody uses it, somebody else removes it, or it is another user's
        lock = os.open(os.path.join(path, LOCK), os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
        finally:
            os.close(lock)
