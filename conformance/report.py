"""Reports: the terminal's summary, Markdown, JUnit (pytest's own), and one HTML matrix of targets and rules (`matrix.py`)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plugin import Case

GRADES = ("recorded", "third-party", "documented", "inferred")


def grades_line(cases: list[Any]) -> str:
    """How well the expectations are known: the first line of every report."""
    counts = Counter(grade(case) for case in cases)
    return f"{len(cases)} rules: " + ", ".join(f"{counts[name]} {name}" for name in GRADES if counts[name])


def grade(case: Any) -> str:
    return case["evidence"] if isinstance(case, dict) else case.evidence


def summary(cases: list[Case]) -> list[str]:
    """A few lines for a terminal: the grades, then the outcomes, then what differs."""
    outcomes = Counter(case.outcome for case in cases)
    lines = [grades_line(cases), ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())]
    for case in cases:
        if case.outcome in ("as AWS", "not applicable", "not run"):
            continue
        known = f" (known: {case.gap})" if case.gap else ""
        lines.append(f"{case.outcome:>13}  {case.id}  {case.rule}{known}")
    return lines


def markdown(document: dict[str, Any]) -> str:
    """One target's outcomes as a table, grouped by service."""
    cases = document["cases"]
    lines = [f"# {document['target']}, {document['date']}", "", grades_line(cases), ""]
    for service in sorted({case["service"] for case in cases}):
        lines += [f"## {service}", "", "| rule | evidence | outcome |", "|---|---|---|"]
        lines += [f"| {case['rule']} | {case['evidence']} | {case['outcome']} |" for case in cases if case["service"] == service]
        lines.append("")
    return "\n".join(lines)
