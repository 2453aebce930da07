"""All that is known about one operation of S3: its row. The rows are in operations.py.

A request knows its row. The row knows no request: `R` stands for what its functions take, which is a request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Store, Txn
from condemu.s3.requests.members import Member

R = TypeVar("R")
Result = dict[str, Any]

# What becomes of a request's body.
BLOB: Final = "blob"  # it is an object's
FORM: Final = "form"  # a browser's, with an object in it
XML: Final = "xml"  # a document


@dataclass(frozen=True, slots=True)
class Operation(Generic[R]):
    """How an operation is recognized, authorized, run and answered. One without a handler answers 501 by its name.

    Recognized. `level` is what its path names: a "service", a "bucket" or an "object". `marker` is the query parameter that
    selects it among those of the same method and level, `also` a second one that must be there, too. `copies` means that
    x-amz-copy-source must be there. `path` is one of its own, which no bucket could be called; `express` says that its endpoint
    is S3 Express, where the service is asked for nothing else.

    Run. `takes` says what becomes of the request's body. `check` refuses, before the body is read, what no state could make
    right. `ahead` computes, before the decision, what would keep others waiting in it. With `entries` there is one decision for
    each of them, and `gather` makes the result of their outcomes.

    Answered. `status_of` tells the status of a success that has several. `root` is the tag of the answer's document, and
    `members` are those of the result that belong into it; all others are headers.

    Conditions. `conditions` are the members that it takes as such; all others are refused (conditions.py). `encryption` are those
    that it takes about keys.

    Digests. `checksum_of_object` says that a checksum in the headers is not the body's but that of the object to be.
    `echoes_base64` says how BadDigest repeats the Content-MD5 that was sent: as it was, not in hexadecimal.

    Authorized. `actions` are its IAM action, and its action on a version where that is another; `needs` tell which more the
    request needs by what it asks for (access/needs.py). `after_body` says that its document or form tells what policies ask
    about, and must be here first. `new_bucket` says that the bucket need not exist. `owner_only`: 405 for other accounts, and no
    policy keeps the owner's root user from it. `anonymous` is the refusal of whoever has no credentials, whatever policies allow.
    `hides` says that only those who may list the bucket are told that a key is missing. `seen_by` maps members of the result to
    the action without which the caller does not get them. `takes_acl` says that its document is an access control list.

    Seen by policies. `creates` is the value of s3:ObjectCreationOperation. `copies_tags` says that the source's tags are read,
    unless the request replaces them. `ignores_tags`: s3:ExistingObjectTag is absent for what it reads. `upload_encryption`: the
    encryption that it asks for is what CreateMultipartUpload asked for.
    """

    name: str
    method: str
    level: str
    marker: str
    also: str = ""
    copies: bool = False
    path: str = ""
    express: bool = False

    handler: Callable[[Txn, R], Result] | None = None
    writes: bool = False
    takes: str = ""
    check: Callable[[R], None] | None = None
    ahead: Callable[[R, Store], Awaitable[None]] | None = None
    entries: Callable[[R], list[R]] | None = None
    gather: Callable[[R, list[R], list[Result | ServiceError]], Result] | None = None

    status: int = 200
    status_of: Callable[[R, Result], int] | None = None
    root: str = ""
    members: tuple[str, ...] = ()

    conditions: frozenset[Member] = frozenset()
    encryption: frozenset[Member] = frozenset()

    checksum_of_object: bool = False
    echoes_base64: bool = False

    actions: tuple[str, ...] = ()
    needs: tuple[Callable[[R], list[str]], ...] = ()
    after_body: bool = False
    new_bucket: bool = False
    owner_only: bool = False
    anonymous: ErrorRow | None = None
    hides: bool = False
    seen_by: Mapping[str, str] = field(default_factory=dict)
    takes_acl: bool = False

    creates: str | None = None
    copies_tags: bool = False
    ignores_tags: bool = False
    upload_encryption: bool = False
