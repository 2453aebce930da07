"""Histories made at random by a store that does what it says, and scenarios that do not, to be planted in them.

`history(seed)` is clean: actors read, write under conditions, and try again; nobody is misled. `history(seed, plant=NAME)` has
that scenario at a moment at which nothing else is under way on its key. `known` says whether the history knows the truth, as the
emulator's recorder does, or what a client is told only.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from condemu.lab.history import ABSENT, ALL, COMMITTED, CONDITION, FAIL, INFO, OK, REFUSED, UNKNOWN, Effect, Entry

WORDS = {
    "s3": ("PutObject", "GetObject", "DeleteObject", "PreconditionFailed", 412),
    "dynamodb": ("PutItem", "GetItem", "DeleteItem", "ConditionalCheckFailedException", 400),
    "simpledb": ("PutAttributes", "GetAttributes", "DeleteAttributes", "ConditionalCheckFailed", 409),
}


@dataclass
class Key:
    """What a key holds, truly."""

    resource: str
    token: str = ABSENT
    commit: int | None = None
    actor: str = ""
    number: int | None = None
    former: list[str] = field(default_factory=list)


@dataclass
class Under:
    """An attempt under way."""

    entry: Entry
    key: Key
    stage: int = 0
    loses: bool = False
    sent: str | None = None  # what it would leave


class World:
    def __init__(self, seed: int, *, actors: int = 4, keys: int = 3, lost: float = 0.0, known: bool = True) -> None:
        self.chance = random.Random(seed)
        self.known = known
        self.lost = lost
        self.time = 0
        self.commits = 0
        self.versions = 0
        services = list(WORDS)
        self.keys = [Key(f"{self.chance.choice(services)}:things/{number}") for number in range(keys)]
        self.seen: dict[tuple[str, str], str] = {}
        self.idle = [f"actor{number}" for number in range(actors)]
        self.under: list[Under] = []
        self.entries: list[Entry] = []
        self.numbers = 0

    # steps

    def step(self) -> None:
        if self.idle and (not self.under or self.chance.random() < 0.35):
            actor = self.idle.pop(self.chance.randrange(len(self.idle)))
            self.under.append(self.begin(actor, self.chance.choice(self.keys)))
        else:
            self.advance(self.chance.choice(self.under))

    def quiet(self, key: Key) -> None:
        """Let everything come to its end that is under way on a key."""
        for under in [one for one in self.under if one.key is key]:
            while under in self.under:
                self.advance(under)

    def begin(self, actor: str, key: Key) -> Under:
        seen = self.seen.get((actor, key.resource))
        kind = "read" if seen is None else self.chance.choice(["read", "put", "put", "delete"])
        if kind == "delete" and (seen == ABSENT or self.chance.random() < 0.5):
            kind = "put"
        loses = self.chance.random() < self.lost
        entry = self.attempt(actor, key, kind, expects=seen or "")
        return Under(entry, key, loses=loses, sent=entry.effects[0].left)

    def advance(self, under: Under) -> None:
        under.stage += 1
        if under.stage == 1:
            if not (under.loses and self.chance.random() < 0.5):
                under.entry = self.decide(under.entry, under.key)
            return
        self.under.remove(under)
        actor = under.entry.actor
        self.idle.append(actor)
        if under.loses:
            self.seen.pop((actor, under.key.resource), None)
            self.entries.append(replace(under.entry, how="lost", parameters={"sent": under.sent}))
        else:
            self.entries.append(self.replied(under.entry))
            [effect] = under.entry.effects
            if not effect.written:
                self.seen[actor, under.key.resource] = effect.found or ABSENT
            elif effect.outcome == COMMITTED and effect.left is not None:
                self.seen[actor, under.key.resource] = effect.left
            else:
                self.seen.pop((actor, under.key.resource), None)

    # attempts

    def mark(self) -> tuple[int, float]:
        self.time += 1
        return self.time, 1_767_225_600.0 + self.time / 1000

    def attempt(self, actor: str, key: Key, kind: str, expects: str = "", invocation: str = "", number: int = 1) -> Entry:
        service = key.resource.partition(":")[0]
        put, get, delete, _, _ = WORDS[service]
        self.numbers += 1
        left = None
        if kind == "put":
            self.versions += 1
            left = f"v{self.versions}"
        elif kind == "delete":
            left = ABSENT
        effect = Effect(key.resource, written=kind != "read", expects=expects if kind != "read" else "", left=left)
        operation = {"put": put, "read": get, "delete": delete}[kind]
        condition = {"If": expects} if effect.expects else {}
        invocation = invocation or f"call-{self.numbers}"
        return Entry(
            self.numbers, actor, service, operation, condition=condition, invocation=invocation, attempt=number,
            marks={"received": self.mark()}, effects=(effect,),
        )  # fmt: skip

    def decide(self, entry: Entry, key: Key) -> Entry:
        """Let it take effect, as the true state has it."""
        [effect] = entry.effects
        marks = {**entry.marks, "decided": self.mark()}
        before = {"found": key.token, "found_by": key.commit, "found_actor": key.actor, "found_number": key.number}
        if not effect.written:
            made = replace(effect, outcome=COMMITTED, index=self.commits, **before)
        elif effect.expects not in ("", key.token):
            _, _, _, code, status = WORDS[entry.service]
            if key.token == ABSENT and entry.service == "s3":
                code, status = "NoSuchKey", 404
            made = replace(effect, outcome=REFUSED, left=None, code=code, status=status, index=self.commits, **before)
        else:
            self.commits += 1
            overwrites = ALL if entry.operation != "UpdateItem" else ()
            made = replace(effect, outcome=COMMITTED, index=self.commits, changes=ALL, overwrites=overwrites, **before)
            key.former.append(key.token)
            key.token, key.commit, key.actor, key.number = effect.left or ABSENT, self.commits, entry.actor, entry.number
        return replace(entry, effects=(made,), marks=marks)

    def replied(self, entry: Entry) -> Entry:
        [effect] = entry.effects
        told = FAIL if effect.outcome == REFUSED else OK
        status = effect.status if told == FAIL else 200
        return replace(entry, told=told, status=status, code=effect.code, marks={**entry.marks, "replied": self.mark()})

    def does(self, actor: str, key: Key, kind: str, expects: str = "", **more: Any) -> Entry:
        """One attempt from its beginning to its end."""
        entry = self.replied(self.decide(self.attempt(actor, key, kind, expects, **more), key))
        self.entries.append(entry)
        return entry

    def claims(self, actor: str, key: Key, kind: str, expects: str = "", told: str = OK, **effect: Any) -> Entry:
        """One attempt that tells what is not true."""
        entry = self.attempt(actor, key, kind, expects)
        [made] = entry.effects
        if told == FAIL:
            _, _, _, code, status = WORDS[entry.service]
            made = replace(made, outcome=REFUSED, left=None, code=code, status=status, index=self.commits, **effect)
        else:
            made = replace(made, outcome=COMMITTED, index=self.commits, **effect)
        entry = self.replied(replace(entry, effects=(made,), marks={**entry.marks, "decided": self.mark()}))
        self.entries.append(entry)
        return entry

    # what is known

    def told(self) -> list[Entry]:
        entries = self.entries if self.known else [without_truth(entry) for entry in self.entries]
        return sorted(entries, key=lambda one: one.began)


def without_truth(entry: Entry) -> Entry:
    """What a client knows."""
    return replace(
        entry,
        effects=tuple(_without_truth(entry, effect) for effect in entry.effects),
        marks={name: mark for name, mark in entry.marks.items() if name in ("received", "replied")},
    )


def _without_truth(entry: Entry, effect: Effect) -> Effect:
    expects = effect.expects if entry.service == "s3" or effect.expects in ("", ABSENT) else CONDITION
    told = {"found_by": None, "found_actor": "", "found_number": None, "index": None, "expects": expects}
    if entry.told == INFO:
        sent = entry.parameters.get("sent", effect.left)
        return replace(effect, outcome=UNKNOWN, found=None, left=sent, because="", code="", status=0, **told)
    absent = effect.outcome == REFUSED and effect.code == "NoSuchKey"
    return replace(effect, found=effect.found if not effect.written or absent else None, **told)


# --- scenarios --------------------------------------------------------------------------------------------------------------

Planted = tuple[str, int]  # the kind of the finding, and the number of the attempt that it is about


def stale_read(world: World, key: Key) -> Planted:
    old = world.does("ann", key, "put", key.token).effects[0].left
    world.does("ben", key, "put", key.token)
    return "not linearizable", world.claims("carl", key, "read", found=old, found_by=None).number


def read_of_what_nobody_wrote(world: World, key: Key) -> Planted:
    world.does("ann", key, "put", key.token)
    return "not linearizable", world.claims("carl", key, "read", found="v0").number


def vanished_write(world: World, key: Key) -> Planted:
    kept = world.does("ann", key, "put", key.token).effects[0].left
    left = world.claims("ben", key, "put", key.token, found=key.token)
    assert left.effects[0].left != kept
    return "not linearizable", world.claims("carl", key, "read", found=kept).number


def two_creators(world: World, key: Key) -> Planted:
    if key.token == ABSENT:
        world.does("ann", key, "put", ABSENT)
    return "not linearizable", world.claims("ben", key, "put", ABSENT, found=key.token).number


def refused_creator(world: World, key: Key) -> Planted:
    if key.token != ABSENT:
        world.does("ann", key, "delete", key.token)
    else:
        world.does("ann", key, "read")
    return "not linearizable", world.claims("ben", key, "put", ABSENT, told=FAIL, found="v0").number


def lost_reply(world: World, key: Key) -> Planted:
    """The attempt committed, its reply was lost, and the retry met it."""
    seen = world.does("ann", key, "read").effects[0].found or ABSENT
    invocation = f"planted-{world.numbers}"
    first = world.decide(world.attempt("ann", key, "put", seen, invocation=invocation), key)
    world.entries.append(replace(first, how="lost"))
    again = world.attempt("ann", key, "put", seen, invocation=invocation, number=2)
    again = world.replied(world.decide(again, key))
    world.entries.append(again)
    world.does("ben", key, "read")
    return "told a refusal, but it committed", again.number


def unheard(world: World, key: Key) -> Planted:
    first = world.decide(world.attempt("ann", key, "put", key.token), key)
    world.entries.append(replace(first, how="lost"))
    world.does("ben", key, "read")
    return "told nothing, but it committed", first.number


def lost_update(world: World, key: Key) -> Planted:
    world.does("ann", key, "read")
    world.does("ben", key, "put", key.token)
    return "lost update", world.does("ann", key, "put").number


def unconditional(world: World, key: Key) -> Planted:
    world.does("ben", key, "put", key.token)
    return "a writer without a condition", world.does("carl", key, "put").number


def equal_content(world: World, key: Key) -> Planted:
    if key.token == ABSENT:
        world.does("ben", key, "put", ABSENT)
    seen = world.does("ann", key, "read").effects[0].found or ""
    world.does("ben", key, "put", key.token)
    back = world.attempt("carl", key, "put", key.token)
    back = replace(back, effects=(replace(back.effects[0], left=seen),))
    world.entries.append(world.replied(world.decide(back, key)))
    return "a condition on equal content", world.does("ann", key, "put", seen).number


def went_back(world: World, key: Key) -> Planted:
    first = world.does("ann", key, "put", key.token).effects[0]
    world.does("ben", key, "put", key.token)
    world.does("carl", key, "read")
    late = world.attempt("carl", key, "read")
    effect = replace(late.effects[0], outcome=COMMITTED, index=world.commits, found=first.left, found_by=first.index)
    late = replace(late, consistent=False, effects=(effect,), marks={**late.marks, "decided": world.mark()})
    world.entries.append(world.replied(late))
    return "a read went back in time", late.number


def twice(world: World, key: Key) -> Planted:
    """An increment without an identity, repeated by an SDK that had no reply."""
    if key.token == ABSENT:
        world.does("ann", key, "put", ABSENT)

    def increment(number: int) -> Entry:
        entry = world.attempt("ann", key, "put", invocation=invocation, number=number)
        return world.decide(replace(entry, operation="UpdateItem"), key)

    invocation = f"planted-{world.numbers}"
    world.entries.append(replace(increment(1), how="lost"))
    again = world.replied(increment(2))
    world.entries.append(again)
    return "a retry without an identity", again.number


# Those that what clients are told is enough for, and those that need the commits.
BY_TOLD: dict[str, Callable[[World, Key], Planted]] = {
    one.__name__: one
    for one in (stale_read, read_of_what_nobody_wrote, vanished_write, two_creators, refused_creator, lost_reply, unheard)
}
BY_COMMITS: dict[str, Callable[[World, Key], Planted]] = {
    one.__name__: one for one in (lost_update, unconditional, equal_content, went_back, twice)
}
PLANTS = {**BY_TOLD, **BY_COMMITS}


def history(
    seed: int, *, steps: int = 600, plant: str = "", known: bool = True, lost: float = 0.0, actors: int = 4, keys: int = 3
) -> tuple[list[Entry], Planted | None]:
    world = World(seed, actors=actors, keys=keys, known=known, lost=lost)
    when = world.chance.randrange(steps // 4, 3 * steps // 4)
    planted = None
    for number in range(steps):
        if plant and number == when:
            key = world.chance.choice(world.keys)
            world.quiet(key)
            planted = PLANTS[plant](world, key)
        world.step()
    for key in world.keys:
        world.quiet(key)
    return world.told(), planted
