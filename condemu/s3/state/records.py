"""What S3 keeps, and under which keys.

    s3.name     (bucket name,)                           Name: whose bucket has it, of all accounts
    s3.bucket   (account, bucket name)                   Bucket
    s3.object   (account, incarnation, key)              Version: the current one, which may be a delete marker
    s3.version  (account, incarnation, key, -order)      Version: those that are not current, newest first
    s3.gone     (account, incarnation, key)              Gone: a key that holds nothing any more (kept within bounds: traces.py)
    s3.going    (account, changed, incarnation, key)     Going: the same traces, oldest first
    s3.upload   (account, incarnation, key, upload)      Upload: begun and neither completed nor aborted
    s3.part     (account, incarnation, upload, number)   Part

`account` owns the bucket. `incarnation` is the index of the commit that created the bucket: a bucket that is deleted and created
again never meets what the former one left. Names are AWS's: one account's at a time, whoever asks; with `--bucket-names
per-account` each account has names of its own (buckets.py), and s3.name stays empty.

`changed` on a version, or on the gone record, is the index of the commit that last changed what is current under the key: it was
put, completed, copied, deleted, marked, or came back because a newer version was deleted. Tags, ACLs and locks do not count. That
one number, against the index at which a request was received or an upload was created, is all that 409 needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from condemu.core.blobs import EMPTY, Blob
from condemu.core.records import record
from condemu.core.spaces import Claim, space

NAMES: Final = "s3.name"
BUCKETS: Final = "s3.bucket"
OBJECTS: Final = "s3.object"
VERSIONS: Final = "s3.version"
GONE: Final = "s3.gone"
GOING: Final = "s3.going"
UPLOADS: Final = "s3.upload"
PARTS: Final = "s3.part"

NULL_VERSION: Final = "null"
NEVER: Final = 2.0**53  # seconds: later than any clock's time
Where = tuple[str, int, str]  # a key of a bucket, in the store: account, incarnation of the bucket, key

LOCK_MODES: Final = ("GOVERNANCE", "COMPLIANCE")
NOTHING: Final[Mapping[str, Any]] = {}


@record
class Name:
    """Which bucket a global name means."""

    account: str
    incarnation: int


@record
class Sweep:
    """How far a bucket's lifecycle rules are carried out (sweep.py): up to `at`, from the key behind `after`. `soonest` is when
    something else is due, of all that was looked at."""

    at: float
    after: str = ""
    soonest: float = NEVER


@record
class Bucket:
    """A bucket and its configuration. `owner` is an account; `versioning` is "", "Enabled" or "Suspended"."""

    name: str
    owner: str
    incarnation: int  # the index of the commit that created it
    region: str
    created: float
    versioning: str = ""
    policy: str | None = None
    ownership: str | None = "BucketOwnerEnforced"
    public_access_block: Mapping[str, bool] | None = None
    object_lock: Mapping[str, Any] | None = None  # None: not enabled; {}: enabled without a default retention
    configurations: Mapping[str, Any] = field(default_factory=dict)  # location, tagging, cors, encryption, acl, lifecycle …
    sweep: Sweep | None = None  # None: no lifecycle rules

    def at(self, key: str) -> Where:
        """Where the state of one of its keys is: the beginning of every key of the store that is about it."""
        return self.owner, self.incarnation, key

    @property
    def place(self) -> tuple[str, int]:
        """How the store's keys of all that is in the bucket begin."""
        return self.owner, self.incarnation


@record
class Encryption:
    """How an object is encrypted, as far as answers tell: condemu keeps no body otherwise for it.

    `algorithm` is "" for a key of the client's own (SSE-C). Of that there is its MD5, which answers repeat, and what proves that
    a later request has the same key: a digest of it with a salt. `key_id` is the ARN of a key in KMS.
    """

    algorithm: str = "AES256"
    key_id: str = ""
    bucket_key: bool = False
    context: str = ""
    key_md5: str = ""
    salt: str = ""
    proof: str = ""

    @property
    def keeps_md5(self) -> bool:
        """Whether ETags are MD5s of the content: with SSE-S3 only (Amazon S3 API Reference, Object)."""
        return self.algorithm == "AES256"


SSE_S3: Final = Encryption()


@record
class Restore:
    """A copy of an archived object: when it is there, and when it is no more."""

    arrives: float
    expires: float


@record
class Version:
    """One version of an object, or a delete marker."""

    version_id: str
    order: int
    changed: int
    modified: float
    owner: str
    marker: bool = False
    etag: str = ""  # without quotes
    size: int = 0
    body: Blob = EMPTY
    content_type: str = "binary/octet-stream"
    system: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # CacheControl, ContentEncoding, Expires … by member name
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    checksum_algorithm: str = ""
    checksum: str = ""  # base64, with "-N" when COMPOSITE
    checksum_type: str = ""
    storage_class: str = "STANDARD"
    tags: tuple[tuple[str, str], ...] = ()
    lock_mode: str | None = None
    lock_until: float | None = None
    legal_hold: str | None = None
    parts: tuple[Part, ...] = ()
    acl: tuple[tuple[str, str, str], ...] | None = None  # grants: kind of grantee, grantee, permission
    encryption: Encryption = SSE_S3
    restore: Restore | None = None
    upload_id: str = ""  # of the upload that was completed to this: a repeated CompleteMultipartUpload finds its answer by it


@record
class Upload:
    """A multipart upload that was begun and neither completed nor aborted.

    `draft` is the version that it will become but for body, ETag, checksum and place: all that CreateMultipartUpload's headers
    said. `began` is the index of the commit that created the upload; whatever changed the key later is a conflict to a
    conditional complete. Without an algorithm chosen by the client both checksum fields are empty, and S3 keeps a CRC64NVME of
    the whole object.
    """

    upload_id: str
    began: int
    initiated: float
    initiator: str
    draft: Version
    checksum_algorithm: str = ""
    checksum_type: str = ""
    encryption: str = ""  # what x-amz-server-side-encryption asked for: a policy sees it when the upload is completed
    if_match: str | None = None  # the conditions that CreateMultipartUpload was sent, and that the completion has to carry
    if_none_match: str | None = None


@record
class Part:
    """A part of an upload, or of the object that it became.

    `checksum` is base64 of `checksum_algorithm`, `crc64nvme` the raw digest that an upload without an algorithm of its own is
    summed up from. An object's parts have no body: it is in the object's.
    """

    number: int
    etag: str
    size: int
    body: Blob = EMPTY
    modified: float = 0.0
    checksum_algorithm: str = ""
    checksum: str = ""
    crc64nvme: bytes = b""


@record
class Gone:
    """The key held something once. `changed` is the commit that took it away."""

    changed: int


@record
class Going:
    """When the trace was left."""

    at: float


def _name_of(name: Name, _: str, account: str) -> Name:
    return replace(name, account=account)


def _bucket_of(bucket: Bucket, _: str, account: str) -> Bucket:
    return replace(bucket, owner=account)


def _version_of(version: Version, former: str, account: str) -> Version:
    return replace(version, owner=account) if version.owner == former else version


def _upload_of(upload: Upload, former: str, account: str) -> Upload:
    initiator = account if upload.initiator == former else upload.initiator
    return replace(upload, initiator=initiator, draft=_version_of(upload.draft, former, account))


SPACES: Final = (
    space(NAMES, Name, ("name", str), owner=lambda name: name.account, move=_name_of),
    space(BUCKETS, Bucket, ("name", str), claim=Claim(NAMES, lambda key, bucket: (bucket.name,)), move=_bucket_of),
    space(OBJECTS, Version, ("incarnation", int), ("key", str), move=_version_of),
    space(VERSIONS, Version, ("incarnation", int), ("key", str), ("order", int), move=_version_of),
    space(GONE, Gone, ("incarnation", int), ("key", str)),
    space(GOING, Going, ("changed", int), ("incarnation", int), ("key", str)),
    space(UPLOADS, Upload, ("incarnation", int), ("key", str), ("upload", str), move=_upload_of),
    space(PARTS, Part, ("incarnation", int), ("upload", str), ("number", int)),
)
