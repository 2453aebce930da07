"""What the members of the export API's requests must look like, as a table; checked in the table's order (inferred)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict, cast

from condemu.core.errors import ServiceError
from condemu.simpledb.export_errors import FORM, KMS_KEY_WITHOUT_KMS, LENGTH, MISSING, RANGE, SERIALIZATION


class ExportRequest(TypedDict, total=False):
    """The members of all three operations; each has its own."""

    clientToken: str
    domainName: str
    s3Bucket: str
    s3KeyPrefix: str
    s3SseAlgorithm: str
    s3SseKmsKeyId: str
    s3BucketOwner: str
    exportArn: str
    maxResults: int
    nextToken: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Bounds on a member: the length of a text, the size of a number; then a text's form with the sentence about it."""

    member: str
    parameter: str
    least: int
    most: int
    form: re.Pattern[str] | None = None
    sentence: str = ""
    required: bool = False
    number: bool = False


_DOMAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")
_DOMAIN_SENTENCE: Final = "must only contain letters, numbers, underscores, periods, and hyphens."
_ARN: Final = re.compile(r"arn:aws:sdb:[a-z0-9-]+:\d{12}:domain/[A-Za-z0-9_.-]{3,255}/export/[0-9a-f-]{36}", re.ASCII)
_ANY: Final = 1 << 20
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

START: Final = (
    Rule(
        "clientToken", "ClientToken", 1, 128, re.compile(r"[!-~]+"),
        "must only contain ASCII characters in the range of 33-126, inclusive.",
    ),
    Rule("domainName", "DomainName", 3, 255, _DOMAIN, _DOMAIN_SENTENCE, required=True),
    Rule("s3Bucket", "S3BucketName", 3, 63, required=True),
    Rule("s3KeyPrefix", "S3KeyPrefix", 1, 850),
    Rule("s3SseAlgorithm", "S3SseAlgorithm", 0, _ANY, re.compile("AES256|KMS"), "can only be AES256 or KMS."),
    Rule(
        "s3SseKmsKeyId", "S3SseKmsKeyId", 1, 2048, re.compile("[A-Za-z0-9_:/-]+"),
        "must only contain letters, numbers, underscores, colons, and hyphens.",
    ),
    Rule("s3BucketOwner", "S3BucketOwner", 0, _ANY, re.compile("[0-9]{12}"), "must be a valid AWS account ID."),
)  # fmt: skip
GET: Final = (
    Rule("exportArn", "ExportArn", 20, 2048, _ARN, "must be a valid Amazon SimpleDB Domain Export ARN.", required=True),
)
LIST: Final = (
    Rule("domainName", "DomainName", 3, 255, _DOMAIN, _DOMAIN_SENTENCE),
    Rule("maxResults", "MaxResults", 1, 100, number=True),
    Rule(
        "nextToken", "NextToken", 1, 2048, re.compile("[A-Za-z0-9_=-]+"),
        "must only contain letters, numbers, underscores, hyphens, and equals signs.",
    ),
)  # fmt: skip


def checked(rules: tuple[Rule, ...], given: Mapping[str, Any]) -> ExportRequest:
    """The members that the rules know, or the first refusal: types of all, then rule by rule."""
    members: dict[str, Any] = {}
    for rule in rules:
        value = given.get(rule.member)
        if value is None:
            continue
        if type(value) is not (int if rule.number else str):
            raise ServiceError(SERIALIZATION, because=f"{rule.member} has the wrong type")
        if isinstance(value, str) and _SURROGATE.search(value):
            raise ServiceError(SERIALIZATION, because=f"{rule.member} is no Unicode text")
        members[rule.member] = value
    for rule in rules:
        if rule.member in members:
            _check(rule, members[rule.member])
        elif rule.required:
            raise ServiceError(MISSING, {"Parameter": rule.parameter})
    if "s3SseKmsKeyId" in members and members.get("s3SseAlgorithm") != "KMS":
        raise ServiceError(KMS_KEY_WITHOUT_KMS)
    return cast(ExportRequest, members)


def _check(rule: Rule, value: Any) -> None:
    fields = {"Value": value, "Parameter": rule.parameter, "Least": rule.least, "Most": rule.most}
    if rule.number:
        if not rule.least <= value <= rule.most:
            raise ServiceError(RANGE, fields)
        return
    if not rule.least <= len(value) <= rule.most:
        raise ServiceError(LENGTH, fields)
    if rule.form is not None and rule.form.fullmatch(value) is None:
        raise ServiceError(FORM, {**fields, "Form": rule.sentence})
