"""docs/misled-clients.md is right: every client of its table, under every fault, is told, leaves and is accused of what it says.

The clients are unchanged, with the settings that they come with; only the waits between their attempts are left out. Those that
are written in Rust run against a socket, all others within this process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from real_clients import CLIENTS, Client, Place, told

from condemu.core.effects import ManualClock
from condemu.explorer.patches import SDKS, patched
from condemu.lab import findings
from condemu.lab.faults import Counted, fault
from condemu.lab.rules import Rules
from condemu.lab.verdicts import misled
from condemu.server.app import FAULTS
from condemu.testing import Server
from condemu.testing.local import Condemu
from condemu.testing.recorder import recording
from conformance.tables import rows_of, truth_table

PAGE: Final = (Path(__file__).parents[2] / "docs" / "misled-clients.md").read_text()
TABLE: Final = "".join(re.findall(r"^\|.*\n", PAGE.partition("## The table")[2], re.MULTILINE))
RULES: Final[dict[str, dict[str, Any]]] = {
    "a reply lost": {"word": "lost", "nth": 1},
    "all replies lost": {"word": "lost"},
    "a conflict": {"word": "conflict", "nth": 1},
    "throttled once": {"word": "throttle", "nth": 1},
    "throttled": {"word": "throttle"},
}
REFUSALS: Final = {"PutObject": "412 PreconditionFailed"}
REFUSED: Final = "400 ConditionalCheckFailedException"

# What is said of clients whose SDK says which attempts are one call, and of those in Rust, whose attempts are calls of their own.
BY_SDK: Final = {
    findings.MISLED: "ann was told {refusal} for {what} (call N); its own attempt (call N) had committed (commit N).",
    findings.UNHEARD: "ann heard nothing of {what} (call N), and its attempt 1 (call N) had committed (commit N).",
}
BY_ATTEMPT: Final = {
    findings.MISLED: "ann was told {refusal} for {what} (call N); what refused it is its own {operation} (call N, commit N),"
    " of which it was told no reply.",
    findings.UNHEARD: "ann heard nothing of {what} (call N), and it committed (commit N).",
    findings.CONFLICT: "ann was told 409 ConditionalRequestConflict for {what} (call N), which did not write; it did not write"
    " again, and was then told 404 NoSuchKey (call N).",
}
ORPHAN: Final = (
    "Nobody holds {target}: ann's {operation} created it (call N, commit N), ann was told {heard}, and nothing changed it since."
)


async def no_delay(seconds: float) -> None:
    """No rule of these tests delays."""


@pytest.fixture(scope="module")
def socket() -> Iterator[tuple[Server, Rules]]:
    rules = Rules(FAULTS, no_delay)
    with Server(clock=ManualClock(), observers=(rules,)) as server:
        yield server, rules


@contextmanager
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients repeat without waiting; s3fs repeats what its SDK has given up."""
    monkeypatch.setattr("condemu.explorer.patches.SDKS", (*SDKS, "s3fs."))
    with patched(lambda seconds: False, lambda: 0.0, patch_time=False):
        yield


@contextmanager
def striking(rules: Rules, word: str, **rule: Any) -> Iterator[Counted]:
    counted = rules.add(fault(word, **rule))
    try:
        yield counted
    finally:
        rules.remove(counted)
    assert counted.hits


def outcome(
    client: Client, place: Place, where: Any, struck: AbstractContextManager[Counted]
) -> tuple[dict[str, str], list[str]]:
    """What the client was told, what is stored and which findings there are, as in the table; and their sentences."""
    given = client.begin(place)
    with recording(where) as recorder, struck:
        heard = told(client, given)
    found = misled(recorder.entries())
    row = {"told": heard, "stored": client.stored(place), "finding": "; ".join(finding.kind for finding in found)}
    return {name: cell for name, cell in row.items() if cell}, [finding.sentence for finding in found]


def said(client: Client, row: dict[str, str]) -> list[str]:
    """The sentences that the row promises, but for their numbers."""
    kinds = row.get("finding", "").split("; ") if "finding" in row else []
    refusal = REFUSALS.get(client.operation, REFUSED)
    words = {
        "operation": client.operation, "target": client.target, "what": f"{client.operation} {client.target}", "refusal": refusal,
        "heard": refusal if findings.MISLED in kinds and not client.socket else "no reply",
    }  # fmt: skip
    sentences = {**(BY_ATTEMPT if client.socket else BY_SDK), findings.ORPHAN: ORPHAN}
    return [sentences[kind].format(**words) for kind in kinds]


@truth_table(TABLE)
def test_a_client_is_told_and_named_as_the_page_says(
    row: dict[str, str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = CLIENTS[row["client"]]
    rule = {**RULES[row["fault"]], "operation": client.operation, "key": client.target}
    if rule["word"] == "conflict" and client.operation != "PutObject":
        rule["word"] = "transaction_conflict"
    if client.socket:
        server, rules = request.getfixturevalue("socket")
        server.emulator.reset_now()
        shown, sentences = outcome(client, Place(server.url), server, striking(rules, **rule))
    else:
        condemu: Condemu = request.getfixturevalue("condemu")
        condemu.clock.freeze()
        with at_once(monkeypatch):
            shown, sentences = outcome(client, Place(None), condemu, condemu.fault(**rule))
    assert {"client": row["client"], "fault": row["fault"], **shown} == row
    assert [re.sub(r"(call|commit) \d+", r"\1 N", sentence) for sentence in sentences] == said(client, row)


def test_every_client_meets_every_fault() -> None:
    met = [(row["client"], row["fault"]) for row in rows_of(TABLE)]
    assert met == [(client, name) for client in CLIENTS for name in RULES]
