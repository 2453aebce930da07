from __future__ import annotations

from condemu.auth.credentials import read_credentials
from conformance.plugin import GRADES
from conformance.s3.principals import CASES, DECISIONS, DOCUMENTS, ELSEWHERE, SECRET, access_key_of, credentials


def test_every_caller_of_a_case_is_among_the_credentials() -> None:
    book = read_credentials(credentials())
    for case in CASES:
        if key := access_key_of(case):
            credential = book.find(key)
            assert credential is not None
            assert (credential.secret, credential.principal.account) == (SECRET, case["principal"]["account"])


def test_every_policy_case_has_a_grade_and_runs_or_says_why_not() -> None:
    assert {case["evidence"] for case in CASES} <= set(GRADES)
    assert set(ELSEWHERE) <= {case["id"] for case in CASES}
    assert len(DECISIONS) + len(DOCUMENTS) > 240
