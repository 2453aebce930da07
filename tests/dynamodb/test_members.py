"""The vocabulary that mypy knows: every member of every request, each with its type, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from mypy import api

from condemu.dynamodb.requests import members as vocabulary
from condemu.dynamodb.requests.shapes import SHAPES, Shape

AMBIGUOUS = {"Key", "Value"}  # of an item and of a tag; a value and a tag's text
PLAIN = {"String": "Text", "Boolean": "Flag", "Integer": "Number", "Long": "Number", "Timestamp": "Number"}


def kind_of(shape: Shape) -> str:
    """The vocabulary's word for a type."""
    if shape.base in PLAIN:
        return PLAIN[shape.base]
    if shape.base == "Structure":
        return "Structure"
    element = shape.element
    if element is None:
        return "Document"
    if shape.base == "List":
        return {"String": "Texts", "Structure": "Structures"}.get(element.base, "Values")
    return "Names" if element.base == "String" else "Document"


def words(name: str) -> set[str]:
    return set(get_args(getattr(vocabulary, name)))


def test_the_vocabulary_is_that_of_the_shapes():
    known: dict[str, set[str]] = {}
    for shape in SHAPES.values():
        for member in shape.members if shape.base == "Structure" else ():
            kind = "Document" if member.wire in AMBIGUOUS else kind_of(member.shape)
            known.setdefault(kind, set()).add(member.wire)
    assert known == {kind: words(kind) for kind in known}
    assert words("Name") == {name for names in known.values() for name in names}


def test_a_name_of_the_vocabulary_means_one_type():
    kinds = (*set(PLAIN.values()), "Structure", "Structures", "Texts", "Names", "Values", "Document")
    assert sum(len(words(kind)) for kind in kinds) == len(words("Name"))


LINES = (
    ('members.get("ConditionExpression")', ""),
    ('members.get("ConditionExpresion")', "No overload variant"),
    ('members["TableNam"]', "No overload variant"),
    ('len(members["Limit"])', "incompatible type"),
    ('members["StreamSpecification"].get("StreamEnabled")', ""),
    ('members["StreamSpecification"].get("StreamEnable")', "No overload variant"),
)


def test_mypy_finds_a_member_that_is_misspelled(tmp_path: Path, monkeypatch: Any):
    monkeypatch.chdir(Path(__file__).parents[2])
    lines = ["from condemu.dynamodb.requests.members import Members", "def handler(members: Members) -> None:"]
    file = tmp_path / "handler.py"
    file.write_text("\n".join([*lines, *(f"    {line}" for line, _ in LINES)]) + "\n")
    said, _, _ = api.run(["--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache"), str(file)])
    for number, (line, found) in enumerate(LINES, len(lines) + 1):
        errors = [text for text in said.splitlines() if f"handler.py:{number}: error" in text]
        assert (errors == []) if found == "" else (found in errors[0]), line
