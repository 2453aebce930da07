"""The tables in docstrings of S3's modules, as rows for tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import condemu.s3
from conformance.tables import rows_of

FOLDER = Path(condemu.s3.__path__[0])
RULE = "|--"  # the line under a table's header


def docstrings(file: str) -> Iterator[tuple[str, str]]:
    """(name of the function or class, "" for the module; docstring) of a module."""
    tree = ast.parse((FOLDER / file).read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield getattr(node, "name", ""), ast.get_docstring(node) or ""


def table(file: str, name: str = "") -> list[dict[str, str]]:
    """The rows of the table that the module's docstring, or its function's, holds."""
    return rows_of(dict(docstrings(file))[name])


def tables() -> set[tuple[str, str]]:
    """(file, name) of every docstring that holds a table."""
    files = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
    return {(file, name) for file in files for name, text in docstrings(file) if RULE in text.replace(" ", "")}
