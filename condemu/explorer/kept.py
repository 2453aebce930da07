"""Schedules that failed, kept in `.condemu/schedules.json` beside where the tests are run, and tried first the next time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = ".condemu"
MOST: Final = 1000  # schedules that are kept; the oldest go


def _file() -> Path:
    return Path(FOLDER) / "schedules.json"


def name_of(actors: Mapping[str, Callable[..., Any]]) -> str:
    """What a failing schedule is kept under: the test that runs and the actors."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    return " ".join((test or "-", *(f"{name}={getattr(body, '__module__', '')}" for name, body in actors.items())))


def _read() -> dict[str, str]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(known: dict[str, str]) -> None:
    """A folder that cannot be written keeps nothing: the failure itself was told already."""
    try:
        _file().parent.mkdir(exist_ok=True)
        (_file().parent / ".gitignore").write_text("*\n", encoding="utf-8")
        partial = _file().with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(dict(list(known.items())[-MOST:]), indent=1) + "\n", encoding="utf-8")
        partial.replace(_file())
    except OSError:
        pass


def recall(name: str) -> str | None:
    return _read().get(name)


def remember(name: str, token: str) -> None:
    known = _read()
    known.pop(name, None)
    _write(known | {name: token})


def forget(name: str) -> None:
    known = _read()
    if known.pop(name, None) is not None:
        _write(known)
