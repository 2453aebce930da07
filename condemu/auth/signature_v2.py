"""Signature version 2, and what was before it.

S3 (S3 API Reference, "Signing and authenticating REST requests"), always HMAC-SHA1:

    METHOD \\n Content-MD5 \\n Content-Type \\n Date or Expires \\n x-amz header lines, then /bucket/key and the sub-resources

The query protocol (SimpleDB Developer Guide, "HMAC-SHA signature"): METHOD \\n host \\n path \\n the parameters, sorted by the
bytes of their names. Version 1 is the names and values one after the other, names sorted without case; version 0 is Action and
Timestamp.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hmac import compare_digest
from typing import Final

from condemu.auth.keyed_hash import KeyedHash
from condemu.core.http import Request
from condemu.wire.rest import percent_decode, percent_encode

# The query parameters that are part of what is signed, in S3.
SUB_RESOURCES: Final = frozenset(
    {
        "accelerate", "acl", "analytics", "cors", "delete", "encryption", "inventory", "legal-hold", "lifecycle", "location",
        "logging", "metrics", "notification", "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus",
        "publicAccessBlock", "replication", "requestPayment", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore",
        "retention", "select", "select-type", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning",
        "versions", "website", "attributes", "intelligent-tiering",
    }
)  # fmt: skip
HASHES: Final = {"HmacSHA1": "sha1", "HmacSHA256": "sha256"}

# What stays as it is when it is signed, and the octets that are written as %XX instead.
_UNRESERVED: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ESCAPES: Final = frozenset(f"{octet:02X}" for octet in range(256) if octet not in _UNRESERVED)


@lru_cache(maxsize=1024)
def _keyed(secret: str, hash_name: str) -> KeyedHash:
    return KeyedHash(secret.encode(), hash_name)


def signature(secret: str, text: str, hash_name: str = "sha1") -> str:
    """In base64. Text is signed as UTF-8."""
    return b64encode(_keyed(secret, hash_name).digest(text.encode("utf-8", "surrogateescape"))).decode()


def fits(secret: str, text: str, given: str, hash_name: str = "sha1") -> bool:
    """Compares in constant time. A plus sign may have come as a space."""
    return given.isascii() and compare_digest(signature(secret, text, hash_name), given.replace(" ", "+"))


def rest_strings_to_sign(
    request: Request, bucket_of_host: str, query: Iterable[tuple[str, str]], expires: str | None = None
) -> tuple[str, ...]:
    """What S3 may sign, the usual form first. `bucket_of_host` is the bucket when the host names it and the path does not;
    `query` is decoded.

    A bucket ends with a slash in what is signed (botocore adds it "to generate a signature that S3 will accept"), although SDKs
    send `/bucket`. Signed as it was sent it is accepted, too.
    """
    headers = request.headers
    date = expires if expires is not None else "" if "x-amz-date" in headers else headers.get("date", "")
    lines = sorted((name, _one_line(value)) for name, value in headers.items() if name.startswith("x-amz-"))
    if expires is not None:  # SDKs put x-amz- headers into the URL
        lines = sorted({**{n.lower(): v for n, v in query if n.lower().startswith("x-amz-")}, **dict(lines)}.items())
    amz = "".join(f"{name}:{value}\n" for name, value in lines)
    path = request.raw_path
    paths = (path,) if bucket_of_host or path.count("/") != 1 or path == "/" else (path + "/", path)
    parts = sorted((name, value) for name, value in query if name in SUB_RESOURCES)
    marks = "&".join(f"{name}={value}" if value else name for name, value in parts)
    content_type = _one_line(headers.get("content-type", ""))
    head = f"{request.method}\n{headers.get('content-md5', '')}\n{content_type}\n{date}\n"
    front, back = head + amz + (f"/{bucket_of_host}" if bucket_of_host else ""), f"?{marks}" if marks else ""
    return tuple(front + path + back for path in paths)


def _one_line(value: str) -> str:
    """A header's value as the bytes that came, read as UTF-8 so that signing turns them into the same bytes."""
    return value.strip().encode("latin-1", "replace").decode("utf-8", "surrogateescape")


_encoded_name: Final = lru_cache(maxsize=4096)(percent_encode)  # requests differ in their values


def canonical_parameters(parameters: Mapping[str, str], sent: str = "") -> str:
    """What version 2 signs of the decoded parameters: all but Signature, percent-encoded, in the order of their names.

    `sent` is the text that they were read from, if it is known. Many clients send what they sign, or at least its pairs in
    another order; then nothing has to be encoded again.
    """
    if not _is_canonical(sent, len(parameters)):
        ordered = sorted(parameters.items())  # code points order as their UTF-8 does
        return "&".join([f"{_encoded_name(name)}={percent_encode(value)}" for name, value in ordered if name != "Signature"])
    text = sent.replace("+", "%20")
    names = [name for name in parameters if name != "Signature"]
    if names == sorted(names):
        before, _, after = f"&{text}&".partition("&Signature=")
        return (before + after[after.find("&") :]).strip("&")
    return "&".join([pair for name, pair in sorted(zip(parameters, text.split("&"), strict=True)) if name != "Signature"])


def _is_canonical(sent: str, count: int) -> bool:
    """Whether a text is so many pairs, no fewer and none of them empty, each written as it is signed but for plus signs.

    So when as many parameters were read from it, there is one pair for each of them, in their order.
    """
    shape = sent.encode("latin-1", "replace").translate(None, _UNRESERVED + b"%+")
    return shape + b"&" == b"=&" * count and _ESCAPES.issuperset([piece[:2] for piece in sent.split("%")[1:]])


def query_string_to_sign(method: str, host: str, path: str, canonical: str) -> str:
    """Version 2 of the query protocol, over what `canonical_parameters` gives."""
    return f"{method}\n{host}\n{path or '/'}\n{canonical}"


def version_1_string(parameters: Mapping[str, str]) -> str:
    """Deprecated: all names and values, names sorted without regard to case."""
    ordered = sorted(parameters.items(), key=lambda pair: pair[0].lower())
    return "".join([name + value for name, value in ordered if name != "Signature"])


def version_0_string(parameters: Mapping[str, str]) -> str:
    """Obsolete: Action and Timestamp, or Expires."""
    return parameters.get("Action", "") + (parameters.get("Timestamp") or parameters.get("Expires", ""))


def hosts(header: str, listening: str = "") -> tuple[str, ...]:
    """The forms of a host that clients are known to sign: as sent, in lower case, without its port, with the listening port."""
    bare = header.rpartition(":")[0] if header.rpartition(":")[2].isdecimal() and ":" in header else header
    forms = [header, header.lower(), bare, bare.lower()]
    if listening:
        forms.append(f"{bare.lower()}:{listening}")
    return tuple(dict.fromkeys(forms))


def decoded_parameters(text: str) -> list[tuple[str, str]]:
    """A query string's parameters in their order, decoded; S3 leaves a plus sign alone."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(percent_decode(name), percent_decode(value)) for name, _, value in pairs]
