"""The clock of a race: it stands still but for what a schedule lets pass. Each actor may see it skewed."""

from __future__ import annotations

from collections.abc import Mapping

from condemu.core.effects import ManualClock

START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


class RaceClock(ManualClock):
    """`skews` are seconds by actor: how far an actor's clock goes ahead of the emulator's, or behind it."""

    def __init__(self, now: float = START, skews: Mapping[str, float] | None = None) -> None:
        super().__init__(now)
        self._skews = skews or {}

    def seen_by(self, actor: str) -> float:
        """What an actor's clock shows."""
        return self.now() + self._skews.get(actor, 0.0)
