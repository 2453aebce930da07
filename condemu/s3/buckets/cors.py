"""Cross-origin requests: GetBucketCors, PutBucketCors, DeleteBucketCors, the preflight, and the headers of all other answers.

A request from another origin is allowed by the first rule that matches its Origin, its method and every header that it asks for.
The preflight (OPTIONS) is answered without a signature; other requests are answered in any case, with the headers below only when
a rule matches, and then refusals carry them, too. In a rule `*` stands for any text, once in each origin and header.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.http import Request
from condemu.core.store import Txn
from condemu.s3.errors.buckets import (
    CORS_DISABLED,
    CORS_EXPOSED_WILDCARD,
    CORS_FORBIDDEN,
    CORS_METHOD,
    CORS_NO_BUCKET,
    CORS_WILDCARDS,
    NO_CORS,
    ORIGIN_NEEDED,
)
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, integer, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import bucket_named, configure
from condemu.wire.xml import Element

Rule = dict[str, Any]
Headers = list[tuple[str, str]]

MOST_RULES: Final = 100  # Amazon S3 API Reference, PutBucketCors
METHODS: Final = frozenset({"GET", "PUT", "HEAD", "POST", "DELETE"})
LISTS: Final = ("AllowedHeader", "AllowedMethod", "AllowedOrigin", "ExposeHeader")
VARY: Final = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def get_bucket_cors(txn: Txn, request: S3Request) -> dict[str, Any]:
    rules = bucket_of(txn, request).configurations.get("cors")
    if rules is None:
        raise ServiceError(NO_CORS, {"BucketName": request.bucket})
    return {"CORSRule": list(rules)}


def put_bucket_cors(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    elements = document_of(request, "CORSConfiguration").all("CORSRule")
    if not 1 <= len(elements) <= MOST_RULES:
        raise malformed(f"there are {len(elements)} rules; there can be 1 to {MOST_RULES}")
    configure(txn, bucket, "cors", tuple(_rule(element) for element in elements))
    return {}


def delete_bucket_cors(txn: Txn, request: S3Request) -> dict[str, Any]:
    configure(txn, bucket_of(txn, request), "cors", None)
    return {}


def _rule(element: Element) -> Rule:
    """One rule, as it is answered again. Order of checks: methods and origins are there, methods, wildcards."""
    texts = {tag: [child.text for child in element.all(tag)] for tag in LISTS}
    if not texts["AllowedMethod"] or not texts["AllowedOrigin"]:
        raise malformed("a CORSRule has an AllowedMethod and an AllowedOrigin")
    for method in texts["AllowedMethod"]:
        if method not in METHODS:
            raise ServiceError(CORS_METHOD, {"Method": method})
    for tag in ("AllowedOrigin", "AllowedHeader"):
        for value in texts[tag]:
            if value.count("*") > 1:
                raise ServiceError(CORS_WILDCARDS, {"Element": tag, "Value": value})
    for value in texts["ExposeHeader"]:
        if "*" in value:
            raise ServiceError(CORS_EXPOSED_WILDCARD, {"Value": value})
    rule: Rule = {"ID": element.text_of("ID"), **texts, "MaxAgeSeconds": integer(element, "MaxAgeSeconds")}
    return {name: value for name, value in rule.items() if value not in (None, [])}


def preflight(txn: Txn, http: Request, bucket_name: str, namespace: str | None = None) -> Headers:
    """The headers that allow what the browser asks for. Order of checks (recorded): Origin, bucket, rules, method, a match."""
    origin, method = http.headers.get("origin"), http.headers.get("access-control-request-method")
    if not origin:
        raise ServiceError(ORIGIN_NEEDED)
    bucket = bucket_named(txn, bucket_name, namespace)
    if bucket is None:
        raise ServiceError(CORS_NO_BUCKET, {"Method": "OPTIONS", "ResourceType": "BUCKET"})
    rules = bucket.configurations.get("cors")
    if rules is None:
        raise ServiceError(CORS_DISABLED, {"Method": method or "OPTIONS", "ResourceType": "BUCKET"})
    if not method:
        raise ServiceError(CORS_FORBIDDEN, {"Method": "OPTIONS", "ResourceType": "BUCKET"}, because="no method is asked for")
    wanted = wanted_headers(http)
    rule = matching(rules, origin, method, wanted)
    if rule is None:
        raise ServiceError(CORS_FORBIDDEN, {"Method": method, "ResourceType": "OBJECT"})
    return allowing(rule, origin, wanted)


def answered(txn: Txn, http: Request, bucket_name: str, namespace: str | None = None) -> Headers:
    """What an answer to a request from another origin carries; nothing when no rule matches. Access-Control-Request-Method
    and -Headers are looked at here, too (recorded on AWS)."""
    bucket = bucket_named(txn, bucket_name, namespace)
    rules = () if bucket is None else bucket.configurations.get("cors", ())
    origin, wanted = http.headers["origin"], wanted_headers(http)
    rule = matching(rules, origin, http.headers.get("access-control-request-method") or http.method, wanted)
    return [] if rule is None else allowing(rule, origin, wanted)


def wanted_headers(http: Request) -> list[str]:
    """The headers that a browser asks to send."""
    asked = http.headers.get("access-control-request-headers", "")
    return [name.strip().lower() for name in asked.split(",") if name.strip()]


def matching(rules: tuple[Rule, ...], origin: str, method: str, wanted: list[str]) -> Rule | None:
    """The first rule that allows all of it. Methods and origins are compared as they are, headers whatever their case."""
    for rule in rules:
        if (
            method in rule["AllowedMethod"]
            and any(like(pattern, origin) for pattern in rule["AllowedOrigin"])
            and all(any(like(pattern.lower(), name) for pattern in rule.get("AllowedHeader", ())) for name in wanted)
        ):
            return rule
    return None


def allowing(rule: Rule, origin: str, wanted: list[str]) -> Headers:
    """The headers by which a browser learns what a rule allows."""
    anybody = "*" in rule["AllowedOrigin"]
    headers = [
        ("Access-Control-Allow-Origin", "*" if anybody else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethod"])),
    ]
    if wanted:
        headers.append(("Access-Control-Allow-Headers", ", ".join(wanted)))
    if rule.get("ExposeHeader"):
        headers.append(("Access-Control-Expose-Headers", ", ".join(rule["ExposeHeader"])))
    if "MaxAgeSeconds" in rule:
        headers.append(("Access-Control-Max-Age", str(rule["MaxAgeSeconds"])))
    if not anybody:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    headers.append(("Vary", VARY))
    return headers


@lru_cache(maxsize=4096)
def like(pattern: str, text: str) -> bool:
    """Whether text is the pattern, in which one `*` stands for anything."""
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)
