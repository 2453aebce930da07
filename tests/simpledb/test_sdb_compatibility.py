"""docs/simpledb-compatibility.md against the tables and the models: nothing is missing."""

from __future__ import annotations

import inspect

from sdb_compatibility import EXPORTS, PAGE, models, page

import condemu.simpledb
from condemu.simpledb import export_service, operations
from condemu.simpledb.operations import OPERATIONS


def test_the_page_says_what_the_tables_say() -> None:
    assert PAGE.read_text() == page(), "run: python tests/simpledb/sdb_compatibility.py"


def test_no_operation_of_the_models_is_missing_and_there_is_no_other() -> None:
    known = models()
    assert set(known["sdb"].operation_names) == set(OPERATIONS)
    assert set(known["simpledbv2"].operation_names) == set(EXPORTS)
    source = inspect.getsource(export_service)
    assert [name for name in EXPORTS if name not in source] == []


def test_every_parameter_of_the_models_is_named_by_the_code() -> None:
    """What a handler reads, it names: the members of lists by their names on the wire."""
    import ast
    from pathlib import Path

    folder = Path(condemu.simpledb.__path__[0])
    trees = [ast.parse(path.read_text()) for path in folder.glob("*.py")]
    words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert operations.__doc__
    for name in models()["sdb"].operation_names:
        shape = models()["sdb"].operation_model(name).input_shape
        for member, content in shape.members.items() if shape is not None else ():
            assert {member, content.serialization.get("name", member)} & words or member in {"Items", "Attributes"}, (
                name,
                member,
            )
