"""PostObject: a browser's upload by a form (S3 API Reference, "POST Object").

    bucket -> multipart/form-data (412) -> the form -> key -> signature and policy -> the fields' values -> file -> size -> commit

Fields before the file speak as headers do, and those after it are ignored. No field is a condition: `if-none-match` and its like
are refused with 501, as on every operation that takes none. Success is 204, or what `success_action_status` asks for (200, 201
with a document), or a redirection to `success_action_redirect`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from condemu.auth.post_policy import PostPolicy
from condemu.core.blobs import BlobStore
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Body
from condemu.core.store import Txn
from condemu.s3.access.authenticator import Authenticator
from condemu.s3.errors.forms import EMPTY_KEY, FIELDS_TOO_LONG, FILE_NEEDED, KEY_NEEDED, MALFORMED_FORM
from condemu.s3.errors.general import ENTITY_TOO_LARGE, INVALID_DIGEST, MALFORMED_XML, PRECONDITION_FAILED
from condemu.s3.objects import bodies
from condemu.s3.objects.bodies import MAX_PUT, Announced, checksum_header
from condemu.s3.objects.put import put_object
from condemu.s3.objects.validation import check_object_headers
from condemu.s3.requests.addressing import bucket_of_host
from condemu.s3.requests.conditions import unsupported
from condemu.s3.requests.members import HEADERS, METADATA_PREFIX, Member, Members
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_OBJECT, tags_in
from condemu.wire.checksums import decode
from condemu.wire.form_data import MALFORMED, TOO_LONG, Parser, boundary_of
from condemu.wire.xml import Malformed, parse, render

ENCLOSURE: Final = "Bucket POST must be of the enclosure-type multipart/form-data"
STATUSES: Final = {"200": 200, "201": 201}
FAILURES: Final[dict[str, ErrorRow]] = {MALFORMED: MALFORMED_FORM, TOO_LONG: FIELDS_TOO_LONG}
FILE_NAME: Final = "${filename}"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

# field -> member, where a form's name is not the header's
FIELDS: Final[dict[str, Member]] = {"acl": "ACL", "content-type": "ContentType"}
ELSEWHERE: Final = frozenset({"content-length", "range", "x-amz-copy-source"})  # headers that a form has no use for


class _File:
    """The file in a form, as a body of its own."""

    __slots__ = ("_body", "_parser", "_pieces", "_size")

    def __init__(self, body: Body, parser: Parser, pieces: list[bytes]) -> None:
        self._body = body
        self._parser = parser
        self._pieces = pieces[::-1]
        self._size = 0

    async def next_chunk(self) -> bytes:
        while not self._pieces:
            data = await self._body.next_chunk()
            if not data:
                return b""
            self._pieces = self._parser.receive(data)[::-1]
        piece = self._pieces.pop()
        self._size += len(piece)
        if self._size > MAX_PUT:
            raise ServiceError(ENTITY_TOO_LARGE, {"ProposedSize": self._size, "MaxSizeAllowed": MAX_PUT})
        return piece

    def take(self) -> bytes | None:
        return None


def check_post(request: S3Request) -> None:
    """412 for what is no form at all; its message is a Condition (recorded on AWS)."""
    content_type = request.http.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise ServiceError(PRECONDITION_FAILED, {"Condition": ENCLOSURE}, because=f"the content type is {content_type!r}")
    if boundary_of(content_type) is None:
        raise ServiceError(MALFORMED_FORM, because="the content type names no boundary")


async def receive(request: S3Request, blobs: BlobStore, authenticator: Authenticator | None, now: float) -> None:
    """Fill key, members, body and digests from the form, and `authentication` from its policy."""
    body = request.http.body
    parser = Parser(boundary_of(request.http.headers["content-type"]) or b"")
    pieces: list[bytes] = []
    while not parser.has_file and parser.failure is None:
        data = await body.next_chunk()
        if not data:
            break
        pieces = parser.receive(data)
    if not parser.has_file:
        _check_form(parser)
        raise ServiceError(FILE_NEEDED, {"ArgumentName": "file", "ArgumentValue": "0"})
    policy = _take_fields(request, parser, authenticator, now)
    request.http.body = _File(body, parser, pieces)
    await bodies.receive(request, blobs, _announced(parser.fields))
    _check_form(parser)
    if policy is not None:
        policy.check_size(request.body.size)


def _check_form(parser: Parser) -> None:
    failure = parser.finish()
    if failure is not None:
        raise ServiceError(FAILURES[failure])


def _take_fields(request: S3Request, parser: Parser, authenticator: Authenticator | None, now: float) -> PostPolicy | None:
    fields = parser.fields
    key = fields.get("key")
    if key is None:
        raise ServiceError(KEY_NEEDED, {"ArgumentName": "key", "ArgumentValue": ""})
    if parser.file_name:  # before the policy is judged (asserted on AWS); without a name the variable stays (recorded)
        key = key.replace(FILE_NAME, re.split(r"[/\\]", parser.file_name)[-1])
    policy: PostPolicy | None = None
    if authenticator is not None:
        who, policy = authenticator.verify_form({**fields, "key": key}, request.bucket, now)
        if who.auth_type is not None:
            request.authentication = who
            request.account = who.principal.account
    request.key = key
    if not request.key:
        raise ServiceError(EMPTY_KEY, {"ArgumentName": "key", "ArgumentValue": ""})
    request.members, request.metadata = members_of_form(fields)
    refusal = unsupported(request)
    if refusal is not None:
        raise refusal
    check_object_headers(request)
    return policy


def members_of_form(fields: Mapping[str, str]) -> tuple[Members, dict[str, str]]:
    """The fields as the members and metadata that headers of these names would be, and the two that say how to answer."""
    members: Members = {}
    metadata: dict[str, str] = {}
    for name, text in fields.items():
        if name.startswith(METADATA_PREFIX):
            metadata[name[len(METADATA_PREFIX) :]] = text.encode("utf-8", "surrogateescape").decode("latin-1")
        elif name == "tagging":
            members["Tagging"] = _tagging(text)
        elif name not in ELSEWHERE:
            member = FIELDS.get(name) or HEADERS.get(name)
            if member is not None:
                members[member] = carried(text)
    if "success_action_status" in fields:
        members["SuccessActionStatus"] = fields["success_action_status"]
    redirect = fields.get("success_action_redirect") or fields.get("redirect")
    if redirect:
        members["SuccessActionRedirect"] = redirect
    return members, metadata


def carried(text: str) -> str:
    """A field's text as a header would carry it: its UTF-8 as Latin-1, and without line ends."""
    return _CONTROL.sub(" ", text).encode("utf-8", "surrogateescape").decode("latin-1")


def _tagging(text: str) -> str:
    """The field is a document, the header a query string. What is XML and no Tagging tags nothing (recorded on AWS)."""
    try:
        document = parse(text.encode("utf-8", "surrogateescape"))
    except Malformed as error:
        raise ServiceError(MALFORMED_XML, because=str(error)) from None
    tag_set = document.child("TagSet")
    if document.tag != "Tagging" or tag_set is None or any(child.tag != "Tag" for child in tag_set):
        return ""
    return urlencode(tags_in(tag_set, OF_OBJECT))


def _announced(fields: Mapping[str, str]) -> Announced:
    """The digests that a form's fields give of its file."""
    content_md5 = fields.get("content-md5")
    if content_md5 is not None and decode(content_md5, 16) is None:
        raise ServiceError(INVALID_DIGEST, {"Content-MD5": content_md5})
    algorithm, value = checksum_header(dict(fields))
    return Announced(0, "", content_md5, algorithm, value, trailer=False)


def post_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """A put without a condition, and an answer for a browser."""
    result = put_object(txn, request)
    redirect = _redirected(request, result["ETag"])
    if redirect is not None:
        return {**result, "Location": redirect}
    result["Location"] = location = _location(request)
    if status_of(request, result) == 201:
        answer = {"Location": location, "Bucket": request.bucket, "Key": request.key, "ETag": result["ETag"]}
        result.update(Body=render("PostResponse", answer), ContentType="application/xml")
    return result


def status_of(request: S3Request, result: dict[str, Any]) -> int:
    """303 for a redirect, else what the form asks for among 200, 201 and 204."""
    if _redirected(request, result["ETag"]) is not None:
        return 303
    return STATUSES.get(request["SuccessActionStatus"] or "", 204)


def _location(request: S3Request) -> str:
    """Where the object is, by its bucket's host name however the form was posted (recorded on AWS); by path where the endpoint is
    known by an address, under which no bucket has a name."""
    host = request.http.headers.get("host", "localhost")
    path = f"/{quote(request.key, errors='surrogateescape')}"
    if bucket_of_host(host) is None:
        named = f"{request.bucket}.{host}"
        if bucket_of_host(named) == request.bucket:
            host = named
        else:
            path = f"/{request.bucket}{path}"
    return f"{request.http.scheme}://{host}{path}"


def _redirected(request: S3Request, etag: str) -> str | None:
    """Where the browser goes next. What is no URL counts as not given (documented)."""
    target = request["SuccessActionRedirect"]
    if not target or _CONTROL.search(target) or not target.isascii():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    told: Iterable[tuple[str, str]] = (("bucket", request.bucket), ("key", request.key), ("etag", etag))
    query = urlencode(tuple(told), errors="surrogateescape")
    return str(parts._replace(query=f"{parts.query}&{query}" if parts.query else query).geturl())
