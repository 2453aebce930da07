"""docs/simpledb-compatibility.md against the tables and the models: nothing is missing."""

from __future__ import annotations

import inspect

from sdb_compatibility import EXPORTS, PAGE, models, page

import condemu.simpledb
from condemu.simpledb import export_service, operations
from condemu.simpledb.expected import Condition
from condemu.simpledb.export_validation import ExportRequest
from condemu.simpledb.operations import OPERATIONS
from condemu.simpledb.requests import BatchItem, Request
from condemu.simpledb.validation import Entry


def test_the_page_says_what_the_tables_say() -> None:
    assert PAGE.read_text() == page(), "run: python tests/simpledb/sdb_compatibility.py"


def test_no_operation_of_the_models_is_missing_and_there_is_no_other() -> None:
    known = models()
    assert set(known["sdb"].operation_names) == set(OPERATIONS)
    assert set(known["simpledbv2"].operation_names) == set(EXPORTS)
    source = inspect.getsource(export_service)
    assert [name for name in EXPORTS if name not in source] == []


def members_of(service: str, *names: str) -> set[str]:
    """The members of these shapes; of all requests where none is named."""
    model = models()[service]
    if not names:
        inputs = (model.operation_model(name).input_shape for name in model.operation_names)
        return {member for shape in inputs if shape is not None for member in shape.members}
    return {member for name in names for member in model.shape_for(name).members}


def test_the_members_that_handlers_read_are_those_of_the_models() -> None:
    """mypy finds a member that is misspelled; that what it knows is AWS's is seen here."""
    own = {"Plan", "After", "Because"}  # what the service makes of a request
    assert set(Request.__annotations__) - own == members_of("sdb")
    assert set(BatchItem.__annotations__) == members_of("sdb", "ReplaceableItem") == members_of("sdb", "DeletableItem")
    assert set(Entry.__annotations__) == members_of("sdb", "ReplaceableAttribute")
    assert set(Condition.__annotations__) == members_of("sdb", "UpdateCondition")
    assert set(ExportRequest.__annotations__) == members_of("simpledbv2")


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
