"""docs/dynamodb-compatibility.md against the tables and the models."""

from __future__ import annotations

import botocore
import pytest
from dynamodb_compatibility import KEPT, NOTHING_THERE, PAGE, REFUSED, WITHOUT_EFFECT, missing_members, page

from condemu.dynamodb.operations import OPERATIONS
from condemu.dynamodb.requests.shapes import SHAPES

MADE_WITH = (1, 43, 117)  # of botocore: a newer one may know more, an older one less
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])


def test_the_page_says_what_the_tables_say() -> None:
    if INSTALLED != MADE_WITH:
        pytest.skip(f"botocore {botocore.__version__} may know other operations")
    assert PAGE.read_text() == page(), "run: python tests/dynamodb/dynamodb_compatibility.py"


def test_what_has_no_place_in_the_tables_is_listed() -> None:
    found = set(missing_members())
    if INSTALLED <= MADE_WITH:
        assert found <= set(WITHOUT_EFFECT)
    if INSTALLED >= MADE_WITH:
        assert set(WITHOUT_EFFECT) <= found


def test_what_is_kept_is_in_the_tables() -> None:
    known = {member.wire for shape in SHAPES.values() for member in shape.members}
    assert {name.rpartition(".")[2] for names in KEPT for name in names.split(", ")} <= known


def test_what_is_refused_or_finds_nothing_is_an_operation() -> None:
    done = {operation.name for operation in OPERATIONS}
    listed = {name for names in NOTHING_THERE for name in names.split(", ")} | {name.partition(".")[0] for name in REFUSED}
    assert listed <= done
