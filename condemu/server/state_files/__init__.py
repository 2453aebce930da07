"""State as files: what is there at the start, a directory that people write or a snapshot file (`--seed`); and snapshot files."""

from __future__ import annotations

from typing import Protocol


class SeedRefused(Exception):
    """A seed that cannot be applied. The sentence says which file is at fault, and how."""


class Settings(Protocol):
    """Those of an emulator that count here."""

    @property
    def seed(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def bucket_names(self) -> str: ...

    @property
    def spool_directory(self) -> str: ...
