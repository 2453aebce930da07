"""Signature version 4 (AWS General Reference, "Signing AWS API requests"; S3 API Reference, "Authenticating requests").

    canonical request = method \\n path \\n query \\n header lines \\n \\n signed headers \\n payload hash
    string to sign    = AWS4-HMAC-SHA256 \\n date \\n scope \\n sha256(canonical request)
    key               = HMAC chain over date, region, service and aws4_request, from "AWS4" + secret

As S3 reads them: the path is encoded once and never normalized, the query is sorted by encoded name and value, header values are
trimmed and their runs of spaces are one space. Everything here is text over Latin-1, which is the bytes as they came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from condemu.auth.keyed_hash import KeyedHash
from condemu.core.http import Request

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINAL: Final = "aws4_request"
EMPTY_SHA256: Final = sha256().hexdigest()
UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
MAX_SIGNED_HEADERS: Final = 200

_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9\-._~/]*", re.ASCII)
_PLAIN_QUERY: Final = re.compile(r"[A-Za-z0-9\-._~=&]*", re.ASCII)


@lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """`date` is YYYYMMDD. What is not Latin-1 came percent-encoded or in a form, and no client signs it so."""
    key = hmac_digest(b"AWS4" + secret.encode(), date.encode("latin-1", "replace"), "sha256")
    for part in (region, service, TERMINAL):
        key = hmac_digest(key, part.encode("latin-1", "replace"), "sha256")
    return key


@lru_cache(maxsize=1024)
def keyed(secret: str, date: str, region: str, service: str) -> KeyedHash:
    """`date` is YYYYMMDD."""
    return KeyedHash(signing_key(secret, date, region, service))


def signed(key: KeyedHash, text: str) -> str:
    return key.digest(text.encode("latin-1", "replace")).hex()


def fits(key: KeyedHash, text: str, signature: str) -> bool:
    """Compares in constant time."""
    return signature.isascii() and compare_digest(signed(key, text), signature)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its signature: whose key, for which scope, over which headers (lower case)."""

    access_key: str
    date: str
    region: str
    service: str
    terminal: str
    scope: str  # these four
    signed_headers: tuple[str, ...]
    header_list: str  # as sent
    signed: frozenset[str]


def claim_of(credential: tuple[str, ...], header_list: str) -> Claim:
    """`credential` is the five parts of Credential."""
    access_key, date, region, service, terminal = credential
    names = tuple(header_list.lower().split(";", MAX_SIGNED_HEADERS))
    scope = f"{date}/{region}/{service}/{terminal}"
    return Claim(access_key, date, region, service, terminal, scope, names, header_list, frozenset(names))


def credential_parts(credential: str) -> tuple[str, ...] | None:
    """The five parts; an access key may hold slashes itself. None when there are fewer."""
    parts = credential.rsplit("/", 4)
    return tuple(parts) if len(parts) == 5 and all(parts) else None


class Signing:
    """One request's signature, computed and compared. Keeps the texts for whoever has to explain a mismatch."""

    __slots__ = ("canonical", "claim", "date", "key", "string_to_sign")

    def __init__(self, request: Request, claim: Claim, secret: str, date: str, payload: str, omit: str = "") -> None:
        """`date` is the request's YYYYMMDDTHHMMSSZ; `omit` the query parameter that carries the signature."""
        self.claim = claim
        self.date = date
        self.key = keyed(secret, claim.date, claim.region, claim.service)
        self.canonical = canonical_request(request, claim, payload, omit)
        digest = sha256(self.canonical.encode("latin-1", "replace")).hexdigest()
        self.string_to_sign = f"{ALGORITHM}\n{date}\n{claim.scope}\n{digest}"

    def signature(self) -> str:
        return signed(self.key, self.string_to_sign)

    def fits(self, signature: str) -> bool:
        return fits(self.key, self.string_to_sign, signature) or self._fits_otherwise(signature)

    def _fits_otherwise(self, signature: str) -> bool:
        """Clients differ in how they sign a slash that begins a part of the key: as `//` and as `/%2F`, whichever of them they
        send. Both are the same key, and AWS takes both."""
        method, path, rest = self.canonical.split("\n", 2)
        for written, otherwise in (("/%2F", "//"), ("//", "/%2F")):
            if written in path:
                digest = sha256(f"{method}\n{path.replace(written, otherwise)}\n{rest}".encode("latin-1", "replace")).hexdigest()
                if fits(self.key, f"{ALGORITHM}\n{self.date}\n{self.claim.scope}\n{digest}", signature):
                    return True
        return False


def canonical_request(request: Request, claim: Claim, payload: str, omit: str = "") -> str:
    headers = request.headers
    path = request.raw_path
    if path != "/" and _PLAIN_PATH.fullmatch(path) is None:
        path = canonical_path(path)
    query = request.query_string
    if query:
        query = canonical_query(query, omit)
    lines = "".join([f"{name}:{headers.get(name, '').strip()}\n" for name in claim.signed_headers])
    if "  " in lines:
        lines = re.sub(" {2,}", " ", lines)
    return f"{request.method}\n{path or '/'}\n{query}\n{lines}\n{claim.header_list}\n{payload}"


def canonical_path(raw_path: str) -> str:
    """Each segment decoded and encoded again, so that it does not matter which characters the client thought worth encoding. An
    encoded slash stays one."""
    return "/".join(quote(unquote_to_bytes(segment.encode("latin-1")), safe="~") for segment in raw_path.split("/"))


def canonical_query(query: str, omit: str = "") -> str:
    """The parameters but `omit`, encoded again and sorted; `k` without a value is `k=`; a plus sign is a plus sign."""
    plain = _PLAIN_QUERY.fullmatch(query) is not None
    pairs = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if not pair or (omit and name == omit):
            continue
        if not plain or "=" in value:
            name, value = encoded(name), encoded(value)
        pairs.append((name, value))
    pairs.sort()
    return "&".join([f"{name}={value}" for name, value in pairs])


def encoded(text: str) -> str:
    """Percent-encoding decoded and encoded again: all but `A-Za-z0-9-._~`."""
    return quote(unquote_to_bytes(text.encode("latin-1")), safe="~")


class Chain:
    """The signatures of a body's chunks, each over the one before (aws-chunked). The first is the request's own.

    After a refusal `string_to_sign` is what the refused signature should have been over.
    """

    __slots__ = ("_head", "_key", "_previous", "access_key", "string_to_sign")

    def __init__(self, signing: Signing, seed: str, access_key: str) -> None:
        self._key = signing.key
        self._head = f"{signing.date}\n{signing.claim.scope}\n"
        self._previous = seed
        self.access_key = access_key
        self.string_to_sign = ""

    def verify_chunk(self, signature: str, payload_sha256: str) -> bool:
        return self._verify(signature, f"{ALGORITHM}-PAYLOAD\n{self._head}{self._previous}\n{EMPTY_SHA256}\n{payload_sha256}")

    def verify_trailer(self, signature: str, trailers_sha256: str) -> bool:
        return self._verify(signature, f"{ALGORITHM}-TRAILER\n{self._head}{self._previous}\n{trailers_sha256}")

    def _verify(self, signature: str, string_to_sign: str) -> bool:
        if fits(self._key, string_to_sign, signature):
            self._previous = signature
            return True
        self.string_to_sign = string_to_sign
        return False
