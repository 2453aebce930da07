"""What the server asks of a service."""

from __future__ import annotations

from typing import Protocol

from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response


class Service(Protocol):
    name: str

    async def handle(self, request: Request) -> Response:
        """Answer, always: every refusal is a response in the service's own error format. Raises only ClientDisconnected."""
        ...

    def refused(self, http: Request, error: ServiceError) -> Response:
        """A refusal in the service's own format, of a request that nobody looked at."""
        ...
