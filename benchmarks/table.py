"""What the rounds came to: medians of figures, and medians of the ratios within each round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

Figure = dict[str, Any]  # what one target came to in one round of a scenario; with "wrong" if it answered wrongly
Figures = dict[str, dict[str, list[Figure]]]  # by scenario and target, in the order of the rounds

OURS, YARDSTICK = "condemu", "bare"


def table(scenarios: Sequence[str], names: Sequence[str], starts: dict[str, tuple[float, float]], figures: Figures) -> str:
    """A line for each scenario, a column for each target, and what condemu's rate is to that of the best of its peers."""
    lines = ["| | " + " | ".join(names) + f" | {OURS} / best peer |", "|---|" + "---|" * (len(names) + 1)]
    for place, row in enumerate(("start to first answer, s", "idle memory, MiB")):
        lines.append(f"| {row} | " + " | ".join(str(starts[name][place]) for name in names) + " | |")
    for scenario in scenarios:
        found = figures[scenario]
        cells = [cell(found, name) if name in found else "" for name in names]
        lines.append(f"| {scenario} | " + " | ".join(cells) + f" | {against_peers(found)} |")
    return "\n".join(lines)


def cell(found: dict[str, list[Figure]], name: str) -> str:
    """What a target came to in a scenario."""
    rounds = found[name]
    wrong = [figure["wrong"] for figure in rounds if "wrong" in figure]
    if wrong or not rounds:
        return "".join(wrong[:1])
    moved = middle(rounds, "mb_per_second")
    amount = f"{moved:.0f} MB/s" if moved else f"{middle(rounds, 'rate'):.0f}/s"
    if name != YARDSTICK and right(found, YARDSTICK):
        of_rate = within_rounds(rounds, found[YARDSTICK], lambda ours, bare: ours["rate"] / bare["rate"])
        of_time = within_rounds(rounds, found[YARDSTICK], lambda ours, bare: bare["processor_us"] / ours["processor_us"])
        amount += f", {of_rate:.0%} ({of_time:.0%} by processor)"
    processor, half, most = (middle(rounds, key) for key in ("processor_us", "median", "p99"))
    return f"{amount}, {processor:.0f} µs, p50 {half:.2f} ms, p99 {most:.2f} ms"


def against_peers(found: dict[str, list[Figure]]) -> str:
    """How many times the best peer's rate condemu's is; "" where there is nobody to compare with."""
    peers = [name for name in found if not name.startswith(OURS) and name != YARDSTICK and right(found, name)]
    if not peers or not right(found, OURS):
        return ""
    best = max(peers, key=lambda name: middle(found[name], "rate"))
    ratio = within_rounds(found[OURS], found[best], lambda ours, other: ours["rate"] / other["rate"])
    return f"{ratio:.2f} ({best})"


def right(found: dict[str, list[Figure]], name: str) -> bool:
    """Whether a target has figures to compare with: it answered something, and nothing wrongly."""
    return bool(found.get(name)) and all("wrong" not in figure and figure["rate"] for figure in found[name])


def middle(rounds: list[Figure], key: str) -> float:
    return median(float(figure[key]) for figure in rounds)


def within_rounds(ours: list[Figure], others: list[Figure], ratio: Callable[[Figure, Figure], float]) -> float:
    """The median of a ratio. Processor time is counted in hundredths of a second: a round that took less has no ratio."""
    ratios = []
    for one, other in zip(ours, others, strict=True):
        try:
            ratios.append(ratio(one, other))
        except ZeroDivisionError:
            continue
    return median(ratios) if ratios else float("nan")
