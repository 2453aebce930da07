"""What the gallery measures, and the page that tells it: docs/gallery.md. Run by hand, it writes the page anew.

    python tests/lab/gallery_report.py
    python tests/lab/gallery_report.py --without-stress    # with the rounds that the page tells; new entries alone are run

The stress test is the plain one that people write: the same actors, 64 threads at once, real threads and no explorer, answered in
this process. Each group of actors has a state of its own. It knows nothing of faults, passing time and skewed clocks, because a
plain stress test does not.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from gallery import ENTRIES
from gallery.entry import Entry, Race

from condemu.explorer.exploration import Exploration
from condemu.explorer.lanes import Raised
from condemu.explorer.race import Told, crashes
from condemu.lab import RaceFound, explore
from condemu.testing.local import Condemu, MockAWS

PAGE = Path(__file__).parent.parent.parent / "docs" / "gallery.md"
THREADS = 64
ROUNDS = 10
LIMIT = 60.0  # seconds after which a thread is taken for stuck


class Plain:
    """What an actor is given where nobody directs it: the same names as in a race, with this machine's time."""

    def __init__(self, local: Condemu, name: str) -> None:
        self.local = local
        self.name = name
        self.time = time.time
        self.sleep = time.sleep

    def client(self, service: str) -> Any:
        return self.local.client(service)


class Group:
    """The actors of one race, with a state of their own."""

    def __init__(self, race: Race, local: Condemu) -> None:
        self.race = race
        self.local = local
        self.results: dict[str, Any] = {actor.__name__: None for actor in self.race.actors}
        self.race.setup(Plain(local, "setup"))

    def threads(self, barrier: threading.Barrier) -> list[threading.Thread]:
        def run(actor: Any) -> None:
            barrier.wait(LIMIT)
            try:
                self.results[actor.__name__] = actor(Plain(self.local, actor.__name__))
            except Exception as error:
                self.results[actor.__name__] = Raised(error)

        return [threading.Thread(target=run, args=(actor,), daemon=True) for actor in self.race.actors]

    def fails(self) -> bool:
        told = Told(self.results)
        if any(True for _ in crashes(told, ())):
            return True
        check, arguments = self.race.check, (Plain(self.local, "check"), told)
        try:
            verdict = check(*arguments[: check.__code__.co_argcount])
        except AssertionError:
            return True
        return verdict is False


def stress(race: Race, locals: Sequence[Condemu]) -> int:
    """How many of the groups of one round of 64 threads fail."""
    each = len(race.actors)
    for local in locals:
        local.reset()
    groups = [Group(race, local) for local in locals[: THREADS // each]]
    barrier = threading.Barrier(len(groups) * each)
    threads = [thread for group in groups for thread in group.threads(barrier)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    return sum(group.fails() for group in groups)


def stressed(known: Mapping[str, int]) -> dict[str, int]:
    """In how many rounds a stress test finds each bug; asked only for those that are not known."""
    with states() as locals:
        return {
            name: known[name] if name in known else sum(stress(entry.race(entry.wrong), locals) > 0 for _ in range(ROUNDS))
            for name, entry in ENTRIES.items()
        }


@contextmanager
def states() -> Iterator[list[Condemu]]:
    """A state for each group, with its clients: of one session, so that what botocore reads from its files is read once."""
    import boto3

    session = boto3.Session(region_name="us-east-1")
    with ExitStack() as stack:
        locals = []
        for _ in range(THREADS):
            local = stack.enter_context(MockAWS())
            keys = local.session().get_credentials()
            for service in ("s3", "dynamodb", "sdb"):
                local._clients[service] = session.client(
                    service, aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key
                )
            locals.append(local)
        yield locals


def found(entry: Entry) -> RaceFound:
    """The bug as the explorer finds it, with all that may go wrong."""
    race = entry.race(entry.wrong)
    with own_folder():
        try:
            explore(*race.actors, **race.arguments, schedules=100)
        except RaceFound as failure:
            return failure
    raise LookupError(f"the bug of {entry.name} is not found within 100 schedules")


def schedules_of(failure: RaceFound) -> int:
    return int(str(failure).partition("FAILED after ")[2].partition(" ")[0])


def speed() -> tuple[float, float]:
    """Schedules per CPU second, and requests of actors in each, of a compare-and-set loop on S3 with up to two faults."""
    race = ENTRIES["s3_config"].race(ENTRIES["s3_config"].right)
    requests = 0
    judged = Exploration._judged

    def counted(self: Exploration, finished: Any) -> None:
        nonlocal requests
        requests += sum(effect.call is not None for effect in finished.effects)
        judged(self, finished)

    with own_folder():
        explore(*race.actors, **race.arguments, schedules=10)
        Exploration._judged = counted  # type: ignore[method-assign]
        began = time.process_time()
        try:
            run = explore(*race.actors, **race.arguments, schedules=500, most_faults=2)
        finally:
            Exploration._judged = judged  # type: ignore[method-assign]
    return run.schedules / (time.process_time() - began), requests / run.schedules


@contextmanager
def own_folder() -> Iterator[None]:
    """Failing schedules are kept beside where tests run: not here."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def first_line(document: str | None) -> str:
    return (document or "").strip().partition("\n")[0]


def told() -> dict[str, int]:
    """The rounds of stress as the page tells them."""
    rows = re.findall(r"^\| \[(\w+)\].*\| (\d+|–) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: 0 if count == "–" else int(count) for name, count in rows}


def page(stress_found: dict[str, int]) -> str:
    """The page, from what was measured."""
    rows = []
    for name, entry in ENTRIES.items():
        module = sys.modules[entry.race.__module__]
        failure = found(entry)
        rows.append(
            f"| [{name}](../tests/lab/gallery/{name}.py) | {entry.kind} | {first_line(module.__doc__)} | "
            f"{first_line(entry.wrong.__doc__)} | {entry.takes} | {schedules_of(failure)} | {stress_found[name] or '–'} |"
        )
    return PREAMBLE.format(
        count=len(ENTRIES), stress=sum(count > 0 for count in stress_found.values()), threads=THREADS, rounds=ROUNDS,
        always=sum(count == ROUNDS for count in stress_found.values()), rows="\n".join(rows),
    )  # fmt: skip


PREAMBLE = """# The gallery

{count} small pieces of code as people write them for work: locks, leases, counters, queues, transfers, uploads. Each has one
realistic bug, and a twin beside it that has none. The race lab is measured by them, and they are examples of how to write such
code.

`explore` finds all {count} bugs, each within 100 schedules, and shows it with as little as it takes. It accuses no twin, with
one fault or with two in each schedule, when every order is tried. A plain stress test of the same code, {threads} threads at
once, finds {stress} of the {count} in {rounds} rounds, and {always} of them in each round. Those that need a fault, a pause or
another clock it cannot find, however long it runs.

| where | kind | what it does | the bug | what it takes | schedules | rounds of stress that find it |
|---|---|---|---|---|---|---|
{rows}

*Schedules* is how many the explorer ran until it found the bug, with every fault on that the entry names. The twins, which have
more schedules, are in the same files. `tests/lab/test_gallery.py` runs all of it; `tests/lab/gallery_report.py` writes this page.
"""

if __name__ == "__main__":
    PAGE.write_text(page(stressed(told() if "--without-stress" in sys.argv else {})), encoding="utf-8")
    rate, length = speed()
    print(f"{rate:.0f} schedules of {length:.1f} requests per CPU second")
