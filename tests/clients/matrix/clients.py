"""The clients, from clients.toml: which program drives each, what it needs, and how it is told about condemu."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Client:
    """A row. `calls` is one of SETS, `home` the environment that holds its `packages`, whose versions the page shows.

    `keys` are those of the tables that the command makes; without any the program makes its own. `faults` names, for a call that
    comes out wrong, whose fault that is, and the evidence: a wrong cell without an entry fails the command. `environment` is
    further variables; `{certificate}` is filled in. `store` is for one that takes no certificate: the system's store has it, for
    this program alone, where the system lets us.
    """

    name: str
    language: str
    calls: str
    program: str
    packages: list[str]
    told: str
    home: str = ""
    variant: str = ""
    keys: list[str] = field(default_factory=lambda: ["pk", "sk"])
    faults: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    store: bool = False


_ROWS: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "clients.toml").read_text())
PROGRAMS: Final[dict[str, dict[str, str]]] = _ROWS["programs"]
PYTHON_HOMES: Final[dict[str, list[str]]] = _ROWS["python_homes"]
CLIENTS: Final = tuple(Client(**row) for row in _ROWS["client"])
