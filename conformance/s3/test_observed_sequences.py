"""What AWS was observed to answer, step by step: the sequences of cases/s3_conditional_cases.json, each with its own evidence."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from ..expect import Refusal, accepted, attempt, refused, same, true
from ..raw import Raw
from ..resources import Resources
from ..targeting import Target
from .observed import RUNNABLE, STEPS

SECONDS: Final = {"s": 1, "m": 60, "d": 86400}
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]+)\}")
_MEMBER: Final = re.compile(r"(\w+)\.(\w+)(?:\|(\w+))?(?:([+-]\d+)([smd]))?")
_NOW: Final = re.compile(r"now(?:([+-]\d+)([smd]))?")
_SIZE: Final = re.compile(r"size\((\w+)\)([+-]\d+)?")


class Run:
    """One case under way: its buckets, and the answers that later steps refer to."""

    def __init__(self, s3: Any, target: Target, buckets: dict[str, str]) -> None:
        self.s3 = s3
        self.target = target
        self.buckets = buckets
        self.saved: dict[str, dict[str, Any]] = {}
        self.sizes: dict[str, int] = {}

    def value(self, given: Any) -> Any:
        """A parameter with its placeholders filled in."""
        if isinstance(given, dict):
            return {name: self.value(inner) for name, inner in given.items()}
        if isinstance(given, list):
            return [self.value(inner) for inner in given]
        if not isinstance(given, str):
            return given
        whole = _PLACEHOLDER.fullmatch(given)
        if whole is not None:
            return self.placeholder(whole[1])
        return _PLACEHOLDER.sub(lambda match: str(self.placeholder(match[1])), given)

    def placeholder(self, name: str) -> Any:
        if name in self.buckets:
            return self.buckets[name]
        if match := _NOW.fullmatch(name):
            return datetime.now(UTC) + shift(match[1], match[2])
        if match := _SIZE.fullmatch(name):
            return self.sizes[match[1]] + int(match[2] or 0)
        match = _MEMBER.fullmatch(name)
        assert match is not None, f"there is no placeholder {name}"
        held = self.saved[match[1]][match[2]]
        if match[3] == "unquoted":
            return held.strip('"')
        if match[3] == "drop_leading_quote":
            return held[1:]
        return held + shift(match[4], match[5]) if match[4] else held

    def step(self, step: dict[str, Any]) -> None:
        """Perform a step and compare it with what was observed; one without an observation succeeds."""
        if step["op"] == "sleep":
            if self.target.is_aws:  # their clock is not ours
                time.sleep(step["params"]["seconds"])
            return
        call = getattr(self.s3, STEPS[step["op"]])
        parameters = {"Bucket": self.buckets["bucket"], **self.value(step["params"])}
        if step["op"] == "PutBucketVersioning":
            parameters["VersioningConfiguration"] = {"Status": parameters.pop("Status")}
        observed = step.get("observed") or {"status": 200}
        if observed["status"] >= 300:
            elements = {name: value for name, value in self.value(observed.get("elements") or {}).items() if told(value)}
            status, code, message = observed["status"], observed.get("code"), observed.get("message")
            if step["op"] == "HeadObject":
                code = message = None
            refused(call, status=status, code=code, message=message, elements=elements, **parameters)
            return
        answer = accepted(call, **parameters)
        compare(answer, self.value({"headers": {}, "elements": {}, **observed}))
        if "save" in step:
            self.saved[step["save"]] = answer
            self.sizes[step["save"]] = len(parameters.get("Body", ""))


def shift(number: str | None, unit: str | None) -> timedelta:
    return timedelta(seconds=int(number or 0) * SECONDS[unit or "s"])


def told(value: Any) -> bool:
    """Whether an observation says what the value is: one that differs from run to run is masked."""
    text = json.dumps(value, default=str)
    return "<" not in text and "datetime" not in text


def compare(answer: dict[str, Any], observed: dict[str, Any]) -> None:
    """Status, headers and members of a success, as far as they were observed."""
    if "status" in observed and observed["status"] != 200:
        same(answer["ResponseMetadata"]["HTTPStatusCode"], observed["status"], "the status")
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    for name, value in (observed.get("headers") or {}).items():
        if isinstance(value, str) and told(value):
            same(headers.get(name.lower()), value, name)
    members = {**answer, **(answer.get("CopyObjectResult") or {}), **(answer.get("CopyPartResult") or {})}
    for name, value in (observed.get("elements") or {}).items():
        if told(value):
            same(members.get(name), value, name)


@pytest.mark.tier("exact")
@pytest.mark.parametrize("row", RUNNABLE, ids=[case["id"] for case in RUNNABLE])
def test_a_sequence_is_answered_as_it_was_observed(s3: Any, client: Any, target: Target, row: dict[str, Any]) -> None:
    """Every step of a sequence is answered as AWS was observed, or documented, to answer it.

    Source: recordings of AWS, tests verified against AWS, measurements in public issues; each case names its kind [recorded]
    """
    kept = Resources(client, target.region)
    try:
        buckets = {"bucket": kept.bucket()}
        if "${bucket2}" in json.dumps(row["sequence"]):
            buckets["bucket2"] = kept.bucket()
        run = Run(s3, target, buckets)
        for step in row["sequence"]:
            run.step(step)
    finally:
        kept.remove_all()


@pytest.mark.tier("exact")
def test_what_a_refused_sequence_leaves_behind(s3: Any, own_bucket: str) -> None:
    """A refused put leaves neither object nor version, and a refused delete takes none away.

    Source: S3 User Guide, "Prevent object overwrites with conditional writes" [documented]
    """
    assert isinstance(attempt(s3.put_object, Bucket=own_bucket, Key="k", Body=b"1", IfMatch='"0"'), Refusal)
    same(s3.list_object_versions(Bucket=own_bucket).get("Versions"), None, "the bucket's versions")
    put = accepted(s3.put_object, Bucket=own_bucket, Key="k", Body=b"1")
    assert isinstance(attempt(s3.delete_object, Bucket=own_bucket, Key="k", IfMatch='"0"'), Refusal)
    same(s3.head_object(Bucket=own_bucket, Key="k")["ETag"], put["ETag"], "the object's ETag")


@pytest.mark.tier("exact")
def test_what_is_no_form_fails_a_condition_of_another_kind(raw: Raw, bucket: str) -> None:
    """A POST to a bucket that is no multipart/form-data is a failed precondition, although it carries no condition.

    Source: recorded on AWS 2026-02 [recorded]
    """
    answer = raw("POST", f"/{bucket}", {"Content-Type": "text/html"}, b"")
    same(answer.status, 412, "the status")
    condition = "Bucket POST must be of the enclosure-type multipart/form-data"
    true(f"<Condition>{condition}</Condition>".encode() in answer.body, f"the error names the condition {condition!r}")
