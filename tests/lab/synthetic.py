"""Small programs of steps on a few registers, to be run along the paths of a search without any emulator.

An actor is a list of steps (register, kind): "r" reads and remembers, "w" writes what depends on all that the actor has read, "c"
writes if the register holds what was read last, and remembers whether it did. What a program comes to is the registers and
what each actor remembers.
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
        able.sort(key=lambda name: name != self.last)
        found = []
        for place, name in enumerate(able):
            register, kind = self.pending(name)
            footprint = (Touch(register, kind != "r"), *((TIME,) if self.program.ticks else ()))
            found.append(Option(Event(name, self.places[name]), footprint, int(place > 0)))
            if self.program.faulty and kind != "r":
                found.append(Option(Event(name, self.places[name], "lost"), footprint, int(place > 0) + 1))
        return found + [Option(Event("", number, str(number)), TICK, 1 if able else 0) for number in self.ticks]

    def take(self, option: Option) -> tuple[Touch, ...]:
        event = option.event
        if event.is_time:
            self.ticks.remove(event.number)
            self.now += 1
            return TICK
        register, kind = self.pending(event.actor)
        memory = self.memory[event.actor]
        held = self.registers.get(register)
        wrote = kind == "w" or (kind == "c" and (not memory or memory[-1] == held))
        if wrote:
            self.registers[register] = (event.actor, event.number, memory, self.now)
        told = held if kind == "r" else "written" if wrote else "refused"
        self.memory[event.actor] = (*memory, "nothing" if event.variant and wrote else told)
        self.places[event.actor] += 1
        self.last = event.actor
        return (Touch(register, wrote), *((TIME,) if self.program.ticks else ()))

    def outcome(self) -> str:
        return repr((sorted(self.registers.items()), sorted(self.memory.items())))


def programs(ticks: int = 0, *, faulty: bool = False, most: int = 3) -> st.SearchStrategy[Program]:
    """Two or three actors of a few steps, on shared registers and on private ones."""

    def steps(name: str, most: int) -> st.SearchStrategy[list[Step]]:
        step = st.tuples(st.sampled_from(["x", "x", "y", f"own-{name}"]), st.sampled_from("rwc"))
        return st.lists(step, min_size=1, max_size=most)

    actors = st.fixed_dictionaries(
        {"a": steps("a", most), "b": steps("b", most)}, optional={"c": steps("c", 2 if not (ticks or faulty) else 1)}
    )
    return st.builds(Program, actors, st.just(ticks), st.just(faulty))
