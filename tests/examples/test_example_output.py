"""Every program of `examples/` runs by itself, prints what docs/examples.md shows, and is on that page."""

from __future__ import annotations

import contextlib
import io
import re
import runpy

import boto3
import pytest
from example_programs import EXAMPLES, KEY, SECRET

PAGE = (EXAMPLES.parent / "docs" / "examples.md").read_text()
PROGRAMS = sorted(path.stem for path in EXAMPLES.glob("*.py"))
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_prints_what_the_page_shows(name: str, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name.endswith("boto2"):
        pytest.importorskip("boto.dynamodb2.layer1", reason="boto 2 is not installed", exc_type=ImportError)
    variables = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    for variable, value in {**variables, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(variable, value)
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    (section,) = [section for section in SECTIONS if f"](../examples/{name}.py)" in section]
    assert output.getvalue() in re.findall(r"^```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_is_in_the_table_of_the_page(name: str) -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("|") and f"[{name}.py](#" in row]
    (anchor,) = {found for row in rows for found in re.findall(rf"\[{name}\.py\]\(#([\w-]+)\)", row)}
    titles = {re.sub(r"[^\w -]", "", section.splitlines()[0].lower()).replace(" ", "-") for section in SECTIONS}
    assert anchor in titles


def test_no_example_knows_the_emulator() -> None:
    """They are programs to copy."""
    for name in PROGRAMS:
        assert "condemu" not in (EXAMPLES / f"{name}.py").read_text(), name
