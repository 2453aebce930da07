"""The tables of what is kept, in the docstrings beside the records: they are what the spaces declare."""

from __future__ import annotations

import pytest

from condemu.dynamodb.state import records as dynamodb
from condemu.simpledb import records as simpledb
from condemu.sts import records as sts
from conformance.tables import rows_of

PACKED = {"StoredItem"}  # bytes, as the type checker knows them


@pytest.mark.parametrize("module", [dynamodb, simpledb, sts], ids=lambda module: module.__name__)
def test_the_table_of_spaces_is_that_of_the_declarations(module):
    told = {row["space"]: (row["key"], row["record"].partition(":")[0].partition(",")[0]) for row in rows_of(module.__doc__)}
    declared = {space.name: (", ".join(part.name for part in space.parts), kind_of(space.kind)) for space in module.SPACES}
    assert {name: (key, "bytes" if kind in PACKED else kind) for name, (key, kind) in told.items()} == declared


def kind_of(kind: type) -> str:
    return getattr(kind, "__name__", str(kind))
