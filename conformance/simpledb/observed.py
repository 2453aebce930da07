"""The requests of cases/simpledb_cases.json: which can be sent anywhere as they stand, and why the others cannot.

The cases speak of two domains, MyDomain and mydomain. A run has one domain for each, which every case finds empty and leaves so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parents[1] / "cases" / "simpledb_cases.json"
_HELD: Final[dict[str, Any]] = json.loads(FILE.read_text())
CASES: Final[list[dict[str, Any]]] = _HELD["cases"]
DATASETS: Final[dict[str, list[dict[str, str]]]] = _HELD["datasets"]
DOMAINS: Final = ("MyDomain", "mydomain")

# The others run in process only. By group, and by id:
GROUPS: Final = {
    "auth": "how they are signed is told in words: tests/simpledb/test_sdb_auth.py",
    "simpledbv2": "exports are another protocol, and want minutes and a bucket: tests/simpledb/test_sdb_exports.py",
}
_MAKES: Final = "it makes or takes away a domain, and an account has room for 250"
_OUTSIDE: Final = "the domain that it names would not be the run's, and a run may be permitted no other"
_LISTS: Final = "it shows all domains of the account, not only those of the run"
_COUNTS: Final = "AWS counts what is in a domain from time to time, and its domain has been used"
EXCEPTIONS: Final = {
    "domain.create": _MAKES,
    "domain.create.bad.short": _OUTSIDE,
    "domain.create.bad.space": _OUTSIDE,
    "domain.create.bad.slash": _OUTSIDE,
    "domain.create.bad.empty": _OUTSIDE,
    "domain.create.good.min3": _MAKES,
    "domain.create.good.max255": _MAKES,
    "domain.create.good.charset": _MAKES,
    "domain.create.good.digit-first": _MAKES,
    "domain.create.limit250.existing": _MAKES,
    "domain.delete": _MAKES,
    "domain.delete.drops-items": _MAKES,
    "domain.list.page2": _LISTS,
    "domain.list.default100": _LISTS,
    "domain.metadata.empty": _COUNTS,
    "domain.metadata.count": _COUNTS,
    "proto.missing-action": "only its host could say that it is SimpleDB's, and a target may have one host for all services",
}
SENT: Final = [case for case in CASES if case["group"] not in GROUPS and case["id"] not in EXCEPTIONS]

Request = Mapping[str, str]

_FROM: Final = re.compile(rf"(?<=from )`?({'|'.join(DOMAINS)})`?(?![\w.-])", re.IGNORECASE)
_VALID: Final = re.compile(r"[\w.-]{3,255}", re.ASCII)


def steps_of(case: dict[str, Any]) -> list[Request]:
    """What is to be done before the request of a case."""
    return [each for step in case["setup"] for each in (DATASETS[step["dataset"]] if "dataset" in step else [step])]


def renamed(request: Request, name: Callable[[str], str]) -> dict[str, str]:
    """The request about other domains. What cannot be a domain's name stays."""
    changed = dict(request)
    if _VALID.fullmatch(request.get("DomainName", "")):
        changed["DomainName"] = name(request["DomainName"])
    if "SelectExpression" in request:
        changed["SelectExpression"] = _FROM.sub(lambda match: f"`{name(match[1])}`", request["SelectExpression"])
    return changed


def items_of(request: Request) -> list[str]:
    """The names of the items that a request may write."""
    names = (value for name, value in request.items() if name == "ItemName" or name.endswith(".ItemName"))
    return [name for name in names if 0 < len(name.encode()) <= 1024]
