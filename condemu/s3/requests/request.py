"""One S3 request, decoded: its members by AWS's names, and what the stages before the decision found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from condemu.auth.authentication import Authentication
from condemu.core.blobs import EMPTY, Blob
from condemu.core.http import Request
from condemu.core.records import record
from condemu.s3.requests.members import Member, Members
from condemu.s3.requests.operation import Operation
from condemu.s3.state.records import Bucket


@record
class Digests:
    """What was computed over a body: its MD5 in hex, and the checksum that is kept with the object.

    `given` is the algorithm of which the client sent a value, "" if it sent none; then the checksum is a CRC64NVME, as S3's is.
    `crc64nvme` is that digest in any case: an upload that chose no algorithm becomes an object with a CRC64NVME.
    """

    md5: str
    checksum_algorithm: str = ""
    checksum: str = ""  # base64
    given: str = ""
    crc64nvme: bytes = b""


class S3Request:
    """`request["IfMatch"]` is the member's text, or None when the client did not send it. User metadata is in `metadata`.

    `namespace` is the account whose bucket names count, None where all accounts share them (state/buckets.py).
    `http` is the request as it came, and `http.call.arrived_index` the commit index at which it arrived; `region` the emulator's
    own; `authentication` who asks, None where the service was built to ask nobody; `body` the spooled body and `digests` what was
    computed over it; `xml` the document of an operation that takes one. `found_bucket` is what bucket.py remembers.
    """

    __slots__ = (
        "account", "authentication", "body", "bucket", "digests", "found_at", "found_bucket", "http", "key", "members", "memory",
        "metadata", "namespace", "operation", "query", "region", "xml",
    )  # fmt: skip

    def __init__(
        self,
        http: Request,
        operation: Row,
        bucket: str,
        key: str,
        members: Members,
        query: Mapping[str, str],
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.http = http
        self.operation = operation
        self.bucket = bucket
        self.key = key
        self.members = members
        self.query = query
        self.metadata: dict[str, str] = metadata or {}
        self.account = "000000000000"
        self.namespace: str | None = None
        self.region = "us-east-1"
        self.authentication: Authentication | None = None
        self.body: Blob = EMPTY
        self.digests: Digests | None = None
        self.xml = b""
        self.found_bucket: Bucket | None = None
        self.found_at = 0
        self.memory: dict[tuple[int, str], tuple[Blob, str]] = {}

    def __getitem__(self, member: Member) -> str | None:
        return self.members.get(member)

    def entry(self, key: str, members: Members) -> S3Request:
        """One entry of a request that names several keys: the same caller, at the same moment."""
        entry = S3Request(self.http, self.operation, self.bucket, key, members, self.query)
        entry.account, entry.namespace, entry.authentication = self.account, self.namespace, self.authentication
        entry.found_bucket, entry.found_at = self.found_bucket, self.found_at
        return entry

    def remember(self, blob: Blob, what: str, text: str) -> None:
        """Keep what was computed over a blob: blobs never change, and a decision may run again."""
        self.memory[id(blob), what] = (blob, text)

    def recalls(self, blob: Blob, what: str) -> bool:
        return (id(blob), what) in self.memory

    def recall(self, blob: Blob, what: str) -> str:
        """What was remembered of that very blob."""
        return self.memory[id(blob), what][1]


Row: TypeAlias = Operation[S3Request]
