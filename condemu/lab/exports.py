"""A history in the forms of other checkers: Jepsen's and Elle's EDN, and Porcupine's operations.

**EDN** is a history of transactions on registers (Elle's `rw-register`), two lines for each attempt: its invocation, and what the
client was told. A read is `[:r "s3:locks/leader" "9dd4e461"]`, a write under a condition on a version a read and a write.
Nothing is nil before the first write, and `"absent-7"` once call 7 has deleted what was there. An actor whose attempt got no
answer goes on as another process, as in Jepsen.

**Porcupine** is JSON, a line for each key: `{"Key": …, "Operations": [{"ClientId", "Input", "Call", "Output", "Return"}, …]}`,
the fields of `porcupine.Operation`. Input has Op (read, write, delete), Expects and Leaves; Output has Ok, Found and Unknown.
What may have happened returns after everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Final

from condemu.lab.history import ABSENT, CONDITION, FAIL, INFO, NEVER, OK, PRESENT, REFUSED, Effect, Entry
from condemu.lab.registers import is_key

TOLD: Final = {OK: ":ok", FAIL: ":fail", INFO: ":info"}


def edn(entries: Iterable[Entry]) -> Iterator[str]:
    """Lines of a history of Jepsen's."""
    processes, free = {}, count(0)
    events: list[tuple[int, int, Entry, int]] = []
    history = sorted((entry for entry in entries if _on_keys(entry)), key=lambda entry: entry.began)
    latest = max((mark for entry in history for mark, _ in entry.marks.values()), default=0)
    for entry in history:
        if entry.actor not in processes:
            processes[entry.actor] = next(free)
        process = processes[entry.actor]
        if entry.told == INFO:
            del processes[entry.actor]
        events.append((entry.began, 0, entry, process))
        events.append((entry.ended if entry.ended < NEVER else latest + entry.began + 1, 1, entry, process))
    for index, (place, ended, entry, process) in enumerate(sorted(events, key=lambda event: event[:2])):
        kind = TOLD[entry.told] if ended else ":invoke"
        value = " ".join(micro for effect in _on_keys(entry) for micro in _micro(entry, effect, bool(ended)))
        error = f", :error {_text(entry.code or entry.how)}" if ended and entry.told != OK else ""
        yield f"{{:index {index}, :type {kind}, :process {process}, :f :txn, :value [{value}], :time {place}{error}}}"


def _micro(entry: Entry, effect: Effect, ended: bool) -> Iterator[str]:
    """The reads and writes of one register."""
    name = _text(effect.resource)
    if not effect.written:
        if not ended or effect.found is not None:
            yield f"[:r {name} {_found(effect) if ended else 'nil'}]"
        return
    if effect.expects not in ("", PRESENT, CONDITION):
        absent = _found(effect) if effect.found == ABSENT else "nil"
        yield f"[:r {name} {absent if effect.expects == ABSENT else _text(effect.expects)}]"
    left = f"absent-{entry.number}" if effect.left == ABSENT else effect.left
    yield f"[:w {name} {'nil' if left is None else _text(left)}]"


def _found(effect: Effect) -> str:
    """Nothing is nil, as before the first write, or what the deletion left, whose call is known."""
    if effect.found in (None, ABSENT):
        return f'"absent-{effect.found_number}"' if effect.found == ABSENT and effect.found_number else "nil"
    return _text(effect.found or "")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def porcupine(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each key."""
    history = sorted(entries, key=lambda entry: entry.began)
    latest = max((mark for entry in history for mark, _ in entry.marks.values()), default=0)
    clients: dict[str, int] = {}
    keys: dict[str, list[dict[str, Any]]] = {}
    for entry in history:
        client = clients.setdefault(entry.actor, len(clients))
        for effect in _on_keys(entry):
            keys.setdefault(effect.resource, []).append({
                "ClientId": client,
                "Input": {"Op": _operation(effect), "Expects": effect.expects, "Leaves": effect.left or ""},
                "Call": entry.began,
                "Output": {
                    "Ok": entry.told == OK and effect.outcome != REFUSED, "Found": effect.found or "",
                    "Unknown": entry.told == INFO,
                },
                "Return": entry.ended if entry.ended < NEVER else latest + 1,
            })  # fmt: skip
    for key, operations in keys.items():
        yield json.dumps({"Key": key, "Operations": operations}, ensure_ascii=False)


def _operation(effect: Effect) -> str:
    if not effect.written:
        return "read"
    return "delete" if effect.left == ABSENT else "write"


def _on_keys(entry: Entry) -> Sequence[Effect]:
    return [effect for effect in entry.effects if is_key(effect.resource)]


FORMS: Final = {"edn": edn, "porcupine": porcupine}
