"""Every recorded refusal and every recorded success, a test for each operation; what fails is told by the id of its case.

A refusal has AWS's type and status under both wordings, and its text under one of them; a refused call changes nothing.
What cannot agree is listed with its reason.
"""

from __future__ import annotations

from typing import Any

import pytest
import recorded

from conformance.dynamodb.observed import EXCEPTIONS, STAGED

ERRORS = recorded.load("dynamodb_error_cases.json")
SUCCESSES = recorded.load("dynamodb_success_cases.json")


def agrees(case: dict[str, Any]) -> str:
    """ "" if the answers agree with what was recorded; else what is wrong, under each wording."""
    expected = case["expected"]
    wordings = {"2026": {**expected, **(case.get("expected_2026") or {})}, "classic": expected}
    found = {}
    for profile, wanted in wordings.items():
        answer = recorded.run(case, ERRORS["tables"], profile)
        kind = {name: wanted[name] for name in ("status", "type") if name in wanted}
        wrong_kind = recorded.wrong(answer, case, kind)
        if wrong_kind:
            return f"{profile}: {wrong_kind}"
        found[profile] = recorded.wrong(answer, case, wanted)
    return "" if "" in found.values() else "; ".join(f"{profile}: {wrong}" for profile, wrong in found.items())


def of_each_operation(cases: list[dict[str, Any]]) -> Any:
    operations = sorted({case["operation"] for case in cases})
    grouped = [[case for case in cases if case["operation"] == operation] for operation in operations]
    return pytest.mark.parametrize("cases", grouped, ids=operations)


@of_each_operation([case for case in ERRORS["cases"] if case["id"] not in EXCEPTIONS])
def test_a_recorded_refusal_is_answered_alike(cases):
    assert {case["id"]: wrong for case in cases if (wrong := agrees(case))} == {}


@of_each_operation(SUCCESSES["cases"])
def test_a_recorded_success_succeeds(cases):
    answers = {case["id"]: recorded.run(case, SUCCESSES["tables"]) for case in cases}
    assert {name: answer.body for name, answer in answers.items() if answer.status != 200} == {}


def test_no_exception_is_listed_without_need():
    """Whoever makes one of them agree takes it off the list."""
    known = {case["id"]: case for case in ERRORS["cases"]}
    assert [name for name in EXCEPTIONS if name in known and not agrees(known[name])] == []


def test_what_is_staged_in_process_alone_is_sent_nowhere_else():
    assert set(recorded.FIRST) | set(recorded.STATES) == STAGED
