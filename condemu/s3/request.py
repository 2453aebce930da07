"""One S3 request, decoded: its members by AWS's names, and what the stages before the decision found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from condemu.core.blobs import EMPTY, Blob
from condemu.core.http import Request

if TYPE_CHECKING:
    from condemu.s3.bodies import Digests
    from condemu.s3.operations import Operation


class S3Request:
    """`request["IfMatch"]` is the member's text, or None when the client did not send it.

    `http` is the request as it came; `began` the commit index at which it was received; `body` the spooled body and `digests` what
    was computed over it; `xml` the parsed document of an operation that takes one.
    """

    __slots__ = ("account", "authentication", "began", "body", "bucket", "digests", "http", "key", "members", "operation", "query", "xml")

    def __init__(
        self,
        http: Request,
        operation: Operation,
        bucket: str,
        key: str,
        members: dict[str, Any],
        query: Mapping[str, str],
    ) -> None:
        self.http = http
        self.operation = operation
        self.bucket = bucket
        self.key = key
        self.members = members
        self.query = query
        self.began = http.received_index
        self.account = "000000000000"
        self.authentication: Any = None
        self.body: Blob = EMPTY
        self.digests: Digests | None = None
        self.xml: Any = None

    def __getitem__(self, member: str) -> Any:
        return self.members.get(member)
