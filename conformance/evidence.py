"""Evidence: what a target answered on a day, normalized so that another day's answers can be held against it.

`--record` writes it, one file for each module of cases under `evidence/<target>/`. A later run against AWS, or against condemu,
compares every case with AWS's evidence and fails where they differ: the rule that a case states may hold and yet a word have
changed.
Names, identifiers and times are masked; what depends on who came first (races) is not kept. Evidence of a case that no longer
exists is itself a failure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent / "evidence"
UNSTEADY: Final = ("races/", "recipes/")  # what is said there depends on who came first

IDENTIFIERS: Final = "VersionId|UploadId|DeleteMarkerVersionId|CopySourceVersionId|NextToken|RequestId|HostId"
MASKS: Final = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"condemu-conf-[0-9a-z-]+", "<name>"),
        (r"source-[0-9a-f]{32}-of-", "source-<id>-of-"),
        (r"\bk[0-9a-f]{12}\b", "<key>"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?", "<time>"),
        (r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "<time>"),
        (rf'("(?:{IDENTIFIERS})": )"(?!null")[^"]*"', r'\1"<id>"'),
        (r'("BoxUsage": )"[^"]*"', r'\1"<usage>"'),
        (r"\b\d{12}\b", "<account>"),
    )
)


def normalized(exchanges: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Operation, status and answer of each exchange, with everything masked that may differ between two runs."""
    return [
        {"operation": masked(entry["operation"]), "status": entry["status"], "answered": masked(entry["answered"])}
        for entry in exchanges
    ]


def masked(text: str) -> str:
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def file_of(target: str, case: str) -> Path:
    """evidence/<target>/<folder>/<module>.json"""
    return HERE / target / f"{case.partition('::')[0]}.json"


def record(target: str, date: str, cases: Iterable[Any]) -> list[Path]:
    """Keep what these cases saw; the files that were written. Cases that did not run keep what is there."""
    found: dict[Path, dict[str, Any]] = {}
    for case in cases:
        if not case.exchanges or case.id.startswith(UNSTEADY):
            continue
        path = file_of(target, case.id)
        held = found.setdefault(path, json.loads(path.read_text()) if path.exists() else {})
        held[case.id] = {"date": date, "exchanges": normalized(case.exchanges)}
    for path, held in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dict(sorted(held.items())), indent=1, ensure_ascii=False) + "\n")
    return sorted(found)


def difference(case: str, exchanges: Iterable[dict[str, Any]], target: str = "aws") -> str | None:
    """Where a case's exchanges differ from the target's evidence, in words; None when they agree or nothing is kept."""
    path = file_of(target, case)
    if not path.exists():
        return None
    held = json.loads(path.read_text()).get(case)
    if held is None:
        return None
    now = normalized(exchanges)
    if len(now) != len(held["exchanges"]):
        return f"{len(now)} exchanges where {held['date']} had {len(held['exchanges'])}"
    for number, (given, kept) in enumerate(zip(now, held["exchanges"], strict=True), 1):
        if given != kept:
            return f"exchange {number} differs from {held['date']}: {kept} became {given}"
    return None


def orphans(cases: set[str]) -> list[str]:
    """Evidence of cases that are not there any more."""
    held = {case for path in HERE.rglob("*.json") for case in json.loads(path.read_text())}
    return sorted(held - cases)
