"""A bucket as a website: `http://<bucket>.s3-website.localhost:<port>/…`, and AWS's own names of website endpoints.

| a request for           | where there is                              | is answered with                                    |
|-------------------------|---------------------------------------------|-----------------------------------------------------|
| anything                | a redirect of everything                    | 301 to that host                                    |
| a key                   | a rule that fits, without an error          | the rule's redirect, 301 unless it says otherwise   |
| `a/`                    | the index document `a/index.html`           | it                                                  |
| `a`                     | the object `a`                              | it                                                  |
| `a`                     | an object with a redirect location          | 301 to that location                                |
| `a`                     | no such object, but `a/index.html`          | 302 to `/a/`                                        |
| a key that is not there | a rule for its error                        | the rule's redirect                                 |
| a key that is not there | an error document                           | that document, with the error's status              |
| a key that is not there | none of these                               | a page of HTML with the error's code                |

Who asks is nobody: only what everybody may read is served, and a missing key is 403 to those who may not list (S3 User Guide,
"Hosting a static website"). GET and HEAD alone; conditions and ranges count, the query does not. The form of the pages and the
headers `x-amz-error-*` are third-party recordings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import punctuation
from typing import Any, Final
from urllib.parse import quote

from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response
from condemu.core.store import Txn
from condemu.s3.access.authorize import authorize, hidden, without_unseen
from condemu.s3.errors.configurations import FOLDER_FOUND, NO_WEBSITE
from condemu.s3.errors.general import ACCESS_DENIED
from condemu.s3.objects.get import get_object
from condemu.s3.render import one_line, response
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.members import Members
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import OBJECTS, Bucket
from condemu.wire.rest import percent_encode
from condemu.wire.xml import escape

REASONS: Final = {
    302: "Found", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    412: "Precondition Failed", 416: "Requested Range Not Satisfiable",
}  # fmt: skip
KEPT: Final = frozenset({"IfMatch", "IfModifiedSince", "IfNoneMatch", "IfUnmodifiedSince", "Range"})  # of a request's members
ON_THE_WAY: Final = "An Error Occurred While Attempting to Retrieve a Custom Error Document"


@dataclass(slots=True)
class Served:
    """What a request is answered with: an object, an error, both (an error document), or a redirect. `unserved` is why the error
    document is not served."""

    found: dict[str, Any] | None = None
    error: ServiceError | None = None
    unserved: ServiceError | None = None
    status: int = 0
    location: str = ""


def serve(request: S3Request, txn: Txn) -> Served:
    """Order of checks: bucket, website, a bucket whose requesters pay, and then by the table."""
    try:
        bucket = bucket_of(txn, request)
        website = bucket.configurations.get("website")
        if website is None:
            raise ServiceError(NO_WEBSITE, {"BucketName": request.bucket})
        if bucket.configurations.get("requestPayment", {}).get("Payer") == "Requester":
            raise ServiceError(ACCESS_DENIED, because="a website of a bucket whose requesters pay is open to nobody")
    except ServiceError as error:
        return Served(error=error)
    everything = website.get("RedirectAllRequestsTo")
    if everything is not None:
        return Served(status=301, location=_location(request, everything, request.key))
    redirect = _redirected(request, website, "")
    if redirect is not None:
        return redirect
    return _object(request, txn, bucket, website)


def _object(request: S3Request, txn: Txn, bucket: Bucket, website: dict[str, Any]) -> Served:
    suffix = website["IndexDocument"]["Suffix"]
    folder = not request.key or request.key.endswith("/")
    try:
        found = _read(request, txn, request.key + suffix if folder else request.key)
    except ServiceError as error:
        if error.row.status == 304:
            raise
        if not folder and _is_there(txn, bucket, f"{request.key}/{suffix}"):
            return Served(error=ServiceError(FOLDER_FOUND, headers=(("Location", f"/{_path(request.key)}/"),)))
        redirect = _redirected(request, website, str(error.row.status))
        return redirect or _with_document(request, txn, website, error)
    elsewhere = found.get("WebsiteRedirectLocation")
    return Served(found) if elsewhere is None else Served(status=301, location=elsewhere)


def _with_document(request: S3Request, txn: Txn, website: dict[str, Any], error: ServiceError) -> Served:
    document = website.get("ErrorDocument")
    if document is None:
        return Served(error=error)
    try:
        return Served(_read(request, txn, document["Key"], {}), error)
    except ServiceError as unserved:
        return Served(error=error, unserved=unserved)


def _read(request: S3Request, txn: Txn, key: str, members: Members | None = None) -> dict[str, Any]:
    """GetObject, as everybody may ask for it."""
    kept: Members = {member: text for member, text in request.members.items() if member in KEPT} if members is None else members
    entry = request.entry(key, kept)
    authorize(entry, txn)
    try:
        found = get_object(txn, entry)
    except ServiceError as error:
        raise hidden(txn, entry, error) from None
    return without_unseen(txn, entry, found)


def _is_there(txn: Txn, bucket: Bucket, key: str) -> bool:
    version = txn.get(OBJECTS, bucket.at(key))
    return version is not None and not version.marker


def _redirected(request: S3Request, website: dict[str, Any], status: str) -> Served | None:
    """By the first rule that fits; those for an error only when there is one."""
    for rule in website.get("RoutingRules", {}).get("RoutingRule", ()):
        condition, redirect = rule.get("Condition", {}), rule["Redirect"]
        prefix = condition.get("KeyPrefixEquals", "")
        if condition.get("HttpErrorCodeReturnedEquals", "") != status or not request.key.startswith(prefix):
            continue
        key = redirect.get("ReplaceKeyWith", request.key)
        if "ReplaceKeyPrefixWith" in redirect:
            key = redirect["ReplaceKeyPrefixWith"] + request.key[len(prefix) :]
        return Served(status=int(redirect.get("HttpRedirectCode", "301")), location=_location(request, redirect, key))
    return None


def _location(request: S3Request, redirect: dict[str, Any], key: str) -> str:
    http = request.http
    host = quote(redirect.get("HostName") or http.headers.get("host", ""), safe=punctuation)  # it is any text, a header is not
    return f"{redirect.get('Protocol', http.scheme)}://{host}/{_path(key)}"


def _path(key: str) -> str:
    return percent_encode(key).replace("%2F", "/")


# --- answers ---


def answer(request: S3Request, served: Served) -> Response:
    """As a browser gets it."""
    http = request.http
    if served.status:
        return Response(served.status, [*_common(http), ("Location", served.location), ("Content-Length", "0")])
    error = served.error
    if served.found is None:
        assert error is not None
        return page(http, error, served.unserved)
    shown = response(request, served.found)
    if error is not None:
        shown.status, shown.refusal = error.row.status, error
        shown.headers += _told(error)
    return shown


def page(http: Request, error: ServiceError, unserved: ServiceError | None = None) -> Response:
    """An error as a page of HTML; no body for HEAD and 304."""
    status = error.row.status
    headers = [*_common(http), *error.headers]
    if status == 304:
        return Response(status, headers, refusal=error)
    headers += _told(error)
    if error.because:
        headers.append(("x-condemu-because", one_line(error.because)))
    title = f"{status} {REASONS.get(status, '')}".strip()
    items = [*_items(error), f"RequestId: {http.request_id}", f"HostId: {http.host_id}"]
    more = [f"<h3>{ON_THE_WAY}</h3>", *_list(_items(unserved))] if unserved is not None else []
    lines = [
        "<html>", f"<head><title>{title}</title></head>", "<body>", f"<h1>{title}</h1>", *_list(items), *more, "<hr/>", "</body>",
        "</html>", "",
    ]  # fmt: skip
    body = "\n".join(lines).encode("utf-8", "replace")
    headers += [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Response(status, headers, b"" if http.method == "HEAD" else body, refusal=error)


def _list(items: list[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{escape(item)}</li>" for item in items)
    yield "</ul>"


def _items(error: ServiceError) -> list[str]:
    details = [f"{name}: {value}" for name, value in error.elements]
    return [f"Code: {error.row.code}", f"Message: {error.message}", *details]


def _told(error: ServiceError) -> list[tuple[str, str]]:
    """The error in headers: an error document has no place for it."""
    details = [(f"x-amz-error-detail-{name}", percent_encode(str(value))) for name, value in error.elements]
    return [("x-amz-error-code", error.row.code), ("x-amz-error-message", error.message), *details]


def _common(http: Request) -> list[tuple[str, str]]:
    return [("x-amz-id-2", http.host_id), ("x-amz-request-id", http.request_id), ("Server", "AmazonS3")]
