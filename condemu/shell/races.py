"""`condemu races`: its words and flags, and what each does.

| command                  | does                                                                                            |
|--------------------------|-------------------------------------------------------------------------------------------------|
| races run --actor A=CMD  | runs commands under every order of their requests                                               |
| races list               | the races of a server                                                                           |
| races report RACE        | what failed, drawn, or what was covered                                                         |
| races end RACE           | ends a race: the state is again what it was                                                     |
| races clock              | in an actor: the time that it sees, as seconds since 1970                                       |
| races sleep SECONDS      | in an actor: waits until the schedule lets it wake                                              |

`run` ends with 0 when every order holds, 1 when one fails, 2 when it cannot be run, 3 when none failed and more are left.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any
from urllib.parse import quote

from condemu.shell.door import Document, Door, Unusable, url_of

VARIABLE = "CONDEMU_SCHEDULE"


def add(commands: Any) -> None:
    """The parser of `races` and of its commands."""
    races = commands.add_parser("races", help="run commands under every order of their requests, with faults")
    words = races.add_subparsers(dest="word", metavar="word", required=True)
    run = words.add_parser(
        "run", help="run commands as actors until one order fails or none is left",
        description="Run commands under every order of their requests to S3, DynamoDB and SimpleDB. Ends with 0 when every order"
        " holds, 1 when one fails, 2 when it cannot be run, 3 when none failed and more are left. docs/races-in-a-shell.md",
    )  # fmt: skip
    run.add_argument("--actor", action="append", default=[], metavar="NAME=COMMAND", help="a competitor; once for each")
    run.add_argument("--setup", metavar="COMMAND", help="run once: what it leaves is the state before each order")
    run.add_argument("--check", metavar="COMMAND", help="run after each order, with CONDEMU_TOLD: the status 0 is a yes")
    run.add_argument("--faults", action="append", default=[], metavar="WORD,…", help="what may strike: lost,s3:conflict; or JSON")
    run.add_argument("--most-faults", type=int, metavar="N", help="how many may strike in one order (1)")
    run.add_argument("--time-passes", metavar="SECONDS,…", help="what may pass, each once, at any moment")
    run.add_argument("--skew", action="append", default=[], metavar="NAME=SECONDS", help="how far an actor's clock is ahead")
    run.add_argument("--time", help="when each order begins (2026-01-01T00:00:00Z)")
    run.add_argument("--schedules", type=int, metavar="N", help="how many orders are run at most (200)")
    run.add_argument("--steps", type=int, metavar="N", help="how many requests an order may have (300)")
    run.add_argument("--patience", type=float, metavar="SECONDS", help="what an actor may take between two requests (60)")
    run.add_argument("--search", help="fewest deviations first, everything, random or pct (fewest)")
    run.add_argument("--seed", type=int, help="of random and pct (0)")
    run.add_argument("--schedule", metavar="TOKEN", help=f"run this one order: that of a failure ({VARIABLE})")
    run.add_argument("--account", help="whose state is raced on (the default account)")
    run.add_argument("--svg", metavar="OUT", help="draw the failing order as a picture, too")
    run.add_argument("--json", action="store_true", help="print JSON")
    run.add_argument("--serve", action="store_true", help="use an emulator of its own, with nothing in it")
    listed = words.add_parser("list", help="the races of the server")
    report = words.add_parser("report", help="what failed, drawn, or what was covered")
    end = words.add_parser("end", help="end a race: the state is again what it was")
    clock = words.add_parser("clock", help="in an actor: the time that it sees")
    sleep = words.add_parser("sleep", help="in an actor: wait until the schedule lets it wake")
    report.add_argument("race", metavar="RACE")
    end.add_argument("race", metavar="RACE")
    sleep.add_argument("seconds", type=float, metavar="SECONDS")
    for word in (run, listed, report, end, clock, sleep):
        word.add_argument("--url", help="where the emulator is (CONDEMU_URL, else http://127.0.0.1:4566)")
        word.add_argument("--token", help="what its administration asks for (CONDEMU_ADMIN_TOKEN)")


def main(options: argparse.Namespace) -> int:
    """The exit status."""
    try:
        return WORDS[options.word](options)
    except Unusable as problem:
        print(f"condemu: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def door_of(options: argparse.Namespace) -> Door:
    return Door(url_of(options.url), token_of(options))


def token_of(options: argparse.Namespace) -> str | None:
    return options.token or os.environ.get("CONDEMU_ADMIN_TOKEN") or None


def run(options: argparse.Namespace) -> int:
    from condemu.shell import run as running
    from condemu.shell.processes import served

    if not options.actor:
        raise Unusable("a race has actors: --actor NAME=COMMAND, once for each")
    document = document_of(options)
    plan = running.Plan(
        named(options.actor), options.setup, options.check, options.account, document, options.svg, options.json
    )  # fmt: skip
    if not options.serve:
        return running.run(door_of(options), plan)
    if options.url:
        raise Unusable("--serve is an emulator of its own, and --url is another: only one of them can be raced on")
    token = token_of(options)
    with served(token) as url:
        return running.run(Door(url, token), plan)


def document_of(options: argparse.Namespace) -> Document:
    """What POST /_condemu/races takes, of what was given."""
    given: Document = {
        "most_faults": options.most_faults, "time": options.time, "schedules": options.schedules, "steps": options.steps,
        "search": options.search, "seed": options.seed, "replay": options.schedule or os.environ.get(VARIABLE) or None,
        "patience": 60.0 if options.patience is None else options.patience,
        "faults": [rule for text in options.faults for rule in faults_of(text)],
        "time_passes": [number_of(text, "--time-passes") for text in (options.time_passes or "").split(",") if text],
        "skew": {name: number_of(text, "--skew") for name, text in named(options.skew, "--skew", "SECONDS").items()},
    }  # fmt: skip
    return {name: value for name, value in given.items() if value not in (None, [], {})}


def faults_of(text: str) -> list[Any]:
    """Words with commas between them, or one rule as JSON."""
    if not text.lstrip().startswith("{"):
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        return [json.loads(text)]
    except ValueError as mistake:
        raise Unusable(f"a rule of --faults is JSON, {text!r} is none: {mistake}") from None


def named(given: list[str], flag: str = "--actor", value: str = "COMMAND") -> dict[str, str]:
    """NAME=VALUE, by name."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, rest = text.partition("=")
        if not sign or not rest.strip():
            raise Unusable(f"{flag} is NAME={value}, unlike {text!r}")
        if name in found:
            raise Unusable(f"{flag} names {name!r} twice")
        found[name] = rest
    return found


def number_of(text: str, flag: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unusable(f"{flag} takes numbers of seconds, unlike {text!r}") from None


def listed(options: argparse.Namespace) -> int:
    for race in (door_of(options).ask("GET", "races") or {})["races"]:
        state = "running" if race["running"] else "failed" if race["failed"] else "idle"
        print(f"{race['race']}  account {race['account']}  {', '.join(race['actors'])}  {state}: {race['covered']}")
    return 0


def report(options: argparse.Namespace) -> int:
    print(door_of(options).text("GET", f"races/{quote(options.race, '')}/report"), end="")
    return 0


def end(options: argparse.Namespace) -> int:
    door_of(options).ask("DELETE", f"races/{quote(options.race, '')}")
    return 0


def clock(options: argparse.Namespace) -> int:
    race, actor = here()
    answer = door_of(options).ask("GET", f"races/{race}/clock" + (f"?actor={actor}" if actor else "")) or {}
    print(f"{answer['time']:.3f}".rstrip("0").rstrip("."))
    return 0


def sleep(options: argparse.Namespace) -> int:
    race, actor = here()
    if not actor:
        raise Unusable("only an actor of a race sleeps in it")
    door_of(options).ask("POST", f"races/{race}/actors/{actor}", {"is": "asleep", "seconds": options.seconds})
    return 0


def here() -> tuple[str, str]:
    """The race and the actor as which this process was started. A check is no actor."""
    race = os.environ.get("CONDEMU_RACE")
    if not race:
        raise Unusable("CONDEMU_RACE is not set: this is for commands that `condemu races run` starts")
    return race, os.environ.get("CONDEMU_ACTOR", "")


WORDS = {"run": run, "list": listed, "report": report, "end": end, "clock": clock, "sleep": sleep}
