"""docs/errors.md: every example is refused as it says, every refusal of a condition has an entry, every path leads somewhere."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from example_programs import EXAMPLES, KEY, SECRET, Twice, load

from condemu.core.errors import ErrorRow
from condemu.testing.server import Server

ROOT = EXAMPLES.parent
PAGE = (ROOT / "docs" / "errors.md").read_text()
LOOP, SETTING, *BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ENTRIES = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
WITHOUT_EXAMPLE = {"TransactionConflictException", "TransactionInProgressException"}  # of requests that overlap
LONGEST = 6  # lines


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One of its own, which each example finds empty."""
    file = tmp_path_factory.mktemp("errors") / "credentials.toml"
    file.write_text(f'[[credential]]\naccess_key = "{KEY}"\nsecret = "{SECRET}"\n')
    with Server(auth="strict", credentials=str(file)) as server:
        yield server


@pytest.fixture
def names(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the examples find: the page's own setting."""
    server.emulator.reset_now()
    variables = {"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    for variable, value in {**variables, "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    send: Callable[[str, str], str] = load("simpledb_by_url").send
    made: dict[str, Any] = {"send": lambda query: answered(send(server.url, query))}
    exec(compile(SETTING, "docs/errors.md", "exec"), made)
    return made


class Answered(Exception):
    """A refusal to a request that no SDK sent."""


def answered(text: str) -> None:
    if not text.startswith("2"):
        raise Answered(text)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.rpartition("#")[2].strip().replace(" ", "-"))
def test_an_example_is_refused_as_it_says(block: str, names: dict[str, Any]) -> None:
    """Its last statement, and no other."""
    lines = block.splitlines()
    assert len(lines) <= LONGEST
    *before, last = lines
    command, _, said = last.rpartition("  # ")
    exec(compile("\n".join(before), "docs/errors.md", "exec"), names)
    with pytest.raises((ClientError, Answered)) as refused:
        exec(compile(command, "docs/errors.md", "exec"), names)
    if isinstance(refused.value, Answered):
        found = str(refused.value)
    else:
        answer = refused.value.response
        found = f"{answer['ResponseMetadata']['HTTPStatusCode']} {answer['Error']['Code']}"
        if "CancellationReasons" in answer:
            found += ": " + ", ".join(reason["Code"] for reason in answer["CancellationReasons"])
    assert found == said


def test_the_loop_counts_each_of_many_and_no_lost_reply_twice(names: dict[str, Any]) -> None:
    exec(compile(LOOP, "docs/errors.md", "exec"), names)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: names["add_one"]("counter"), range(8))) == list(range(1, 9))
    names["s3"] = Twice(names["s3"], "put_object")
    assert names["add_one"]("counter") == 9
    assert names["add_one"]("counter") == 10


def test_the_history_names_who_was_faster(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The page's own program prints what the page says."""
    section = PAGE.partition("### Who was faster\n")[2].partition("\n### ")[0]
    program, printed = re.findall(r"^```py\n(.*?)^```\n\n```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[0]
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    exec(compile(program, "docs/errors.md", "exec"), {"__name__": "page"})
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_entry_provokes_its_refusal(name: str) -> None:
    """In each entry whose name is a code, at least one example ends with that code."""
    if name in WITHOUT_EXAMPLE:
        return
    code = {"NotModified": "304"}.get(name, name)
    assert re.search(rf"  # \d\d\d {code}(:|$)", ENTRIES[name], re.MULTILINE)


def rows_of(module: str) -> set[str]:
    return {row.code for row in vars(importlib.import_module(module)).values() if isinstance(row, ErrorRow)}


def test_every_refusal_of_a_condition_has_an_entry() -> None:
    modules = ("condemu.simpledb.expected", "condemu.s3.state.preconditions", "condemu.dynamodb.tables.resource_policies")
    codes = set().union(*map(rows_of, modules)) - {"MissingParameter", "InvalidParameterValue"}
    assert len(codes) > 8
    assert codes - set(ENTRIES) == set()


def test_every_reason_that_a_transaction_is_canceled_for_is_explained() -> None:
    from condemu.dynamodb.items.transactions import REASON_CODES

    entry = ENTRIES["TransactionCanceledException"]
    for code in {*REASON_CODES.values(), "ValidationError"}:
        assert f"**{code}**" in entry


def test_every_check_that_the_page_names_is_where_it_says() -> None:
    paths = set(re.findall(r"`(condemu/[\w/]+\.py)`", PAGE))
    assert len(paths) > 8
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_link_within_the_page_leads_to_an_entry() -> None:
    titles = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)}
    assert [anchor for anchor in re.findall(r"\]\(#([\w-]+)\)", PAGE) if anchor not in titles] == []


def test_the_table_of_retries_knows_every_entry_that_it_names() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\(#(\w+)\)", PAGE, re.MULTILINE)
    assert len(rows) > 8
    assert all(anchor == name.lower() and name in ENTRIES for name, anchor in rows)
