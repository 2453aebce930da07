"""`condemu certify URL`: the black-box part of the suite on any store, as a page, a JSON file and a badge."""

from __future__ import annotations

import argparse
import json
from html import escape
from pathlib import Path
from typing import Any

from . import matrix, report

COLOURS = {"good": "#2e7d4f", "partly": "#d9a514", "bad": "#c0392b"}


def certify(options: argparse.Namespace) -> int:
    """Run, write the folder, and say in one line what the store does. Exit status 0 when it enforces every rule."""
    from .cli import run_pytest

    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.json"
    options.target, options.target_name, options.tier = options.url, options.name or options.url, "full"
    options.record, options.workers, options.k, options.junit = False, "0", None, folder / "junit.xml"
    run_pytest(options, results)
    document: dict[str, Any] = json.loads(results.read_text())
    (folder / "index.html").write_text(matrix.page([document]))
    (folder / "results.md").write_text(report.markdown(document))
    verdict, grade = verdict_of(document)
    (folder / "badge.svg").write_text(badge(verdict, COLOURS[grade]))
    print(f"{document['target']}: {verdict}. See {folder / 'index.html'}")
    return 0 if grade == "good" else 1


def verdict_of(document: dict[str, Any]) -> tuple[str, str]:
    """One phrase and a grade. A condition that is ignored, or not atomic, is what nobody may build on."""
    outcomes = [case["outcome"] for case in document["cases"] if case["outcome"] not in ("not applicable", "not run")]
    good = outcomes.count("as AWS")
    unsafe = outcomes.count("ignored") + outcomes.count("not atomic")
    if unsafe:
        return f"{good}/{len(outcomes)} rules, {unsafe} not enforced", "bad"
    return f"{good}/{len(outcomes)} rules", "good" if good == len(outcomes) else "partly"


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
