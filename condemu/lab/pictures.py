"""Findings as a picture: a lane for each actor, a bar for each attempt from its call to its return, time from left to right.

A dot marks the moment at which it was decided, where that is known; it is full where something was written. A refusal is hatched;
a dashed bar had no answer. An arrow leads from what was written to whoever found it. The attempt that the finding is about has a
red frame. An actor that has several attempts under way at once has several lanes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Final

from condemu.lab.checker import Report
from condemu.lab.findings import Finding, together, who
from condemu.lab.history import DECIDED, FAIL, INFO, NEVER, OK, Entry
from condemu.lab.lanes import flat, mark_of, told_of

COLUMN: Final = 92  # pixels of a step of time
LANE: Final = 74
BAR: Final = 22
LEFT: Final = 110
TEXT: Final = 16  # of a line of text
LETTER: Final = 6.7
FILLS: Final = {OK: "#cfe8d5", FAIL: "url(#refused)", INFO: "#e4e4e4"}

_HEAD: Final = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" \
font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="11">
<defs>
<pattern id="refused" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="6" height="6" fill="#fbe3e1"/><rect width="2" height="6" fill="#e9a49d"/></pattern>
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#5b6b8c"/></marker>
</defs>
<rect width="100%" height="100%" fill="#ffffff"/>
"""


def svg(report: Report) -> str:
    """One picture of all findings, one below the other."""
    pieces: list[str] = []
    top, width = 10, 480
    for group in together(report.findings):
        piece, height, wide = _picture(group, top)
        pieces.append(piece)
        top, width = top + height, max(width, wide)
    pieces.append(_line(10, top + 12, report.summary))
    return _HEAD.format(width=width, height=top + 24) + "\n".join(pieces) + "\n</svg>\n"


class _Plan:
    """Where things are: only the order of the moments counts, not how far apart they are."""

    def __init__(self, entries: Sequence[Entry], top: int) -> None:
        self._ends = {entry.number: _end(entry, entries) for entry in entries}
        moments = {entry.began for entry in entries} | {end for end in self._ends.values() if end < NEVER}
        moments |= {entry.marks[DECIDED][0] for entry in entries if DECIDED in entry.marks}
        self._places = {moment: place for place, moment in enumerate(sorted(moments))}
        self.top = top
        self._entries = entries
        self.right = LEFT + COLUMN * len(self._places) + COLUMN
        self.lanes: list[str] = []
        self._lane_of: dict[int, int] = {}
        for actor in dict.fromkeys(who(entry) for entry in entries):
            self._settle([entry for entry in entries if who(entry) == actor], actor)

    def _settle(self, own: Sequence[Entry], actor: str) -> None:
        """An actor's attempts in as few lanes as they need."""
        free: dict[int, int] = {}  # by lane: when its last attempt ended
        for entry in sorted(own, key=lambda entry: entry.began):
            lane = next((lane for lane, end in free.items() if end <= entry.began), None)
            if lane is None:
                lane = len(self.lanes)
                self.lanes.append(actor)
            free[lane] = self._ends[entry.number]
            self._lane_of[entry.number] = lane

    def x(self, moment: int) -> int:
        return LEFT + COLUMN * self._places[moment] if moment in self._places else self.right - COLUMN // 4

    def end(self, entry: Entry) -> int:
        return self.x(self._ends[entry.number])

    def room(self, entry: Entry) -> int:
        """Where the text of a bar has to end: at the next bar of its lane."""
        end, lane = self._ends[entry.number], self._lane_of[entry.number]
        follows = any(other.began == end and self._lane_of[other.number] == lane for other in self._entries)
        return self.end(entry) + (-6 if follows else COLUMN - 12)

    def y(self, entry: Entry) -> int:
        return self.top + 26 + LANE * self._lane_of[entry.number]

    def point(self, entry: Entry) -> tuple[int, int]:
        """Where it was decided, or the middle of its bar."""
        y = self.y(entry) + BAR // 2
        return (self.x(entry.marks[DECIDED][0]) if DECIDED in entry.marks else (self.x(entry.began) + self.end(entry)) // 2), y


def _end(entry: Entry, entries: Sequence[Entry]) -> int:
    """When its client had the answer, or gave up, since it began the next attempt."""
    if entry.ended < NEVER:
        return entry.ended
    same = (other.began for other in entries if other.invocation == entry.invocation != "" and other.began > entry.began)
    return min(same, default=NEVER)


def _picture(group: Sequence[Finding], top: int) -> tuple[str, int, int]:
    """What the same attempts show: sentences, lanes, bars and arrows; how high and how wide it is."""
    entries = group[0].entries
    plan = _Plan(entries, 0)
    room = max(60, int((plan.right - 20) / LETTER))
    lines = [(text, place == 0) for one in group for place, text in enumerate([one.kind, *wrap(one.sentence, room)])]
    plan.top = top + TEXT * len(lines)
    pieces = [_line(10, top + 12 + TEXT * place, text, bold) for place, (text, bold) in enumerate(lines)]
    for place, actor in enumerate(plan.lanes):
        y = plan.top + 26 + LANE * place
        pieces.append(f'<line x1="{LEFT - 10}" y1="{y + BAR // 2}" x2="{plan.right}" y2="{y + BAR // 2}" stroke="#d8d8d8"/>')
        pieces.append(_line(10, y + BAR // 2 + 4, actor if len(actor) <= 14 else f"{actor[:13]}…", bold=True))
    accused = {finding.accused for finding in group}
    pieces += [_bar(plan, entry, entry.number in accused) for entry in entries]
    pieces += _arrows(plan, entries)
    return "\n".join(pieces), TEXT * len(lines) + LANE * len(plan.lanes) + 34, plan.right + 10


def _bar(plan: _Plan, entry: Entry, accused: bool) -> str:
    x, y, end = plan.x(entry.began), plan.y(entry), plan.end(entry)
    frame = 'stroke="#c62828" stroke-width="2.5"' if accused else 'stroke="#7a7a7a"'
    dashes = ' stroke-dasharray="4 3"' if entry.ended == NEVER else ""
    title = escape(f"call {entry.number}: {entry.actor} {entry.operation} {told_of(entry)}")
    condition = " ".join(f"{name}={flat(value)}" for name, value in entry.condition.items())
    room = int((plan.room(entry) - x) / LETTER)
    parts = [
        f"<g><title>{title}</title>"
        f'<rect x="{x}" y="{y}" width="{max(8, end - x)}" height="{BAR}" rx="3" fill="{FILLS[entry.told]}" {frame}{dashes}/>',
        _line(x, y - 5, _cut(f"{mark_of(entry)} {entry.number} {entry.operation} {condition}".rstrip(), room)),
        _line(x, y + BAR + 13, _cut(told_of(entry), room)),
    ]
    if DECIDED in entry.marks:
        px, py = plan.point(entry)
        wrote = any(effect.committed for effect in entry.effects)
        parts.append(f'<circle cx="{px}" cy="{py}" r="4" fill="{"#1b5e20" if wrote else "#ffffff"}" stroke="#1b5e20"/>')
    return "".join([*parts, "</g>"])


def _arrows(plan: _Plan, entries: Sequence[Entry]) -> list[str]:
    """From each attempt that wrote to those that found it."""
    by_number = {entry.number: entry for entry in entries}
    drawn = []
    for entry in entries:
        for effect in entry.effects:
            writer = by_number.get(effect.found_number or 0) or _writer(entries, entry, effect.resource, effect.found)
            if writer is None or writer is entry:
                continue
            (x1, y1), (x2, y2) = plan.point(writer), plan.point(entry)
            drawn.append(
                f'<path d="M{x1} {y1}Q{(x1 + x2) // 2} {(y1 + y2) // 2 + (28 if y1 == y2 else 0)} {x2} {y2}" fill="none"'
                ' stroke="#5b6b8c" marker-end="url(#head)" opacity="0.75"/>'
            )
    return drawn


def _writer(entries: Sequence[Entry], reader: Entry, resource: str, token: str | None) -> Entry | None:
    """Who left what was found, where no commit says it."""
    if token is None:
        return None
    wrote = (one for one in entries if any(own.resource == resource and own.left == token for own in one.effects))
    return next((one for one in wrote if one.began < reader.ended), None)


def _line(x: int, y: int, text: str, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}"{weight}>{escape(text)}</text>'


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(1, room - 1)]}…"
