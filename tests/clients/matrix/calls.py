"""The calls of the matrix, and what the server's request log must say before one counts as made.

A program says what its client was told. That alone proves little: a client that drops a condition without a word is told
"accepted", too. So each call has proofs, looked for among the requests to the bucket or table that is the cell's own: the name
of a condition and its value ("*" for If-None-Match: *, "…" for any), and a status. A cell is ok if the program says so and
each of its proofs is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

WORKERS: Final = 16
TIMES: Final = 4  # that each worker adds one
SUM: Final = WORKERS * TIMES


@dataclass(frozen=True, slots=True)
class Proof:
    """So many requests, at the least, of one of these operations with this condition and this status."""

    operations: tuple[str, ...]
    status: tuple[int, ...]
    condition: str = ""
    value: str = "…"
    times: int = 1

    def found(self, log: list[dict[str, Any]]) -> bool:
        return sum(map(self.holds, log)) >= self.times

    def holds(self, entry: dict[str, Any]) -> bool:
        if entry["operation"] not in self.operations or entry["status"] not in self.status:
            return False
        value = entry["conditions"].get(self.condition) if self.condition else ""
        return value is not None and self.value in ("…", value)

    def words(self) -> str:
        condition = f" with {self.condition}" + (f": {self.value}" if self.value != "…" else "") if self.condition else ""
        times = f"{self.times} × " if self.times > 1 else ""
        return f"{times}{' or '.join(self.operations)}{condition} answered {' or '.join(map(str, self.status))}"


@dataclass(frozen=True, slots=True)
class Call:
    """A column: `name` is what programs report, `title` what the page says."""

    name: str
    title: str
    means: str
    proofs: tuple[Proof, ...] = ()


OK: Final = (200, 204)
PUT: Final = ("PutObject", "CompleteMultipartUpload", "CopyObject")
GET: Final = ("GetObject",)
SEEN: Final = ("GetObject", "HeadObject")

S3: Final = (
    Call("create", "create", "If-None-Match: * onto nothing", (Proof(PUT, OK, "If-None-Match", "*"),)),
    Call(
        "create-refused",
        "create, refused",
        "the same onto an object, and the client says that it was refused",
        (Proof(PUT, (412,), "If-None-Match", "*"),),
    ),
    Call("swap", "swap", "If-Match with the current ETag", (Proof(PUT, OK, "If-Match"),)),
    Call("swap-refused", "swap, refused", "If-Match with an old ETag", (Proof(PUT, (412,), "If-Match"),)),
    Call("get", "get", "what was written is read again", (Proof(GET, (200, 206)),)),
    Call("not-modified", "304", "a read with If-None-Match and the current ETag", (Proof(SEEN, (304,), "If-None-Match"),)),
    Call(
        "multipart",
        "parts, if none",
        "CompleteMultipartUpload with If-None-Match: *, taken and refused",
        (
            Proof(("CompleteMultipartUpload",), OK, "If-None-Match", "*"),
            Proof(("CompleteMultipartUpload",), (412,), "If-None-Match", "*"),
        ),
    ),
    Call("copy", "copy", "CopyObject within a bucket", (Proof(("CopyObject",), OK),)),
    Call("list", "list", "three keys, below a prefix", (Proof(("ListObjectsV2", "ListObjects"), OK),)),
    Call("delete", "delete", "an object is gone", (Proof(("DeleteObject", "DeleteObjects"), OK),)),
    Call("versions", "versions", "two versions, listed and the older one read", (Proof(("ListObjectVersions",), OK),)),
    Call(
        "presigned",
        "presigned, if none",
        "a presigned PUT with If-None-Match: *, sent by plain HTTP, taken and refused",
        (Proof(("PutObject",), OK, "If-None-Match", "*"), Proof(("PutObject",), (412,), "If-None-Match", "*")),
    ),
    Call(
        "checksum",
        "checksum",
        "a checksum that the caller gives: the right one is stored, a wrong one refused",
        (Proof(("PutObject",), OK), Proof(("PutObject",), (400,))),
    ),
    Call(
        "large",
        "64 MiB",
        "a body of 64 MiB, written and read",
        (Proof(("PutObject", "CompleteMultipartUpload"), OK), Proof(GET, (200, 206))),
    ),
    Call(
        "counter",
        "counter, 16",
        f"{WORKERS} workers add one {TIMES} times each by If-Match; the sum is {SUM}",
        (Proof(PUT, OK, "If-Match", times=SUM),),
    ),
    Call(
        "virtual", "virtual host", "written and read with the bucket in the host's name", (Proof(PUT, OK), Proof(GET, (200, 206)))
    ),
    Call("https", "https", "written and read over TLS, with the certificate verified", (Proof(PUT, OK), Proof(GET, (200, 206)))),
)

_IF: Final = "ConditionExpression"
_WRITE: Final = ("PutItem", "UpdateItem", "TransactWriteItems", "DeleteItem")

DYNAMODB: Final = (
    Call("create", "create", "an item that must not exist, onto nothing", (Proof(_WRITE, (200,), _IF),)),
    Call("create-refused", "create, refused", "the same onto an item", (Proof(_WRITE, (400,), _IF),)),
    Call("swap", "swap", "a version that must be the one that was read", (Proof(_WRITE, (200,), _IF),)),
    Call("swap-refused", "swap, refused", "the same with an old version", (Proof(_WRITE, (400,), _IF),)),
    Call("met", "the item it met", "the refusal brings the item that refused it (ALL_OLD)", (Proof(_WRITE, (400,)),)),
    Call("get", "get", "read consistently", (Proof(("GetItem",), (200,)),)),
    Call("query", "query", "items of one partition, in order", (Proof(("Query",), (200,)),)),
    Call(
        "delete",
        "delete, if",
        "a delete with a condition, refused and taken",
        (Proof(("DeleteItem",), (400,), _IF), Proof(("DeleteItem",), (200,), _IF)),
    ),
    Call(
        "transaction",
        "transaction",
        "two items at once; refused, with a reason for each",
        (Proof(("TransactWriteItems",), (200,)), Proof(("TransactWriteItems",), (400,))),
    ),
    Call("batch", "batch", "30 items, in batches of 25", (Proof(("BatchWriteItem",), (200,), times=2),)),
    Call(
        "counter",
        "counter, 16",
        f"{WORKERS} workers add one {TIMES} times each by version; the sum is {SUM}",
        (Proof(_WRITE, (200,), _IF, times=SUM),),
    ),
    Call(
        "https",
        "https",
        "written and read over TLS, with the certificate verified",
        (Proof(_WRITE, (200,)), Proof(("GetItem",), (200,))),
    ),
)

_COMMITTED: Final = Proof((*PUT, *_WRITE), OK)

STORES: Final = (
    Call("write", "write", "something new", (_COMMITTED,)),
    Call("read", "read", "what was written is read by another session", (_COMMITTED, Proof((*GET, "GetItem"), (200, 206)))),
    Call("again", "second commit", "onto the first, and both are there", (_COMMITTED,)),
    Call(
        "conflict",
        "conflict",
        "two that began from the same state: the second is told of a conflict, by S3's 412 or because it looked before it wrote",
        (_COMMITTED,),
    ),
    Call("history", "history", "an older state is read", (_COMMITTED,)),
    Call("list", "list", "the names of what is there", (_COMMITTED,)),
    Call("delete", "delete", "what was deleted is gone", (_COMMITTED,)),
    Call("large", "64 MiB", "64 MiB, written and read", (_COMMITTED, Proof(GET, (200, 206)))),
    Call("counter", "16 writers", f"{WORKERS} writers at once; nothing is lost", (Proof((*PUT, *_WRITE), OK, times=WORKERS),)),
    Call("https", "https", "written and read over TLS, with the certificate verified", (_COMMITTED,)),
)

_TAKEN: Final = Proof(_WRITE, (200,), _IF)

LOCKS: Final = (
    Call("taken", "taken", "one takes it", (_TAKEN,)),
    Call("refused", "refused", "another does not, while the first holds it", (_TAKEN,)),
    Call("released", "released", "another takes it after that", (Proof(_WRITE, (200,), _IF, times=2),)),
    Call(
        "counter",
        "16 workers",
        f"{WORKERS} workers add one under it {TIMES} times each, without any other care; the sum is {SUM}",
        (Proof(_WRITE, (200,), _IF, times=SUM),),
    ),
    Call("https", "https", "taken and released over TLS, with the certificate verified", (_TAKEN,)),
)

SETS: Final = {"s3": S3, "dynamodb": DYNAMODB, "stores": STORES, "locks": LOCKS}
