"""Small programs of steps on a few registers, to be run along the paths of a search without any emulator.

An actor is a list of steps (register, kind): "r" reads and remembers, "w" writes what depends on all that the actor has read, "c"
writes if the register holds what was read last, and remembers whether it did. "t" is a transaction: it writes "x" and the
register, if "x" holds what was read last; "g" reads both at once. What a program comes to is the registers and what each actor
remembers.

Where requests may overlap, a "c" is told "changed" if its register was written since it arrived; a "t" that has arrived has its
registers reserved, and whatever else would write them, or is a transaction that reads them, is told "conflict".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from condemu.core.calls import Touch
from condemu.lab.schedules import TICK, TIME, Event, Option
from condemu.lab.search import Path

Step = tuple[str, str]


@dataclass(frozen=True)
class Program:
    actors: Mapping[str, Sequence[Step]]
    ticks: int = 0
    faulty: bool = False
    overlaps: bool = False

    def run(self, path: Path) -> Any:
        """What the program comes to along a path; None when the path gives up."""
        run = _Run(self)
        while True:
            options = run.options()
            chosen = path.choose(options) if run.left() else None
            if chosen is None:
                path.ended([option for option in options if option.event.is_time])
                return None if run.left() else run.outcome()
            path.touched(run.take(chosen))


class _Run:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.registers: dict[str, Any] = {}
        self.memory: dict[str, tuple[Any, ...]] = dict.fromkeys(program.actors, ())
        self.places = dict.fromkeys(program.actors, 0)
        self.ticks = list(range(program.ticks))
        self.now = 0
        self.last = ""
        self.numbers = dict.fromkeys(program.actors, 0)  # of their next events
        self.changes: dict[str, int] = {}  # how often each register was written
        self.arrived: dict[str, int] = {}  # who is under way, and how often its register had been written when it came

    def left(self) -> list[str]:
        return [name for name, steps in self.program.actors.items() if self.places[name] < len(steps)]

    def pending(self, actor: str) -> Step:
        """Where an actor goes may depend on what it was told."""
        register, kind = self.program.actors[actor][self.places[actor]]
        if kind == "w" and self.memory[actor] and self.memory[actor][-1] == "refused":
            register = "x"
        return register, kind

    def options(self) -> list[Option]:
        able = self.left()
        able.sort(key=lambda name: (name in self.arrived, name != self.last))
        found = []
        for place, name in enumerate(able):
            register, kind = self.pending(name)
            reads = kind in "rg"
            timed = (TIME,) if self.program.ticks else ()
            footprint = (*(Touch(each, not reads) for each in touched(register, kind)), *timed)
            found.append(Option(Event(name, self.numbers[name]), footprint, int(place > 0)))
            if self.program.faulty and not reads:
                found.append(Option(Event(name, self.numbers[name], "lost"), footprint, int(place > 0) + 1))
            if self.program.overlaps and kind in "ct" and name not in self.arrived:
                arrives = tuple(Touch(each, kind == "t") for each in touched(register, kind))
                found.append(Option(Event(name, self.numbers[name], "overlap"), arrives, int(place > 0) + 1))
        return found + [Option(Event("", number, str(number)), TICK, 1 if able else 0) for number in self.ticks]

    def take(self, option: Option) -> tuple[Touch, ...]:
        event = option.event
        if event.is_time:
            self.ticks.remove(event.number)
            self.now += 1
            return TICK
        register, kind = self.pending(event.actor)
        self.numbers[event.actor] += 1
        self.last = event.actor
        if event.variant == "overlap":
            self.arrived[event.actor] = self.changes.get(register, 0)
            return option.footprint
        memory = self.memory[event.actor]
        registers = touched(register, kind)
        since = self.arrived.pop(event.actor, None)
        held = tuple(self.registers.get(each) for each in registers)
        wrote = False
        if kind != "r" and self.reserved(event.actor) & {*registers}:
            told: Any = "conflict"
        elif since is not None and kind == "c" and self.changes.get(register, 0) != since:
            told = "changed"
        else:
            wrote = kind == "w" or (kind in "ct" and (not memory or memory[-1] == held[0]))
            told = held if kind == "g" else held[0] if kind == "r" else "written" if wrote else "refused"
        for each in registers if wrote else ():
            self.registers[each] = (event.actor, self.places[event.actor], memory, self.now)
            self.changes[each] = self.changes.get(each, 0) + 1
        self.memory[event.actor] = (*memory, "nothing" if event.variant and wrote else told)
        self.places[event.actor] += 1
        gives_back = since is not None and kind == "t"
        return (*(Touch(each, wrote or gives_back) for each in registers), *((TIME,) if self.program.ticks else ()))

    def reserved(self, actor: str) -> set[str]:
        """What others' transactions have reserved."""
        others = (self.pending(name) for name in self.arrived if name != actor)
        return {each for register, kind in others if kind == "t" for each in touched(register, kind)}

    def outcome(self) -> str:
        return repr((sorted(self.registers.items()), sorted(self.memory.items())))


def touched(register: str, kind: str) -> tuple[str, ...]:
    return ("x", register) if kind in "tg" and register != "x" else (register,)


def programs(ticks: int = 0, *, faulty: bool = False, most: int = 3, overlaps: bool = False) -> st.SearchStrategy[Program]:
    """Two or three actors of a few steps, on shared registers and on private ones. With transactions, where they may overlap."""

    def steps(name: str, most: int) -> st.SearchStrategy[list[Step]]:
        step = st.tuples(st.sampled_from(["x", "x", "y", f"own-{name}"]), st.sampled_from("rwcttg" if overlaps else "rwc"))
        return st.lists(step, min_size=1, max_size=most)

    actors = st.fixed_dictionaries(
        {"a": steps("a", most), "b": steps("b", most)}, optional={"c": steps("c", 2 if not (ticks or faulty or overlaps) else 1)}
    )
    return st.builds(Program, actors, st.just(ticks), st.just(faulty), st.just(overlaps))
