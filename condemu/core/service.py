"""What the server asks of a service."""

from __future__ import annotations

from typing import Protocol

from condemu.core.http import Request, Response
from condemu.core.store import Txn


class Service(Protocol):
    name: str

    async def handle(self, request: Request) -> Response:
        """Answer, always: every refusal is a response in the service's own error format. Raises only ClientDisconnected."""
        ...

    def forget_account(self, txn: Txn, account: str) -> None:
        """Delete all that belongs to one account: the reset of one tenant."""
        ...
