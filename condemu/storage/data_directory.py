"""A directory that one process at a time keeps its state in: its format, its lock, and what stands in the way of using it."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from typing import Final

from condemu import __version__
from condemu.storage.frames import synced

FORMAT: Final = 1
HEADER: Final = "condemu.json"
LOCK: Final = "lock"
BODIES: Final = "bodies"


class DataUnusable(ValueError):
    """A store that cannot be used: said to the person who starts the emulator, with what to do about it."""


class DataDirectory:
    """The directory, locked. Raises DataUnusable.

    With a `secret`, which a new directory is to have, it is made where it is missing. `secret` is then what the directory has: of
    all processes that ever use it the same.
    """

    def __init__(self, path: str, secret: bytes = b"") -> None:
        self.path = path
        self.secret = secret
        create = bool(secret)
        self.bodies = os.path.join(path, BODIES)
        if not create and not os.path.isfile(os.path.join(path, HEADER)):
            raise DataUnusable(f"{path} is no data directory: there is no {HEADER} in it")
        try:
            os.makedirs(self.bodies, exist_ok=True)
            self._lock = _locked(os.path.join(path, LOCK))
        except BlockingIOError:
            raise DataUnusable(f"{path} is in use by {_user_of(path)}; it belongs to one condemu at a time") from None
        except OSError as problem:
            raise DataUnusable(f"{path} cannot be used as a data directory: {problem.strerror}") from None
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        """Refuse what another version made, or what is nobody's data directory."""
        header = os.path.join(self.path, HEADER)
        try:
            with open(header, encoding="utf-8") as file:
                document = json.load(file)
            made, by = document["format"], document["made_by"]
            self.secret = bytes.fromhex(document.get("secret", ""))
        except FileNotFoundError:
            self._begin(header)
            return
        except OSError as problem:
            raise DataUnusable(f"{header} cannot be read: {problem.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise DataUnusable(
                f"{header} is damaged. It says which format the directory has, and nothing of the state is in it: put back a"
                f' copy, or write {{"format": {FORMAT}, "made_by": "{__version__}"}} into it if this version made the'
                " directory; then condemu data check says whether the rest is sound"
            ) from None
        if made != FORMAT:
            raise DataUnusable(
                f"{self.path} has format {made!r}, made by condemu {by}; condemu {__version__} reads format {FORMAT}."
                f" Export it with that version (condemu data export) and import the file here"
            )

    def _begin(self, header: str) -> None:
        strange = sorted(set(os.listdir(self.path)) - {LOCK, BODIES, "lost+found"})
        if strange:
            raise DataUnusable(f"{self.path} is no data directory: it has {strange[0]!r} in it, but no {HEADER}")
        try:
            with open(f"{header}.part", "w", encoding="utf-8") as file:
                json.dump({"format": FORMAT, "made_by": __version__, "secret": self.secret.hex()}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(f"{header}.part", header)
            synced(self.path)
        except OSError as problem:
            raise DataUnusable(f"{self.path} cannot be written: {problem.strerror}") from None

    def close(self) -> None:
        """Let others use it."""
        os.close(self._lock)


def _locked(path: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _user_of(path: str) -> str:
    with suppress(OSError, ValueError), open(os.path.join(path, LOCK), encoding="ascii") as file:
        return f"process {int(file.read())}"
    return "another process"
