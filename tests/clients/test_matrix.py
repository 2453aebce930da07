"""The matrix of clients: its judge is strict, its page is drawn from its results, and the programs of five languages run.

What runs them takes minutes (`pytest -m long`) and needs the environments that `--install` makes: no test fetches anything, and
CI makes none for Java and Rust.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.matrix import environments, page, running
from tests.clients.matrix.calls import SETS, Call
from tests.clients.matrix.clients import CLIENTS

DOCS = Path(__file__).parents[2] / "docs"
CALLS = {call.name: call for call in SETS["s3"]}
SMALL = ["create", "create-refused", "swap-refused", "counter"]  # of S3 and DynamoDB alike
FEW = [
    "boto3", "boto3 DynamoDB", "SDK v3", "SDK v3, document client", "Go SDK v2", "Go SDK v2 DynamoDB",
    "Java SDK v2", "Java SDK v2 DynamoDB", "aws-sdk-s3", "aws-sdk-dynamodb",
]  # fmt: skip


def entry(operation: str, status: int, bucket: str, **conditions: str) -> dict[str, Any]:
    conditions = {name.replace("_", "-"): value for name, value in conditions.items()}
    return {"operation": operation, "status": status, "resources": [f"s3:{bucket}/key"], "conditions": conditions}


def outcome(call: Call, log: list[dict[str, Any]], said: str = "ok") -> str:
    return running.judged(call, {"outcome": said, "note": ""}, "", log, CLIENTS[0])["outcome"]


def test_a_content_client_is_wrong_without_the_request_that_the_call_stands_for():
    call = CALLS["create-refused"]
    refused = entry("PutObject", 412, "matrix-create-refused", If_None_Match="*")
    assert outcome(call, [refused]) == "ok"
    assert outcome(call, []) == "wrong"
    assert outcome(call, [refused | {"conditions": {}}]) == "wrong"
    assert outcome(call, [refused | {"conditions": {"If-None-Match": '"etag"'}}]) == "wrong"
    assert outcome(call, [refused | {"status": 200}]) == "wrong"
    assert outcome(call, [refused | {"resources": ["s3:matrix-create/key"]}]) == "wrong"


def test_a_counter_needs_as_many_swaps_as_its_sum():
    swap = entry("PutObject", 200, "matrix-counter", If_Match='"etag"')
    assert outcome(CALLS["counter"], [swap] * 64) == "ok"
    assert outcome(CALLS["counter"], [swap] * 63) == "wrong"


def test_what_a_program_does_not_speak_of_is_wrong():
    assert running.judged(CALLS["get"], None, "it broke", [], CLIENTS[0])["outcome"] == "wrong"


def test_a_call_that_is_not_offered_needs_no_request():
    assert outcome(CALLS["versions"], [], "not offered") == "not offered"


def test_the_page_and_its_picture_are_drawn_from_the_results(tmp_path):
    """`python -m tests.clients.matrix page` draws them."""
    (tmp_path / "clients").symlink_to(DOCS / "clients")
    page.write(tmp_path)
    assert (tmp_path / "clients.md").read_text() == (DOCS / "clients.md").read_text()
    assert (tmp_path / "clients.svg").read_text() == (DOCS / "clients.svg").read_text()


def test_every_result_is_of_a_client_and_its_calls():
    clients = {(client.language, client.name): client for client in CLIENTS}
    for file in (DOCS / "clients").glob("*.json"):
        for name, result in json.loads(file.read_text()).items():
            calls = {call.name for call in SETS[clients[file.stem, name].calls]}
            assert "skipped" in result or set(result["cells"]) == calls


def test_every_wrong_cell_says_whose_fault_it_is():
    results = [json.loads(file.read_text()) for file in (DOCS / "clients").glob("*.json")]
    wrong = [
        (name, call)
        for result in results
        for name, row in result.items()
        for call, cell in row.get("cells", {}).items()
        if cell["outcome"] == "wrong" and not cell["fault"]
    ]
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("language", ["python", "javascript", "go", "java", "rust"])
def test_the_clients_of_a_language_create_once_and_count_exactly(language: str, tmp_path: Path) -> None:
    """One test for a language, because its clients share what is built."""
    for number, client in enumerate(client for client in CLIENTS if client.language == language and client.name in FEW):
        try:
            command = environments.command_of(client, install=False)
        except environments.Missing as missing:
            pytest.skip(str(missing))
        folder = tmp_path / str(number)
        folder.mkdir()
        cells = running.run(client, command, folder, SMALL)
        assert {name: (cell["outcome"], cell["note"]) for name, cell in cells.items()} == dict.fromkeys(SMALL, ("ok", ""))
