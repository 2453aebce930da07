"""What the checks of a signature need to know: the keys, how strictly to look, and the time.

`authenticate.py` has it. It imports the checks of every protocol, so what it tells them is declared here, below both.
"""

from __future__ import annotations

from typing import Protocol

from condemu.auth.credentials import Book
from condemu.auth.principals import Principal


class Verifier(Protocol):
    """Read by the checks of one request."""

    @property
    def book(self) -> Book: ...

    @property
    def mode(self) -> str: ...

    @property
    def region(self) -> str: ...

    def state_time(self, now: float) -> float:
        """The time at which presigned requests expire: the state's, or `now`."""
        ...

    def stranger(self, access_key: str) -> Principal:
        """Who uses a key without a known secret. Raises AuthFailure if the mode is strict."""
        ...
