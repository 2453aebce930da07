"""What is known about an operation is in its row: no module keeps a table by names of operations, or asks for one by its name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import botocore
import pytest
from botocore.session import get_session

import condemu.s3
from condemu.s3.operations import BY_NAME, OPERATIONS
from condemu.s3.requests.conditions import CONDITIONS
from condemu.s3.requests.members import HEADERS, QUERY, Member
from condemu.s3.requests.operation import BLOB, FORM, XML, Operation
from condemu.s3.requests.request import Row
from condemu.wire.checksums import BY_MEMBER

FOLDER = Path(condemu.s3.__path__[0])
MODULES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
# Where a word that names an operation names something else.
OTHER_WORDS: dict[str, set[str] | None] = {
    "operations.py": None,  # the rows
    "access/policy_actions.py": None,  # IAM's actions and what is known of them, from another table of AWS's
    "configurations/table.py": None,  # the rows of configurations
    "configurations/checks.py": {"CompleteMultipartUpload"},  # an event
    "uploads/complete.py": {"CompleteMultipartUpload"},  # the root element of its document
}
TABLES_MADE_WITH = (1, 44, 5)  # of botocore: an older one may know fewer members
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])
IN_SOME_MODELS = {"ClientToken"}


def texts_of(tree: ast.Module) -> Iterator[str]:
    """Every text in the code. Docstrings are none of it."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def operations_named(text: str) -> set[str]:
    """The operations that a text names, if it does nothing else: one name, or a list of names."""
    words = text.replace(",", " ").split()
    return set(words) if words and all(word in BY_NAME for word in words) else set()


@pytest.mark.parametrize("name", MODULES)
def test_no_module_but_the_table_names_an_operation(name: str) -> None:
    allowed = OTHER_WORDS.get(name, set())
    if allowed is None:
        return
    found = {word for text in texts_of(ast.parse((FOLDER / name).read_text())) for word in operations_named(text)}
    assert found == allowed


def test_a_table_by_names_is_found() -> None:
    tree = ast.parse('"""PutObject"""\nREADS = {"GetObject", "HeadObject"}\nWRITES = "PutObject, CopyObject"\nX = "no PutObject"')
    found = {word for text in texts_of(tree) for word in operations_named(text)}
    assert found == {"GetObject", "HeadObject", "PutObject", "CopyObject"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_row_without_a_handler_says_nothing_but_how_it_is_recognized(operation: Row) -> None:
    if operation.handler is None:
        recognized = (operation.name, operation.method, operation.level, operation.marker)
        assert replace(operation, also="", status=200, path="", express=False) == Operation(*recognized)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_fields_of_a_row_fit_together(operation: Row) -> None:
    assert operation.takes in ("", BLOB, FORM, XML)
    assert operation.level in ("service", "bucket", "object")
    assert operation.takes or not operation.after_body
    assert (operation.entries is None) == (operation.gather is None)
    assert operation.ahead is not None or not operation.copies
    assert operation.conditions <= CONDITIONS.keys()


# the vocabulary


def input_members() -> set[str]:
    model = get_session().get_service_model("s3")
    shapes = [model.operation_model(name).input_shape for name in model.operation_names]
    return {member for shape in shapes if shape is not None for member in shape.members}


def test_the_members_of_requests_are_those_that_headers_queries_and_paths_give() -> None:
    """mypy lets nobody read or put another: `request["IfMatc"]` is an error of type `Member`."""
    of_forms = {"SuccessActionRedirect", "SuccessActionStatus"}
    given = {*HEADERS.values(), *QUERY.values(), "Bucket", "Key"}
    assert set(get_args(Member)) == given | of_forms
    assert set(BY_MEMBER) <= given


def test_every_member_is_one_of_the_model() -> None:
    unknown = set(get_args(Member)) - input_members() - {"SuccessActionRedirect", "SuccessActionStatus"} - IN_SOME_MODELS
    if unknown and INSTALLED < TABLES_MADE_WITH:
        pytest.skip(f"botocore {botocore.__version__} is older than the vocabulary: it has no {', '.join(sorted(unknown))}")
    assert unknown == set()


MISSPELT = """
from condemu.s3.requests.request import S3Request

def handler(request: S3Request) -> str | None:
    request["IfMatc"]
    request.members.get("IfMatc")
    request.members["IfMatc"] = "*"
    return request["IfMatch"] or request.members.get("IfMatch")
"""


def test_a_misspelt_member_is_a_type_error(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text(MISSPELT)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path / "handler.py")]
    found = subprocess.run(command, cwd=FOLDER.parent.parent, capture_output=True, text=True, timeout=600, check=False).stdout
    lines = [int(line) for line in re.findall(r"handler\.py:(\d+): error", found)]
    assert lines == [5, 6, 7], found


def names_looked_for(tree: ast.Module) -> Iterator[str]:
    """What is looked for `in members`: mypy does not compare it with the keys' type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.left, ast.Constant):
            container = ast.unparse(node.comparators[0])
            if container.endswith("members") and not container.startswith("operation"):
                yield str(node.left.value)


def test_what_is_looked_for_among_members_is_a_member() -> None:
    found = {word for name in MODULES for word in names_looked_for(ast.parse((FOLDER / name).read_text()))}
    assert "IfMatch" in found
    assert found <= set(get_args(Member))
