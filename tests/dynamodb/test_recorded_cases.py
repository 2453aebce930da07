"""Every recorded refusal and every recorded success, one test each.

A refusal has AWS's type and status under both wordings, and its text under one of them; a refused call changes nothing.
What cannot agree is listed with its reason.
"""

from __future__ import annotations

from typing import Any

import pytest
import recorded

ERRORS = recorded.load("dynamodb_error_cases.json")
SUCCESSES = recorded.load("dynamodb_success_cases.json")

NOTED = "the request that is noted is not the one that was refused"
LOST = "the name that was too long, or too short, is not in what is noted"
AUTH = "refused by who asks, in test_authentication.py"

EXCEPTIONS: dict[str, str] = {
    **dict.fromkeys(
        ("alt-0975", "alt-0995", "alt-1010", "alt-1016", "alt-1017", "alt-1058", "alt-1059", "alt-1075",
         "alt-1083", "alt-0971", "alt-0996", "alt-1127", "alt-0510"),
        NOTED,
    ),
    **dict.fromkeys(
        ("alt-0410", "alt-0412", "alt-0425", "alt-0426", "alt-0427", "alt-0714", "alt-0921", "alt-0924", "alt-0925"), LOST
    ),
    **dict.fromkeys(("wire-20", "wire-21", "wire-22", "wire-24", "wire-28", "wire-29"), AUTH),
    **dict.fromkeys(
        ("dyn-0058", "dyn-0060", "dyn-0189"),
        "tables named in a batch needed three characters once; now one is enough (recorded 2026)",
    ),
    "dyn-0447": "ten problems of twenty-seven: which ten changes from call to call",
    "dyn-2894": "ProvisionedThroughput of an index's update is optional now",
    "dyn-1850": "a page of an index with all its key given can be continued now, because other items may have the same",
    "dyn-2335": "a value of the recording's run is missing: 'x' stands for it",
    "dyn-2906": "a value of the recording's run is missing: 'x' stands for it",
    "conf-061": "an ARN that is none is AccessDenied (recorded 2026-10 by others), not a ValidationException",
    "conf-114": "the text of May 2026; it was another in September",
    "ack-31": "one definition for two key attributes: 'no definition' was recorded twice, this once",
    "motou-268": "asserted by moto alone; recorded on AWS is that ADD refuses a string before it looks at the item",
    "moto-076": "the table of the recording's run is named in the statement",
    "doc-01": "needs a transaction that waits: test_transactions.py",
    "doc-02": "needs a transaction that waits: test_transactions.py",
    "ack-08": "AWS refuses a second change within half an hour; an emulator that did would only be slow",
    "ack-22": "streams are enabled and disabled at once here",
    "ack-21": "indexes are created at once unless told otherwise",
    "ack-23": "indexes are created at once unless told otherwise",
}  # fmt: skip


def agrees(case: dict[str, Any]) -> str:
    """"" if the answers agree with what was recorded; else what is wrong, under each wording."""
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


@pytest.mark.parametrize("case", ERRORS["cases"], ids=lambda case: case["id"])
def test_a_recorded_refusal_is_answered_alike(case):
    if case["id"] in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[case["id"]])
    assert agrees(case) == ""


@pytest.mark.parametrize("case", SUCCESSES["cases"], ids=lambda case: case["id"])
def test_a_recorded_success_succeeds(case):
    answer = recorded.run(case, SUCCESSES["tables"])
    assert answer.status == 200, answer.body


def test_no_exception_is_listed_without_need():
    """Whoever makes one of them agree takes it off the list."""
    known = {case["id"]: case for case in ERRORS["cases"]}
    assert [name for name in EXCEPTIONS if name in known and not agrees(known[name])] == []
