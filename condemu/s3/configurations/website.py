"""What PutBucketWebsite refuses. How a website is served is in s3/site.py."""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors import configurations as errors
from condemu.s3.requests.documents import malformed, refused
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Bucket

MOST_RULES: Final = 50  # S3 User Guide, "Configure redirection rules to use advanced conditional redirects"
PROTOCOLS: Final = ("http", "https")


def check_website(txn: Txn, request: S3Request, bucket: Bucket, document: dict[str, Any]) -> dict[str, Any]:
    """Order of checks (each recorded, their order inferred): a redirect of everything alone, the index document, the rules."""
    everything = document.get("RedirectAllRequestsTo")
    if everything is not None:
        if len(document) > 1:
            raise refused(errors.REDIRECT_ALONE, "RedirectAllRequestsTo", "not null")
        _check_protocol(everything)
        if not everything["HostName"]:
            raise malformed("RedirectAllRequestsTo has an empty HostName")
        return document
    index = document.get("IndexDocument")
    if index is None:
        raise refused(errors.INDEX_NEEDED, "IndexDocument", "null")
    if not index["Suffix"] or "/" in index["Suffix"]:
        raise refused(errors.INDEX_FORM, "IndexDocument", index["Suffix"])
    if not document.get("ErrorDocument", {"Key": "."})["Key"]:
        raise malformed("ErrorDocument has an empty Key")
    rules = document.get("RoutingRules", {}).get("RoutingRule", [])
    if len(rules) > MOST_RULES:
        raise malformed(f"there are {len(rules)} routing rules")
    for rule in rules:
        _check_rule(rule)
    return document


def _check_rule(rule: dict[str, Any]) -> None:
    redirect = rule["Redirect"]
    if "Condition" in rule and not rule["Condition"]:
        raise ServiceError(errors.EMPTY_CONDITION)
    error = rule.get("Condition", {}).get("HttpErrorCodeReturnedEquals")
    if error is not None and not _is_code(error, "45"):
        raise ServiceError(errors.ERROR_CODE, {"code": error})
    if not redirect:
        raise malformed("a Redirect says where to")
    _check_protocol(redirect)
    if "ReplaceKeyWith" in redirect and "ReplaceKeyPrefixWith" in redirect:
        raise ServiceError(errors.TWO_REPLACEMENTS)
    code = redirect.get("HttpRedirectCode", "301")
    if not _is_code(code, "3") or code == "300":
        raise ServiceError(errors.REDIRECT_CODE, {"code": code})


def _is_code(text: str, kinds: str) -> bool:
    """Three digits, the first of which is one of `kinds`."""
    return len(text) == 3 and text.isascii() and text.isdigit() and text[0] in kinds


def _check_protocol(redirect: dict[str, Any]) -> None:
    if redirect.get("Protocol", "http") not in PROTOCOLS:
        raise ServiceError(errors.REDIRECT_PROTOCOL)
