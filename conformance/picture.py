"""The overview as a picture: an SVG with a bar for each chapter and target, for a page that shows no HTML.

Chapters down, targets across; the length of a colour is the share of an outcome among all cases of the chapter. Nothing is needed
to draw it, and nothing to look at it but a browser.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Final

from .matrix import NOTHING, OUTCOMES, Case, Document, chapters_of, dates, outcomes
from .report import grades_line

LEFT, TOP, NAMES, COLUMN, GAP, LINE, BAR = 54, 60, 300, 150, 14, 46, 15  # pixels: margins, columns, a chapter's line, its bar
INK, FAINT, RULE = "#1c2126", "#5c6670", "#eef0f2"
FONT: Final = 'font-family="system-ui, Segoe UI, DejaVu Sans, sans-serif"'


def picture(documents: list[Document]) -> str:
    """The SVG, from the results of one or more targets."""
    rules = {case["id"]: case for document in documents for case in document["cases"]}
    chapters = chapters_of(rules)
    width = 2 * LEFT + NAMES + len(documents) * (COLUMN + GAP)
    first = TOP + 150
    height = first + LINE * (len(chapters) + 1) + 20
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" {FONT}>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        text(LEFT, TOP, "What they do with conditional writes", 28, weight=700),
        text(LEFT, TOP + 34, f"{grades_line(list(rules.values()))}. {dates(documents)}.", 15, FAINT),
        *legend(documents),
        *heads(documents, first - 30),
    ]
    for place, (chapter, cases) in enumerate(chapters.items()):
        lines += row(chapter, cases, documents, first + place * LINE)
    lines += row("all", list(rules.values()), documents, first + len(chapters) * LINE, weight=700)
    return "\n".join([*lines, "</svg>\n"])


def text(x: float, y: float, words: str, size: int, colour: str = INK, weight: int = 400) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{colour}" font-weight="{weight}">{escape(words)}</text>'


def column(place: int) -> int:
    """Where a target's column begins."""
    return LEFT + NAMES + place * (COLUMN + GAP)


def legend(documents: list[Document]) -> list[str]:
    seen = {case["outcome"] for document in documents for case in document["cases"]}
    lines, x = [], float(LEFT)
    for outcome, (colour, words) in OUTCOMES.items():
        if outcome in seen:
            lines.append(f'<rect x="{x:g}" y="{TOP + 58}" width="13" height="13" rx="3" fill="{colour}"/>')
            lines.append(text(x + 19, TOP + 69, words, 14))
            x += 44 + 7.6 * len(words)
    return lines


def heads(documents: list[Document], y: int) -> list[str]:
    lines = []
    for place, document in enumerate(documents):
        lines.append(text(column(place), y, document["target"], 15, weight=700))
        lines.append(text(column(place), y + 18, document.get("version") or document["date"], 12, FAINT))
    return lines


def row(chapter: str, cases: list[Case], documents: list[Document], y: int, weight: int = 400) -> list[str]:
    """A chapter's line: its name, and a bar with a count for each target."""
    width = NAMES + len(documents) * (COLUMN + GAP)
    lines = [f'<rect x="{LEFT}" y="{y}" width="{width}" height="1" fill="{INK if weight > 400 else RULE}"/>']
    lines.append(text(LEFT + 6, y + 29, chapter, 15, weight=weight))
    for place, document in enumerate(documents):
        found = {case["id"]: case for case in document["cases"]}
        lines += bar(outcomes(found, cases), column(place), y + 7, weight)
    return lines


def bar(counts: Counter[str], x: float, y: int, weight: int) -> list[str]:
    ran = sum(count for outcome, count in counts.items() if outcome not in NOTHING)
    lines, at = [], x
    for outcome, (colour, words) in OUTCOMES.items():
        if counts[outcome]:
            share = COLUMN * counts[outcome] / counts.total()
            told = f"<title>{counts[outcome]} {escape(words)}</title>"
            lines.append(f'<rect x="{at:.1f}" y="{y}" width="{share:.1f}" height="{BAR}" fill="{colour}">{told}</rect>')
            at += share
    told = f"{counts['as AWS']} of {counts.total()}" if ran else "—"
    return [*lines, text(x, y + BAR + 15, told, 12, FAINT, weight)]
