"""`python -m tests.clients.matrix LANGUAGE [client …]` runs programs and writes docs/clients/LANGUAGE.json.

`--install` makes the environments first, or brings them up to date; `page` draws docs/clients.md and its picture.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from . import environments, page, running
from .clients import CLIENTS, Client

DOCS: Final = Path(__file__).parents[3] / "docs"
LANGUAGES: Final = ("python", "javascript", "go", "java", "rust", "programs")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.clients.matrix", description="Run a language's clients against condemu."
    )
    parser.add_argument("language", choices=[*LANGUAGES, "page"])
    parser.add_argument("client", nargs="*", help="those whose name has this in it; all, if none is named")
    parser.add_argument("--install", action="store_true", help="make the environments, from the language's package registry")
    parser.add_argument("--calls", nargs="*", help="only these calls; nothing is written then")
    given = parser.parse_intermixed_args()
    if given.language == "page":
        page.write(DOCS)
        return 0
    file = DOCS / "clients" / f"{given.language}.json"
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() and given.client else {}
    installed: set[str] = set()
    failures = 0
    for client in CLIENTS:
        if client.language == given.language and (not given.client or any(word in client.name for word in given.client)):
            install = given.install and client.home not in installed
            installed.add(client.home)
            results[client.name] = result_of(client, given.calls, install)
            failures += told(client, results[client.name])
    if not given.calls:
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        page.write(DOCS)
    return int(failures > 0)


def result_of(client: Client, calls: list[str] | None, install: bool) -> dict[str, Any]:
    try:
        command = environments.command_of(client, install=install)
        versions = environments.versions(client)
    except environments.Missing as missing:
        return {"skipped": str(missing)}
    with tempfile.TemporaryDirectory() as folder:
        cells = running.run(client, command, Path(folder), calls)
    return {"date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "versions": versions, "cells": cells}


def told(client: Client, result: dict[str, Any]) -> int:
    """Print the client's row; how many cells are wrong and nobody says why."""
    if "skipped" in result:
        print(f"{client.name}: skipped: {result['skipped']}")
        return 0
    cells = result["cells"]
    counts = {outcome: sum(cell["outcome"] == outcome for cell in cells.values()) for outcome in ("ok", "not offered", "wrong")}
    print(f"{client.name}: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count), flush=True)
    for name, cell in cells.items():
        if cell["outcome"] == "wrong":
            print(f"  {name}: {cell['note']}" + (f" ({cell['fault']})" if cell["fault"] else ""))
    return sum(cell["outcome"] == "wrong" and not cell["fault"] for cell in cells.values())


if __name__ == "__main__":
    raise SystemExit(main())
