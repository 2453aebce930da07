"""Who imports whom inside `condemu`, read from the source: imports for the type checker and inside functions count, too."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
Graph = Mapping[str, frozenset[str]]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name; a package goes by its own name."""
    found = {}
    for path in sorted((ROOT / "condemu").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def graph() -> dict[str, frozenset[str]]:
    """For each module the modules that it imports, itself left out."""
    known = modules()
    return {
        name: frozenset(imported for imported in _imported(ast.parse(path.read_text()), known) if imported != name)
        for name, path in known.items()
    }


def _imported(tree: ast.Module, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module in known:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


def circles(of: Graph) -> list[list[str]]:
    """The sets of nodes that reach each other, each sorted, the largest first. A graph without circles has none."""
    reach = {node: _reachable(of, node) for node in of}
    seen: set[str] = set()
    found = []
    for node in of:
        if node not in seen and node in reach[node]:
            circle = sorted(other for other in reach[node] if node in reach.get(other, ()))
            seen.update(circle)
            found.append(circle)
    return sorted(found, key=lambda circle: (-len(circle), circle))


def _reachable(of: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(of.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(of.get(node, ()))
    return found


def packages(of: Graph) -> dict[str, frozenset[str]]:
    """The same between folders: for each folder the folders whose modules its own modules import.

    A package's `__init__` belongs to the folder itself.
    """
    homes = {name: name if path.name == "__init__.py" else name.rpartition(".")[0] for name, path in modules().items()}
    between: dict[str, set[str]] = {home: set() for home in homes.values()}
    for name, imported in of.items():
        between[homes[name]].update(homes[other] for other in imported if homes[other] != homes[name])
    return {home: frozenset(others) for home, others in between.items()}


def say(found: Iterable[Iterable[str]]) -> str:
    return "\n".join(" <-> ".join(circle) for circle in found)
