"""Evidence: masked where two runs may differ, compared where they may not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance import evidence


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(evidence, "HERE", tmp_path)
    return tmp_path


def exchange(answered: str, status: int = 200) -> dict[str, Any]:
    return {"operation": "PutObject", "asked": "{}", "status": status, "answered": answered}


def case(answered: str, identity: str = "s3/test_x::test_y") -> Any:
    return SimpleNamespace(id=identity, exchanges=[exchange(answered)])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"VersionId": "abc"}', '{"VersionId": "def"}'),
        ('{"LastModified": "2026-01-01 10:00:00+00:00"}', '{"LastModified": "2027-02-02 11:11:11+00:00"}'),
        ('{"Key": "k0123456789ab"}', '{"Key": "kba9876543210"}'),
        ('{"Name": "condemu-conf-202601011200-abcdef-3"}', '{"Name": "condemu-conf-202701011200-fedcba-9"}'),
    ],
)
def test_what_may_differ_between_runs_is_masked(home: Path, first: str, second: str) -> None:
    evidence.record("aws", "2026-01-01", [case(first)])
    assert evidence.difference("s3/test_x::test_y", [exchange(second)]) is None


@pytest.mark.parametrize(
    "other", [[exchange('{"ETag": "b"}')], [exchange('{"ETag": "a"}', 412)], [], [exchange('{"ETag": "a"}')] * 2]
)
def test_a_word_a_status_or_a_call_more_is_a_difference(home: Path, other: list[Any]) -> None:
    evidence.record("aws", "2026-01-01", [case('{"ETag": "a"}')])
    assert evidence.difference("s3/test_x::test_y", [exchange('{"ETag": "a"}')]) is None
    assert evidence.difference("s3/test_x::test_y", other) is not None


def test_the_null_version_is_not_masked(home: Path) -> None:
    evidence.record("aws", "2026-01-01", [case('{"VersionId": "null"}')])
    assert evidence.difference("s3/test_x::test_y", [exchange('{"VersionId": "abc"}')]) is not None


def test_without_evidence_nothing_differs(home: Path) -> None:
    assert evidence.difference("s3/test_x::test_y", [exchange("{}")]) is None


def test_recording_keeps_what_did_not_run_and_leaves_races_out(home: Path) -> None:
    evidence.record("aws", "2026-01-01", [case("{}"), case("{}", "s3/test_x::test_z"), case("{}", "races/test_r::test_r")])
    evidence.record("aws", "2026-02-02", [case('{"ETag": "new"}')])
    assert evidence.difference("s3/test_x::test_z", [exchange("{}")]) is None
    assert evidence.orphans({"s3/test_x::test_y"}) == ["s3/test_x::test_z"]
    assert not (home / "aws" / "races").exists()
