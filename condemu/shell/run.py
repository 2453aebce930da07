"""`condemu races run`: commands as actors, under every order of their requests, until one order fails or none is left.

Before anything the account's state is kept; `--setup` is run once, and what it leaves is the state before each order. In each
order every actor is a process that is started when the schedule has it begin. When all have ended, `--check` judges: the status 0
is a yes. Without a check an actor that ends with another status is a failure. At the end the account holds what it held before.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from condemu.lab.covered import failed_after
from condemu.lab.search import UNFIT
from condemu.shell.door import Document, Door, Unusable
from condemu.shell.processes import NOT_FOUND, Command, Ended, environment, told_as_json

HELD, FAILED, LEFT_OVER = 0, 1, 3  # exit statuses; 2 is what cannot be run
GRACE: Final = 5.0  # seconds that commands have to end after their schedule has failed


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run. `race` is the document that makes the race, but for the actors."""

    actors: Mapping[str, str]
    setup: str | None = None
    check: str | None = None
    account: str | None = None
    race: Document = field(default_factory=dict)
    picture: str | None = None
    as_json: bool = False


class Schedule:
    """One order: a thread and a process for each actor."""

    def __init__(self, door: Door, race: str, plan: Plan, environments: Mapping[str, Mapping[str, str]]) -> None:
        self._door = door
        self._race = race
        self._plan = plan
        self._environments = environments
        self._commands: dict[str, Command] = {}
        self._problem: Unusable | None = None
        self.told: dict[str, Ended] = {}

    def run(self) -> dict[str, Ended]:
        """What became of each actor. Raises Unusable when the server no longer answers."""
        threads = [threading.Thread(target=self._act, args=(name,), daemon=True) for name in self._plan.actors]
        for thread in threads:
            thread.start()
        silent = 0.0  # seconds since the schedule failed
        try:
            for thread in threads:
                while thread.is_alive() and self._problem is None:
                    thread.join(1.0)
                    if thread.is_alive() and self._is_over():
                        silent += 1.0
                        if silent > GRACE:
                            self._kill(self._commands)
        finally:
            self._kill(self._commands)
        if self._problem is not None:
            raise self._problem
        return {name: self.told[name] for name in self._plan.actors}

    def _act(self, name: str) -> None:
        place = f"races/{self._race}/actors/{name}"
        try:
            self._door.ask("POST", place, {"is": "started"})
            command = self._commands[name] = Command(self._plan.actors[name], self._environments[name])
            self.told[name] = ended = command.ended()
            if ended.status in NOT_FOUND:
                raise Unusable(f"actor {name} cannot be run: {ended.told}")
            answer = self._door.ask("POST", place, {"is": "ended", "told": ended.document()})
            if answer is not None and answer["crashed"]:
                self.told[name] = replace(ended, crashed=True)
        except Unusable as problem:
            self._problem = self._problem or problem

    def _is_over(self) -> bool:
        """Whether the schedule has ended for the server, while a command still runs: then it has failed. What has crashed need
        not go on. It also tells the server that somebody is there."""
        running = (self._door.ask("GET", f"races/{self._race}") or {})["running"]
        if running is None:
            return True
        self._kill(name for name, state in running["actors"].items() if state.startswith("has crashed"))
        return False

    def _kill(self, names: Iterable[str]) -> None:
        for name in list(names):
            if name in self._commands:
                self._commands[name].kill()


def run(door: Door, plan: Plan) -> int:
    """The exit status. The report is printed."""
    config = door.ask("GET", "config") or {}
    region = str(config.get("region", "us-east-1"))
    nobody = nobodys_keys(config, plan.account)
    account = {"account": plan.account} if plan.account else {}
    kept = door.ask("POST", "snapshots", account) or {}
    try:
        if plan.setup is not None:
            ended = Command(plan.setup, environment(door.url, region, *nobody)).ended()
            if ended.status:
                raise Unusable(f"--setup has ended with {ended.status}: {ended.told}")
        return _raced(door, plan, region, nobody, {**plan.race, **account})
    finally:
        door.ask("POST", f"snapshots/{kept['snapshot']}/restore")
        door.ask("DELETE", f"snapshots/{kept['snapshot']}")


def nobodys_keys(config: Mapping[str, Any], account: str | None) -> tuple[str, str]:
    """Access key and secret of who is no actor. Where keys must be known, they are the caller's own."""
    if config.get("auth") == "strict":
        return os.environ.get("AWS_ACCESS_KEY_ID", "test"), os.environ.get("AWS_SECRET_ACCESS_KEY", "test")
    return account or "test", "test"


def _raced(door: Door, plan: Plan, region: str, nobody: tuple[str, str], document: Document) -> int:
    made = door.ask("POST", "races", {"actors": list(plan.actors), **document}) or {}
    race = str(made["race"])
    environments = {
        name: environment(
            door.url, region, key, str(made["secret_access_key"]), CONDEMU_RACE=race, CONDEMU_ACTOR=name
        )
        for name, key in made["access_keys"].items()
    }  # fmt: skip
    try:
        while (following := door.ask("POST", f"races/{race}/next")) is not None:
            _progress(f"\rorder {following['schedule']} ")
            told = Schedule(door, race, plan, environments).run()
            why = _judged(plan, told, environment(door.url, region, *nobody, CONDEMU_RACE=race))
            door.ask("POST", f"races/{race}/verdict", {"ok": not why, "why": why})
        _progress("\r")
        return _reported(door, plan, race)
    finally:
        door.ask("DELETE", f"races/{race}")


def _progress(text: str) -> None:
    """For who looks on."""
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


def _judged(plan: Plan, told: Mapping[str, Ended], variables: Mapping[str, str]) -> str:
    """What is wrong; "" if nothing is."""
    if plan.check is None:
        bad = next((name for name, ended in told.items() if ended.status and not ended.crashed), None)
        return "" if bad is None else f"{bad} has ended with {told[bad].status}: {told[bad].told}".rstrip(": ")
    ended = Command(plan.check, {**variables, "CONDEMU_TOLD": told_as_json(told)}).ended()
    if ended.status in NOT_FOUND:
        raise Unusable(f"--check cannot be run: {ended.told}")
    if not ended.status:
        return ""
    return "\n".join(text for text in (ended.output, ended.errors) if text) or f"the check has ended with {ended.status}"


def _reported(door: Door, plan: Plan, race: str) -> int:
    shown = door.ask("GET", f"races/{race}/report") or {}
    failed = shown["failed"]
    if failed is not None and failed["why"].startswith(UNFIT):
        raise Unusable(failed["why"])
    if failed is not None and plan.picture is not None:
        picture = door.text("GET", f"races/{race}/report", accept="image/svg+xml")
        try:
            with open(plan.picture, "w", encoding="utf-8") as file:
                file.write(picture)
        except OSError as problem:
            raise Unusable(f"{plan.picture}: {problem.strerror}") from None
    replays = "replay" in plan.race
    if plan.as_json:
        print(json.dumps(shown, ensure_ascii=False))
    elif failed is None:
        print(f"{plan.race['replay']} holds" if replays else shown["covered"])
    else:
        print(failure_text(shown["schedules"], failed))
    if failed is not None:
        return FAILED
    return HELD if replays or shown["complete"] else LEFT_OVER


def failure_text(schedules: int, failed: Mapping[str, Any]) -> str:
    """The failing order: why, the drawing, what each actor said last, how little it takes, and how to see it again."""
    said = [said_by(name, told) for name, told in failed["told"].items() if told is not None]
    strangers = [f"{who} is no actor and changed something meanwhile." for who in failed["undirected"]]
    lines: Sequence[str] = [*(line for line in said if line), *strangers]
    return (
        f"{failed_after(schedules, failed['why'])}\n\n{failed['drawing']}\n\n{''.join(f'{line}{chr(10)}' for line in lines)}"
        f"{failed['needs']}. Run it again: --schedule {failed['token']}"
    )


def said_by(name: str, told: Mapping[str, Any]) -> str:
    """An actor's last words, and its status if that is not 0."""
    ended = Ended(told["status"], told["output"], told.get("errors", ""))
    if ended.status:
        return f"{name} has ended with {ended.status}: {ended.told}".rstrip(": ")
    return f"{name} said: {ended.told}" if ended.told else ""
