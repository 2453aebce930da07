"""What the server asks of a service."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response

T = TypeVar("T")


class Service(Protocol):
    name: str

    async def handle(self, request: Request) -> Response:
        """Answer, always: every refusal is a response in the service's own error format. Raises only ClientDisconnected."""
        ...

    def refused(self, http: Request, error: ServiceError) -> Response:
        """A refusal in the service's own format, of a request that nobody looked at."""
        ...


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("a request without a socket had to wait")
