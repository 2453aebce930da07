"""`condemu certify URL`: the black-box part of the suite on any store, as a page, a JSON file and a badge."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
from collections.abc import Iterator
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any

from . import matrix, report
from .progress import Progress

COLOURS = {"good": "#2e7d4f", "partly": "#d9a514", "bad": "#c0392b"}


def certify(options: argparse.Namespace) -> int:
    """Run, write the folder, and say in one line what the store does. Exit status 0 when it enforces every rule.

    A run that is interrupted still writes all of it, about the cases that had their turn.
    """
    from .cli import INTERRUPTED, USAGE, refuse, run_pytest, silence_of

    silent = silence_of(options.url)
    if silent:
        return refuse(silent)
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.json"
    results.unlink(missing_ok=True)
    options.target, options.target_name, options.tier = options.url, options.name or options.url, "full"
    options.record, options.workers, options.junit, options.quiet = False, "0", folder / "junit.xml", True
    with contextlib.suppress(KeyboardInterrupt), interruptible():  # the second one, while what was created is removed
        if run_pytest(options, results, [Progress()]) == USAGE:
            return USAGE
    if not results.exists():
        return INTERRUPTED
    document: dict[str, Any] = json.loads(results.read_text())
    (folder / "index.html").write_text(matrix.page([document]))
    (folder / "results.md").write_text(report.markdown(document))
    verdict, grade = verdict_of(document)
    (folder / "badge.svg").write_text(badge(verdict, COLOURS[grade]))
    print(f"{document['target']}: {verdict}. See {folder / 'index.html'}")
    if "interrupted" in verdict:
        return INTERRUPTED
    return 0 if grade == "good" else 1


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Take SIGTERM, which a CI sends whose time is up, for Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def verdict_of(document: dict[str, Any]) -> tuple[str, str]:
    """One phrase and a grade. A condition that is ignored, or not atomic, is what nobody may build on."""
    outcomes = [case["outcome"] for case in document["cases"] if case["outcome"] not in matrix.NOTHING]
    good, ran = outcomes.count("as AWS"), len(outcomes)
    unsafe = outcomes.count("ignored") + outcomes.count("not atomic")
    left = sum(case["outcome"] == "not run" for case in document["cases"])
    told = f"{good}/{ran} rules" + (f", {unsafe} not enforced" if unsafe else "")
    if left:
        return f"{told}, interrupted with {left} to go", "bad" if unsafe else "partly"
    if unsafe:
        return told, "bad"
    return told, "good" if good == ran else "partly"


def badge(text: str, colour: str) -> str:
    """A badge as people know them: two boxes of text."""
    label, left, right = "conditional writes", 118, 14 + 7 * len(text)
    title = escape(f"{label}: {text}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">'
        f'<title>{title}</title><rect width="{left}" height="20" fill="#444c56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{label}</text><text x="{left + right / 2}" y="14">{escape(text)}</text></g></svg>\n'
    )
