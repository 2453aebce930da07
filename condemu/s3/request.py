"""One S3 request, decoded: its members by AWS's names, and what the stages before the decision found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from condemu.core.blobs import EMPTY, Blob
from condemu.core.http import Request

if TYPE_CHECKING:
    from condemu.s3.objects.bodies import Digests
    from condemu.s3.operations import Operation


class S3Request:
    """`request["IfMatch"]` is the member's text, or None when the client did not send it.

    `namespace` is the account whose bucket names count, None where all accounts share them (state/names.py).
    `http` is the request as it came; `region` the emulator's own; `began` the commit index at which it arrived;
    `body` the spooled body and `digests` what was computed over it; `xml` the document of an operation that takes one.
    """

    __slots__ = (
        "account",
        "authentication",
        "body",
        "bucket",
        "digests",
        "http",
        "key",
        "members",
        "memory",
        "namespace",
        "operation",
        "query",
        "region",
        "xml",
    )

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
        self.account = "000000000000"
        self.namespace: str | None = None
        self.region = "us-east-1"
        self.authentication: Any = None
        self.body: Blob = EMPTY
        self.digests: Digests | None = None
        self.xml: Any = None
        self.memory: dict[tuple[int, str], tuple[Blob, str]] = {}

    @property
    def began(self) -> int:
        return self.http.call.arrived_index

    def __getitem__(self, member: str) -> Any:
        return self.members.get(member)

    def entry(self, key: str, members: dict[str, Any]) -> S3Request:
        """One entry of a request that names several keys: the same caller, at the same moment."""
        entry = S3Request(self.http, self.operation, self.bucket, key, members, self.query)
        entry.account, entry.namespace, entry.authentication = self.account, self.namespace, self.authentication
        return entry

    def remember(self, blob: Blob, what: str, text: str) -> None:
        """Keep what was computed over a blob: blobs never change, and a decision may run again."""
        self.memory[id(blob), what] = (blob, text)

    def recalls(self, blob: Blob, what: str) -> bool:
        return (id(blob), what) in self.memory

    def recall(self, blob: Blob, what: str) -> str:
        """What was remembered of that very blob."""
        return self.memory[id(blob), what][1]
