"""What a history adds to the drawing of a schedule: who was misled, whose write went over whose, and what each request found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from condemu.lab.director import Effect
from condemu.lab.findings import CONFLICT, LOST_UPDATE, MISLED, ORPHAN, TWICE, UNCONDITIONAL, UNHEARD
from condemu.lab.history import Entry
from condemu.lab.lanes import why_of
from condemu.lab.verdicts import misled
from condemu.lab.writers import careless

TOLD: Final = (MISLED, UNHEARD, CONFLICT, ORPHAN, LOST_UPDATE, UNCONDITIONAL, TWICE)
_CALL: Final = re.compile(r"\(call (\d+)([,)])")


def explained(entries: Sequence[Entry], effects: Sequence[Effect]) -> tuple[list[str], dict[int, str]]:
    """The sentences, with the lines of the drawing in place of the numbers of calls; and by a call's number what it found."""
    lines: dict[int, list[int]] = {}
    for line, effect in enumerate((effect for effect in effects if effect.call is not None), 1):
        assert effect.call is not None
        lines.setdefault(effect.call.number, []).append(line)
    own = [entry for entry in entries if entry.number in lines]

    def placed(match: re.Match[str]) -> str:
        known = lines.get(int(match[1]))
        return f"({known[0] if known else 'before'}{match[2]}"

    found = [finding for finding in (*misled(entries), *careless(entries)) if finding.kind in TOLD and finding.accused in lines]
    sentences = dict.fromkeys(_CALL.sub(placed, finding.sentence) for finding in found)
    return list(sentences), {entry.number: why_of(entry) for entry in own}
