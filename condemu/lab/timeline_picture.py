"""A schedule as a picture: the lines of its drawing from top to bottom, a lane for each actor.

A full dot wrote, an open one read or changed nothing; a cross was refused; a dot in a dashed ring lost its reply. A band is time
that passes. An arrow leads from a write to the request that found it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from condemu.lab.director import Effect
from condemu.lab.marks import LOST, READ, REFUSED, STALE, WROTE
from condemu.lab.timeline import answer_of, mark_of, what_of, why_of

ROW: Final = 26  # pixels
LANE: Final = 90
LEFT: Final = 46
COLUMNS: Final = (330, 190)  # of what took effect, and of the answer
LETTER: Final = 6.7
COLORS: Final = {WROTE: "#2f6f4f", READ: "#4a5d8a", REFUSED: "#b3403a", LOST: "#b3403a", STALE: "#8a7a3a"}
_FOUND: Final = re.compile(r" of commit (\d+)")
_HEAD: Final = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" \
font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="11">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#9aa5bd"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
"""


def picture(effects: Sequence[Effect], actors: Sequence[str], notes: Mapping[int, str] | None = None) -> str:
    """The picture, as SVG. `notes` say by a call's number what it found."""
    present = [actor for actor in actors if any(effect.event.actor == actor for effect in effects)]
    x = {actor: LEFT + LANE // 2 + place * LANE for place, actor in enumerate(present)}
    text = LEFT + LANE * len(present) + 10
    pieces = [_text(x[actor], 20, actor, anchor="middle", bold=True) for actor in present]
    points: dict[int, tuple[int, int]] = {}  # by commit, where it was written
    y, number, width = 34, 0, text + sum(COLUMNS)
    for effect in effects:
        if effect.event.is_time or (effect.call is None and effect.seconds):
            y += ROW
            pieces.append(f'<rect x="{LEFT}" y="{y - 8}" width="{text - LEFT - 10}" height="12" fill="#eef0f4"/>')
            pieces.append(_text(text, y + 2, f"{effect.seconds:g} s pass"))
        elif effect.call is not None:
            y, number = y + ROW, number + 1
            noted = (notes or {}).get(effect.call.number, "")
            here = (x[effect.event.actor], y)
            found = _FOUND.search(noted)
            if found is not None and int(found[1]) in points:
                pieces.append(_arrow(points[int(found[1])], here))
            if effect.index:
                points[effect.index] = here
            words = (what_of(effect), answer_of(effect), why_of(effect, noted))
            pieces += [_text(8, y + 4, str(number)), _mark(mark_of(effect), here)]
            pieces += [_text(text + sum(COLUMNS[:column]), y + 4, word) for column, word in enumerate(words) if word]
            width = max(width, text + sum(COLUMNS) + round(len(words[2]) * LETTER))
    lines = [f'<path d="M{x[actor]} 28V{y + 12}" stroke="#d5d9e2"/>' for actor in present]
    return _HEAD.format(width=width + 10, height=y + 24) + "\n".join([*lines, *pieces]) + "\n</svg>\n"


def _mark(mark: str, at: tuple[int, int]) -> str:
    x, y = at
    color = COLORS.get(mark, "#333333")
    if mark == REFUSED:
        return f'<path d="M{x - 5} {y - 5}l10 10m0 -10l-10 10" stroke="{color}" stroke-width="2"/>'
    fill = color if mark in (WROTE, LOST) else "#ffffff"
    ring = f'<circle cx="{x}" cy="{y}" r="9" fill="none" stroke="{color}" stroke-dasharray="3 2"/>' if mark == LOST else ""
    if mark in (WROTE, READ, LOST, STALE):
        return f'{ring}<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{color}" stroke-width="2"/>'
    return _text(x, y + 5, mark, anchor="middle", bold=True)


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """From a write to who found it; beside the lane, where both are in the same."""
    (x, y), (to_x, to_y) = start, end
    bend = x - 26 if x == to_x else (x + to_x) // 2
    return (
        f'<path d="M{x} {y}Q{bend} {(y + to_y) // 2} {to_x - (7 if x <= to_x else -7)} {to_y - 5}" fill="none" stroke="#9aa5bd" '
        'marker-end="url(#head)"/>'
    )


def _text(x: int, y: int, text: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'
