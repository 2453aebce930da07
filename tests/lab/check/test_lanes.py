"""The drawing in the docstring of `condemu/lab/lanes.py` is what is drawn."""

from __future__ import annotations

from condemu.lab import lanes
from condemu.lab.history import ABSENT, COMMITTED, FAIL, INFO, OK, REFUSED, Effect, Entry

ETAG = "9dd4e461268c8034f5c8564e155c67a6"
KEY = "s3:locks/leader"


def entry(
    number: int, actor: str, operation: str, effect: Effect, at: float, told: str, status: int = 0, code: str = ""
) -> Entry:
    condition = {"IfNoneMatch": "*"} if effect.written else {}
    marks = {"received": (10 * number, at), "decided": (10 * number + 1, at)}
    return Entry(number, actor, "s3", operation, condition=condition, marks=marks, effects=(effect,), told=told, status=status,
                 code=code)  # fmt: skip


def test_a_drawing_has_a_lane_for_each_actor_and_says_who_had_written_what_was_found():
    by = {"found": ETAG, "found_by": 5, "found_actor": "ann", "found_number": 5, "index": 5}
    history = [
        entry(5, "ann", "PutObject", Effect(KEY, True, ABSENT, ABSENT, left=ETAG, index=5, outcome=COMMITTED), 0.0, INFO),
        entry(6, "ann", "PutObject", Effect(KEY, True, ABSENT, outcome=REFUSED, **by), 0.5, FAIL, 412, "PreconditionFailed"),
        entry(7, "ben", "GetObject", Effect(KEY, outcome=COMMITTED, **by), 31.5, OK, 200),
    ]
    drawn = lanes.drawn(history, {6})
    assert drawn in (lanes.__doc__ or "").replace("\n    ", "\n")
    assert len(drawn.splitlines()) == 5


def test_what_is_stale_unconditional_or_long_is_told():
    old = Effect("dynamodb:t/" + "k" * 200, found="old", index=5, outcome=COMMITTED, because="commit 5 had replaced it")
    wrote = Effect("dynamodb:t/k", True, found="old", left="new", index=6, outcome=COMMITTED)
    stale = entry(1, "ann", "GetItem", old, 0.0, OK, 200)
    put = Entry(2, "an actor with a long name", "dynamodb", "PutItem", marks={"decided": (30, 0.0)}, effects=(wrote,), told=OK)
    lines = lanes.drawn([stale, put]).splitlines()
    assert "◌" in lines[1]
    assert "commit 5 had replaced it" in lines[1]
    assert "UNCONDITIONAL" in lines[2]
    assert max(map(len, lines)) < 160
