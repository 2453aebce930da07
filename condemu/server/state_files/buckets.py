"""s3/BUCKET/key/with/slashes.txt becomes an object, s3/BUCKET.json says what else the bucket is.

| member of BUCKET.json                                                           | what it is                              |
|---------------------------------------------------------------------------------|-----------------------------------------|
| ACL, CreateBucketConfiguration, ObjectLockEnabledForBucket, ObjectOwnership      | CreateBucket's                          |
| the members of DOCUMENTS: VersioningConfiguration, Tagging, …                    | that of the operation which puts it     |
| Policy                                                                          | the policy, as an object or as its text |
| Objects                                                                         | a list of PutObject's members           |

An entry of Objects is for the file of its Key, or has a Body. The names are those of AWS's SDKs. A content type is that of the
file's name, as `aws s3 cp` guesses it. .gitkeep and .DS_Store are no objects. Symbolic links are followed; one that leads
nowhere, or back to a folder that it is in, is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any, Final

from condemu.server.state_files import SeedRefused
from condemu.server.state_files.asking import Asker, kind_of, listed, object_of, read_json, refuse_dangling
from condemu.wire import xml

IGNORED: Final = frozenset({".gitkeep", ".DS_Store"})
_TYPES: Final = MimeTypes()  # Python's own, the same on every machine

# Members of BUCKET.json that are documents: the subresource that each is put to.
DOCUMENTS: Final = {
    "VersioningConfiguration": "versioning",
    "Tagging": "tagging",
    "CORSConfiguration": "cors",
    "OwnershipControls": "ownershipControls",
    "PublicAccessBlockConfiguration": "publicAccessBlock",
    "ObjectLockConfiguration": "object-lock",
    "ServerSideEncryptionConfiguration": "encryption",
    "LifecycleConfiguration": "lifecycle",
    "WebsiteConfiguration": "website",
    "NotificationConfiguration": "notification",
    "ReplicationConfiguration": "replication",
    "BucketLoggingStatus": "logging",
    "RequestPaymentConfiguration": "requestPayment",
    "AccelerateConfiguration": "accelerate",
}
# Lists of the SDKs, and the elements that they are on the wire; some stand around theirs.
ELEMENTS: Final = {
    "CORSRules": "CORSRule", "AllowedHeaders": "AllowedHeader", "AllowedMethods": "AllowedMethod",
    "AllowedOrigins": "AllowedOrigin", "ExposeHeaders": "ExposeHeader", "Rules": "Rule", "Transitions": "Transition",
    "NoncurrentVersionTransitions": "NoncurrentVersionTransition", "Tags": "Tag", "EncryptionType": "EncryptionType",
    "TopicConfigurations": "TopicConfiguration", "QueueConfigurations": "QueueConfiguration", "Events": "Event",
    "LambdaFunctionConfigurations": "CloudFunctionConfiguration", "FilterRules": "FilterRule",
}  # fmt: skip
AROUND: Final = {"TagSet": "Tag", "RoutingRules": "RoutingRule"}
WIRE_NAMES: Final = {"MFADelete": "MfaDelete", "TopicArn": "Topic", "QueueArn": "Queue", "LambdaFunctionArn": "CloudFunction"}

CREATION: Final = ("ACL", "CreateBucketConfiguration", "ObjectLockEnabledForBucket", "ObjectOwnership")
MEMBERS: Final = (*CREATION, *DOCUMENTS, "Policy", "Objects")
# PutObject's members that are headers.
HEADERS: Final = {
    "ACL": "x-amz-acl", "CacheControl": "cache-control", "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding", "ContentLanguage": "content-language", "ContentType": "content-type",
    "Expires": "expires", "StorageClass": "x-amz-storage-class", "Tagging": "x-amz-tagging",
    "WebsiteRedirectLocation": "x-amz-website-redirect-location", "ServerSideEncryption": "x-amz-server-side-encryption",
    "ObjectLockMode": "x-amz-object-lock-mode", "ObjectLockRetainUntilDate": "x-amz-object-lock-retain-until-date",
    "ObjectLockLegalHoldStatus": "x-amz-object-lock-legal-hold",
}  # fmt: skip


def names(root: Path) -> list[str]:
    """The buckets that a directory tells of."""
    found = set()
    for path in listed(root):
        if path.is_dir():
            found.add(path.name)
        elif path.suffix == ".json":
            found.add(path.stem)
        elif not path.name.startswith("."):
            raise SeedRefused(f"{path}: here are folders of buckets, and BUCKET.json for what a bucket is")
    return sorted(found)


def apply(asker: Asker, root: Path, name: str) -> bool:
    """Create the bucket and all that is in it. False: there is such a bucket, and it stays as it is."""
    folder, file = root / name, root / f"{name}.json"
    where = str(file if file.exists() else folder)
    told = object_of(file, read_json(file), MEMBERS, "a bucket") if file.exists() else {}
    if asker.s3(where, "HEAD", f"/{name}", allowed=(404,)) != 404:
        return False
    _create(asker, where, name, told)
    for member, subresource in DOCUMENTS.items():
        if member in told:
            asker.s3(f"{where}: {member}", "PUT", f"/{name}", subresource, _document(where, member, told[member]))
    _put_objects(asker, where, name, folder, _objects(where, told))
    if "Policy" in told:  # at the end: it may forbid what was done until here
        policy = told["Policy"]
        text = policy if isinstance(policy, str) else json.dumps(policy, default=float)
        asker.s3(f"{where}: Policy", "PUT", f"/{name}", "policy", text.encode())
    return True


def _create(asker: Asker, where: str, name: str, told: Mapping[str, Any]) -> None:
    given = {"x-amz-acl": "ACL", "x-amz-object-ownership": "ObjectOwnership"}
    headers = {header: str(told[member]) for header, member in given.items() if member in told}
    if told.get("ObjectLockEnabledForBucket"):
        headers["x-amz-bucket-object-lock-enabled"] = "true"
    place = {"LocationConstraint": asker.region} if asker.region != "us-east-1" else {}
    wanted = told.get("CreateBucketConfiguration", place)
    body = _document(where, "CreateBucketConfiguration", wanted) if wanted else b""
    asker.s3(where, "PUT", f"/{name}", body=body, headers=headers)


def _objects(where: str, told: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The entries of Objects, by key."""
    entries = told.get("Objects", [])
    if type(entries) is not list:
        raise SeedRefused(f"{where}: Objects is a list of objects, not {kind_of(entries)}")
    found: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        at = Path(f"{where}: object {number}")
        entry = object_of(at, entry, ("Key", "Body", "Metadata", *HEADERS), "an object")
        if type(entry.get("Key")) is not str or type(entry.get("Body", "")) is not str:
            raise SeedRefused(f"{at}: Key and Body are strings")
        found[entry["Key"]] = entry
    return found


def _put_objects(asker: Asker, where: str, bucket: str, folder: Path, entries: dict[str, Mapping[str, Any]]) -> None:
    for key, path in _files(folder):
        if path.exists() and not path.is_file():
            raise SeedRefused(f"{path}: it is neither a file nor a folder")
        try:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                headers = headers_of(str(path), key, entries.pop(key, {}))
                asker.s3(str(path), "PUT", f"/{bucket}/{key}", body=file, size=size, headers=headers)
        except OSError as problem:
            raise SeedRefused(f"{path}: {problem.strerror}") from None
    for key, entry in entries.items():
        at = f"{where}: {key}"
        if "Body" not in entry:
            raise SeedRefused(f"{at}: there is neither a Body nor a file {folder / key}")
        body = entry["Body"].encode("utf-8", "surrogatepass")
        asker.s3(at, "PUT", f"/{bucket}/{key}", body=body, headers=headers_of(at, key, entry))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Keys and files, in the order of the keys. A symbolic link is what it leads to, as `aws s3 sync` takes it."""
    found: list[tuple[str, Path]] = []
    folders: list[tuple[Path, frozenset[tuple[int, int]]]] = [(folder, frozenset())] if folder.is_dir() else []
    while folders:
        one, above = folders.pop()
        status = one.stat()
        itself = status.st_dev, status.st_ino
        if itself in above:
            raise SeedRefused(f"{one}: a symbolic link leads back to a folder that it is in")
        for path in one.iterdir():
            if path.is_dir():
                folders.append((path, above | {itself}))
            elif path.name not in IGNORED:
                refuse_dangling(path)
                found.append((path.relative_to(folder).as_posix(), path))
    for key, path in sorted(found):
        try:
            key.encode()
        except UnicodeEncodeError:
            raise SeedRefused(f"{str(path)!r}: the name of the file is no UTF-8") from None
        yield key, path


def guessed(key: str) -> str | None:
    """The content type that a file's name means."""
    return _TYPES.guess_type(key, strict=True)[0]


def headers_of(where: str, key: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a PutObject, by what is said of the object and by its name."""
    kind = guessed(key)
    headers = {"content-type": kind} if kind else {}
    headers |= {header: as_sent(entry[member]) for member, header in HEADERS.items() if member in entry}
    metadata = entry.get("Metadata", {})
    if type(metadata) is not dict or not all(type(value) is str for value in metadata.values()):
        raise SeedRefused(f"{where}: Metadata is an object of strings")
    return headers | {f"x-amz-meta-{name.lower()}": as_sent(value) for name, value in metadata.items()}


def as_sent(value: Any) -> str:
    """A header's value: UTF-8, as HTTP carries it."""
    return str(value).encode("utf-8", "surrogatepass").decode("latin-1")


def _document(where: str, member: str, value: Any) -> bytes:
    if type(value) is not dict:
        raise SeedRefused(f"{where}: {member} is an object, not {kind_of(value)}")
    return xml.render(member, wired(where, member, value))


def wired(where: str, name: str, value: Any) -> Any:
    """A member of an SDK as the elements that it is on the wire."""
    if not isinstance(value, dict):
        return value if value is None or type(value) in (str, bool, int) else str(value)
    shown: dict[str, Any] = {}
    for member, held in value.items():
        if not isinstance(held, list):
            wire = "S3Key" if member == "Key" and isinstance(held, dict) else WIRE_NAMES.get(member) or member
            shown[wire] = wired(where, member, held)
            continue
        elements = [wired(where, member, element) for element in held]
        if member in AROUND:
            shown[member] = {AROUND[member]: elements}
        elif member in ELEMENTS and name != "CreateBucketConfiguration":
            shown[ELEMENTS[member]] = elements
        elif member == "Tags":
            shown[member] = {"Tag": elements}
        else:
            raise SeedRefused(f"{where}: {name} has no list {member}")
    return shown
