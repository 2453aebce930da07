"""The condition keys of a request to S3 (Service Authorization Reference; S3 User Guide, "Bucket policy examples using condition
keys"): which there are, which action knows which, and what each one's value is.

The three that conditional writes are about:

| key                        | in                                                | value                                 |
|----------------------------|---------------------------------------------------|---------------------------------------|
| s3:if-match                | PutObject, CopyObject, CompleteMultipartUpload    | the header as sent, quotes and all    |
| s3:if-match                | DeleteObject                                      | the header as sent, quotes and all    |
| s3:if-match                | DeleteObjects                                     | the entry's ETag                      |
| s3:if-match                | GetObject                                         | absent                                |
| s3:if-none-match           | PutObject, CopyObject, CompleteMultipartUpload    | the header as sent, quotes and all    |
| s3:if-none-match           | DeleteObject, GetObject                           | absent                                |
| s3:ObjectCreationOperation | PutObject, CopyObject, CompleteMultipartUpload    | true                                  |
| s3:ObjectCreationOperation | CreateMultipartUpload, UploadPart, UploadPartCopy | false                                 |
| s3:ObjectCreationOperation | PostObject, DeleteObject                          | absent                                |

A key is computed when a policy asks for it, and never without one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.auth.authentication import ANONYMOUS, Authentication
from condemu.auth.patterns import Value
from condemu.auth.principals import PRINCIPAL_TYPES, USER, Principal
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.actions import Check, version_under
from condemu.s3.access.policy_actions import ACTION_KEYS, COMMON_KEYS, KNOWN_KEYS
from condemu.s3.requests.bucket import bucket_if_any
from condemu.s3.requests.encryption import key_arn
from condemu.s3.requests.members import Member
from condemu.s3.requests.operation import FORM
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import tags_of_header
from condemu.s3.state.records import UPLOADS, Upload, Version
from condemu.wire.rest import form_decode, iso_8601, parse_iso_8601
from condemu.wire.xml import Element, Malformed, parse

DAY: Final = 86400

# Condition keys -> the member whose text is the value. What the request does not say is absent: defaults never count.
MEMBERS: Final[dict[str, Member]] = {
    "s3:if-match": "IfMatch",
    "s3:if-none-match": "IfNoneMatch",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-metadata-directive": "MetadataDirective",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
    "s3:x-amz-object-ownership": "ObjectOwnership",
    "s3:x-amz-bucket-namespace": "BucketNamespace",
    "s3:x-amz-object-annotation-directive": "AnnotationDirective",
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
}


def family_of(key: str) -> str:
    """The key's name without the part that a tag's key is: `s3:existingobjecttag/`."""
    slash = key.find("/")
    return key if slash < 0 else key[: slash + 1]


def is_known(key: str) -> bool:
    """Any `aws:` key is, as far as is known; of S3's own those that some action knows."""
    return key.startswith("aws:") or family_of(key) in KNOWN_KEYS


def is_key_of(key: str, action: str) -> bool:
    """Whether requests for the action, in lower case and without its prefix, can have the key."""
    family = family_of(key)
    return key.startswith("aws:") or family in COMMON_KEYS or family in ACTION_KEYS.get(action, ())


class ConditionKeys:
    """The condition keys of one check, by their lower-case names."""

    __slots__ = ("_known", "account", "check", "request", "txn")

    def __init__(self, txn: Txn, request: S3Request, check: Check, account: str) -> None:
        """`account` owns the resource."""
        self.txn = txn
        self.request = request
        self.check = check
        self.account = account
        self._known: dict[str, Value | None] = {}

    def get(self, key: str, /) -> Value | None:
        if key not in self._known:
            self._known[key] = self._value(key)
        return self._known[key]

    @property
    def authentication(self) -> Authentication:
        return self.request.authentication or ANONYMOUS

    @property
    def principal(self) -> Principal:
        return self.authentication.principal

    def _value(self, key: str) -> Value | None:
        family = family_of(key)
        action = self.check.action[3:].lower()
        if key.startswith("s3:") and family not in COMMON_KEYS and family not in ACTION_KEYS.get(action, ()):
            return None
        member = MEMBERS.get(key)
        if member is not None:
            return _member(self, key, member)
        if family.endswith("/"):
            tagged = BY_TAG.get(family)
            return tagged(self, key[len(family) :]) if tagged is not None else None
        compute = VALUES.get(key)
        return compute(self) if compute is not None else None


def _member(keys: ConditionKeys, key: str, member: Member) -> Value | None:
    operation = keys.request.operation
    value = keys.request.members.get(member)
    if operation.takes == FORM and key in ("s3:if-match", "s3:if-none-match"):
        return keys.request.http.headers.get(key[3:])  # a policy sees them; as conditions they count for nothing (seen on AWS)
    if key == "s3:prefix" and keys.check.prefix is not None:
        return keys.check.prefix
    if key == "s3:x-amz-metadata-directive" and operation.copies and operation.upload_encryption:
        return None  # a part has no metadata
    if key == "s3:x-amz-server-side-encryption-aws-kms-key-id" and value is not None:
        return _key_in_kms(keys, value)
    if key == "s3:x-amz-server-side-encryption" and value is None and operation.upload_encryption:
        return _encryption_of_upload(keys)
    return value


def _key_in_kms(keys: ConditionKeys, value: str) -> str:
    """The ARN of the key, however the request names it (seen on AWS)."""
    bucket = bucket_if_any(keys.txn, keys.request, keys.request.bucket)
    try:
        return key_arn(value, bucket.region, keys.request.account) if bucket is not None else value
    except ServiceError:
        return value


def _encryption_of_upload(keys: ConditionKeys) -> str | None:
    """What CreateMultipartUpload asked for counts for the calls that finish the upload."""
    request = keys.request
    bucket = bucket_if_any(keys.txn, request, request.bucket)
    if bucket is None:
        return None
    upload: Upload | None = keys.txn.get(UPLOADS, (*bucket.at(request.key), request["UploadId"] or ""))
    return upload.encryption or None if upload is not None else None


def _existing_tag(keys: ConditionKeys, name: str) -> str | None:
    """Tags of the version that is addressed, before the request changes it; not those that GetObjectAttributes, or a copy, reads
    (seen on AWS)."""
    operation = keys.request.operation
    if operation.ignores_tags and (keys.check.source or not operation.copies):
        return None
    version: Version | None = version_under(keys.txn, keys.request, keys.check)
    return _tag(version.tags, name) if version is not None else None


def _request_tag(keys: ConditionKeys, name: str) -> str | None:
    return _tag(_request_tags(keys), name)


def _tag(tags: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((value for key, value in tags if key.lower() == name), None)


def _request_tags(keys: ConditionKeys) -> tuple[tuple[str, str], ...]:
    """The tags that the request sets, in its header, its form's field or its document; none when they cannot be read."""
    tagging = keys.request["Tagging"]
    if tagging is not None:
        try:
            return tags_of_header(tagging)
        except ServiceError:
            return ()
    return tuple((element.text_of("Key") or "", element.text_of("Value") or "") for element in _elements(keys, "TagSet"))


def _request_tag_keys(keys: ConditionKeys) -> Value | None:
    tags = _request_tags(keys)
    return [name for name, _ in tags] if tags else None


def _elements(keys: ConditionKeys, tag: str) -> list[Element]:
    """The children of an element of the request's document."""
    document = _document(keys)
    child = document.child(tag) if document is not None else None
    return list(child) if child is not None else []


def _document(keys: ConditionKeys) -> Element | None:
    if not keys.request.xml:
        return None
    try:
        return parse(keys.request.xml)
    except Malformed:
        return None


def _of_document(member: Member | None, tag: str) -> Callable[[ConditionKeys], Value | None]:
    """A header of a new object, or an element of the document that changes one."""

    def value(keys: ConditionKeys) -> Value | None:
        given = keys.request.members.get(member) if member is not None else None
        if given is not None:
            return given
        document = _document(keys)
        return document.text_of(tag) if document is not None else None

    return value


_retain_until: Final = _of_document("ObjectLockRetainUntilDate", "RetainUntilDate")


def _remaining_days(keys: ConditionKeys) -> Value | None:
    text = _retain_until(keys)
    until = parse_iso_8601(text) if isinstance(text, str) else None
    return None if until is None else str(max(0, int((until - keys.txn.now) // DAY)))


def _copy_source(keys: ConditionKeys) -> Value | None:
    """Without its leading slash, decoded, with the version if one was named. The check of the source itself has none."""
    source = keys.request["CopySource"]
    return form_decode(source).removeprefix("/") if source is not None and not keys.check.source else None


def _signature_age(keys: ConditionKeys) -> Value | None:
    authentication = keys.request.authentication
    if authentication is None or authentication.auth_type is None:
        return None
    return str(int(authentication.signature_age))


def _content_sha256(keys: ConditionKeys) -> Value | None:
    return keys.request.http.headers.get("x-amz-content-sha256")


def _principal_tag(keys: ConditionKeys, name: str) -> str | None:
    return _tag(tuple(keys.principal.tags.items()), name)


def _issued(keys: ConditionKeys) -> Value | None:
    return iso_8601(keys.principal.issued) if keys.principal.issued is not None else None


VALUES: Final[dict[str, Callable[[ConditionKeys], Value | None]]] = {
    "s3:objectcreationoperation": lambda keys: keys.request.operation.creates,
    "s3:x-amz-copy-source": _copy_source,
    "s3:x-amz-content-sha256": _content_sha256,
    "s3:versionid": lambda keys: keys.check.version_id,
    "s3:requestobjecttagkeys": _request_tag_keys,
    "s3:object-lock-mode": _of_document("ObjectLockMode", "Mode"),
    "s3:object-lock-retain-until-date": _retain_until,
    "s3:object-lock-remaining-retention-days": _remaining_days,
    "s3:object-lock-legal-hold": _of_document("ObjectLockLegalHoldStatus", "Status"),
    "s3:locationconstraint": _of_document(None, "LocationConstraint"),
    "s3:authtype": lambda keys: keys.authentication.auth_type,
    "s3:signatureversion": lambda keys: keys.authentication.signature_version,
    "s3:signatureage": _signature_age,
    "s3:resourceaccount": lambda keys: keys.account or None,
    "aws:resourceaccount": lambda keys: keys.account or None,
    "aws:securetransport": lambda keys: "true" if keys.request.http.scheme == "https" else "false",
    "aws:sourceip": lambda keys: keys.request.http.client_address,
    "aws:currenttime": lambda keys: iso_8601(keys.txn.now),
    "aws:epochtime": lambda keys: str(int(keys.txn.now)),
    "aws:principalarn": lambda keys: keys.principal.identity_arn or None,
    "aws:principalaccount": lambda keys: keys.principal.account or None,
    "aws:principaltype": lambda keys: PRINCIPAL_TYPES[keys.principal.kind],
    "aws:userid": lambda keys: keys.principal.user_id or None,
    "aws:username": lambda keys: keys.principal.name if keys.principal.kind == USER else None,
    "aws:tokenissuetime": _issued,
    "aws:useragent": lambda keys: keys.request.http.headers.get("user-agent"),
    "aws:referer": lambda keys: keys.request.http.headers.get("referer"),
    "aws:requestedregion": lambda keys: keys.request.region,
    "aws:viaawsservice": lambda keys: "false",
    "aws:principalisawsservice": lambda keys: "false",
}
# ConditionKeys with a tag's key after a slash. Tags of buckets count only with attribute-based access control, which is off.
BY_TAG: Final[dict[str, Callable[[ConditionKeys, str], str | None]]] = {
    "s3:existingobjecttag/": _existing_tag,
    "s3:requestobjecttag/": _request_tag,
    "aws:principaltag/": _principal_tag,
}
