"""What the checks of a signature need to know: the keys, how strictly to look, and the time.

`authenticate.py` has it. It imports the checks of every protocol, so what it tells them is declared here, below both.
"""

from __future__ import annotations

from typing import Protocol

from condemu.auth.credentials import CredentialBook


class Verifier(Protocol):
    """Read by the checks of one request."""

    @property
    def book(self) -> CredentialBook: ...

    @property
    def mode(self) -> str: ...

    @property
    def region(self) -> str: ...

    def state_time(self, now: float) -> float:
        """The time at which presigned requests expire: the state's, or `now`."""
        ...

    def refuse_unknown(self, access_key: str) -> None:
        """Raises AuthFailure for a key without a known secret, if the mode is strict."""
        ...
