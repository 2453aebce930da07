"""The pages about the inside: their examples run and print what they say, their tables are complete, their paths exist."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "condemu"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
SPACES = importlib.util.find_spec("condemu.core.spaces") is not None
CALLS = importlib.util.find_spec("condemu.core.calls") is not None
with_calls = pytest.mark.skipif(not CALLS, reason="the page describes an engine that makes a Call when a request arrives")
SPACE = re.compile(r"(?:s3|dynamodb|simpledb|sts)\.[a-z_]+")


def programs(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@with_calls
@pytest.mark.parametrize("program", programs(ARCHITECTURE), ids=["observer", "store"])
def test_an_example_prints_what_it_says(program: str) -> None:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program, "docs/architecture.md", "exec"), {"__name__": "example"})
    said = re.findall(r"print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert said
    assert output.getvalue().splitlines() == said


def test_every_space_of_the_store_has_its_row() -> None:
    """A space is named by a constant of a module; names of modules and of files look otherwise."""
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")]
    values = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    named = {node.value for node in values if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    listed = set(re.findall(r"^\| `([a-z0-9_.]+)` \|", ARCHITECTURE, re.MULTILINE))
    spaces = {name for name in named if SPACE.fullmatch(name)}
    assert spaces <= listed
    assert not SPACES or spaces == {name for name in listed if SPACE.fullmatch(name)}
    assert len(listed) > 10


@with_calls
def test_every_path_on_the_page_exists() -> None:
    """Of files and folders, from the repository's root or from the package."""
    paths = set(re.findall(r"`((?:[a-z_0-9]+/)+(?:[a-z_0-9]+\.py)?)`", ARCHITECTURE)) - (
        {"core/spaces.py"} if not SPACES else set()
    )
    assert len(paths) > 8
    assert [path for path in sorted(paths) if not (ROOT / path).exists() and not (PACKAGE / path).exists()] == []


def test_the_tree_on_the_page_is_that_of_the_package() -> None:
    shown = set(re.findall(r"\b([a-z0-9]+)/ ", ARCHITECTURE.partition("```text")[2].partition("```")[0] + " "))
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders <= shown


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*"), ROOT / "conformance" / "README.md"])
BRITISH = re.compile(
    r"\b(?:colour|behaviour|honour|favour|authoris|normalis|recognis|organis(?!m)|optimis(?!ti)|serialis|licence|artefact)\w*",
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_file()], ids=lambda page: page.name)
def test_a_page_is_in_american_spelling(page: Path) -> None:
    assert BRITISH.findall(page.read_text()) == []
