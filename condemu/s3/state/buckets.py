"""How a bucket's name leads to the bucket, and how its record changes.

| `--bucket-names`    | the bucket `data` that a request means       |
|---------------------|----------------------------------------------|
| global, the default | the one bucket of that name, whoever owns it |
| per-account         | the requester's own bucket of that name      |

Global names are AWS's (S3 User Guide, "General purpose bucket naming rules").

With names of its own an account never meets another's buckets, so test runs that share a server need not invent names. It
cannot reach another account's bucket either: no policy and no ACL helps, because no name leads there. To test access across
accounts, use global names; or assume a role of the other account, since a role's session uses the names of the role's account. A
request without credentials (an anonymous read, a CORS preflight) uses the names of the emulator's own account. A presigned URL
and a signed form use the names of the account that signed them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from condemu.core.store import Txn
from condemu.s3.state.records import BUCKETS, NAMES, Bucket, Name

GLOBAL: Final = "global"
PER_ACCOUNT: Final = "per-account"
UNKNOWN: Final = ""  # whose names a form means is known when its fields are read


def bucket_named(txn: Txn, name: str, namespace: str | None = None) -> Bucket | None:
    """The bucket that a name means. `namespace` is the account whose names count; None for the names that all accounts share."""
    if namespace is None:
        holder: Name | None = txn.get(NAMES, (name,))
        if holder is None:
            return None
        namespace = holder.account
    bucket: Bucket | None = txn.get(BUCKETS, (namespace, name))
    return bucket


def take_name(txn: Txn, bucket: Bucket, namespace: str | None) -> None:
    """The bucket is created: its name is nobody else's."""
    if namespace is None:
        txn.put(NAMES, (bucket.name,), Name(bucket.owner, bucket.incarnation))


def free_name(txn: Txn, bucket: Bucket) -> None:
    """The bucket is deleted."""
    holder: Name | None = txn.get(NAMES, (bucket.name,))
    if holder is not None and holder.incarnation == bucket.incarnation and holder.account == bucket.owner:
        txn.delete(NAMES, (bucket.name,))


def change(txn: Txn, bucket: Bucket, **fields: Any) -> Bucket:
    """The bucket with some of its fields exchanged."""
    changed = replace(bucket, **fields)
    txn.put(BUCKETS, (bucket.owner, bucket.name), changed)
    return changed


def configure(txn: Txn, bucket: Bucket, name: str, configuration: Any) -> Bucket:
    """Set one of the bucket's configurations; None removes it. What changes nothing is no commit."""
    if bucket.configurations.get(name) == configuration:
        return bucket
    others = {key: value for key, value in bucket.configurations.items() if key != name}
    held: Mapping[str, Any] = others if configuration is None else {**others, name: configuration}
    return change(txn, bucket, configurations=held)


def arn_of(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"
