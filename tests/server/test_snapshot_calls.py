"""Snapshot files over HTTP and by `condemu data`, on servers in processes of their own."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server.test_cli import ask, run, served

PATH = "/_condemu/snapshot"


def test_what_is_saved_from_one_emulator_is_what_another_holds_after_it_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "state.zip"
    with served() as (_, url):
        ask(url, "PUT", "/bucket")
        ask(url, "PUT", "/bucket/k", b"body")
        done = run("data", "save", str(file), "--url", url)
        assert (done.returncode, done.stdout) == (0, f"{file}: {file.stat().st_size} bytes\n")
    with served() as (_, url):
        ask(url, "PUT", "/gone")
        done = run("data", "load", str(file), "--url", url)
        assert (done.returncode, done.stdout) == (0, "account 000000000000: 3 entries\n")
        assert ask(url, "GET", "/bucket/k") == (200, b"body")
        assert ask(url, "GET", "/gone")[0] == 404
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.zip"]


def test_a_damaged_file_is_refused_with_one_sentence_and_nothing_changes(tmp_path: Path) -> None:
    with served() as (_, url):
        ask(url, "PUT", "/bucket")
        file = ask(url, "GET", PATH)[1]
        for damaged in (b"", b"no zip", file[: len(file) // 2]):
            (tmp_path / "damaged.zip").write_bytes(damaged)
            done = run("data", "load", str(tmp_path / "damaged.zip"), "--url", url)
            assert done.returncode == 1
            assert "this is no snapshot file" in done.stderr
            assert done.stderr.endswith("; nothing was changed\n")
            assert done.stderr.count("\n") == 1
        assert ask(url, "HEAD", "/bucket")[0] == 200


def test_a_save_that_fails_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "state.zip"
    file.write_bytes(b"former")
    done = run("data", "save", str(file), "--url", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"former"]
    assert "No such file" in run("data", "load", str(tmp_path / "nothing"), "--url", "http://127.0.0.1:1").stderr


class Foreign(BaseHTTPRequestHandler):
    """A server that is no condemu and answers whatever is asked."""

    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.body)

    do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize("body", [b"hello", b"[]", b'{"accounts": 5}', b"null", b"\xff"])
@pytest.mark.parametrize("word", ["save", "load"])
def test_a_server_that_is_no_condemu_is_told_and_no_file_is_written(tmp_path: Path, word: str, body: bytes) -> None:
    file = tmp_path / "state.zip"
    file.write_bytes(b"former")
    with HTTPServer(("127.0.0.1", 0), type("Other", (Foreign,), {"body": body})) as other:
        threading.Thread(target=other.handle_request, daemon=True).start()
        done = run("data", word, str(file), "--url", f"http://127.0.0.1:{other.server_port}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "is no condemu, or an older one" in done.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"former"]


@pytest.mark.parametrize("word", ["save", "load"])
@pytest.mark.parametrize("given", [("--account", "1 \u20ac&x=y"), ("--token", "\u20ac")], ids=["account", "token"])
def test_an_account_and_a_token_that_cannot_be_are_one_sentence(tmp_path: Path, word: str, given: tuple[str, str]) -> None:
    (tmp_path / "state.zip").write_bytes(b"former")
    with served() as (_, url):
        done = run("data", word, str(tmp_path / "state.zip"), "--url", url, *given)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"former"]


def put(url: str, path: str, body: bytes) -> tuple[int, str]:
    status, answer = ask(url, "PUT", path, body)
    return status, str(json.loads(answer).get("error", "ok"))


def test_one_account_is_saved_and_loaded_while_the_others_keep_theirs() -> None:
    first, second = "111111111111", "222222222222"
    with served() as (_, url):
        for account in (first, second):
            as_account(url, account, "PUT", f"/bucket-{account}")
        alone, everything = ask(url, "GET", f"{PATH}?account={first}")[1], ask(url, "GET", PATH)[1]
        assert list(json.loads(zipfile.ZipFile(io.BytesIO(everything)).read("manifest.json"))["accounts"]) == [first, second]
        for account in (first, second):
            as_account(url, account, "PUT", f"/later-{account}")
        assert put(url, PATH, alone) == (200, "ok")  # a file of one account leaves the others alone
        assert [as_account(url, account, "HEAD", f"/later-{account}") for account in (first, second)] == [404, 200]
        assert put(url, f"{PATH}?account={second}", everything) == (200, "ok")  # so does one account of a file of all
        assert as_account(url, second, "HEAD", f"/later-{second}") == 404
        as_account(url, "333333333333", "PUT", "/third")
        assert put(url, PATH, everything) == (200, "ok")  # and a file of all is all that there is
        assert as_account(url, "333333333333", "HEAD", "/third") == 404
        refused = put(url, f"{PATH}?account={second}", alone)
        assert refused == (400, f"the snapshot holds nothing of account {second}; it is of {first}")


def as_account(url: str, account: str, method: str, path: str) -> int:
    scope = f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={'0' * 64}"
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1800)
    with contextlib.closing(connection):
        connection.request(method, path, headers={"Authorization": scope})
        return connection.getresponse().status


def test_a_name_that_another_account_took_meanwhile_refuses_the_whole_file() -> None:
    first, second = "111111111111", "222222222222"
    with served() as (_, url):
        as_account(url, first, "PUT", "/wanted")
        as_account(url, first, "PUT", "/mine")
        file = ask(url, "GET", f"{PATH}?account={first}")[1]
        as_account(url, first, "DELETE", "/wanted")
        as_account(url, first, "DELETE", "/mine")
        as_account(url, second, "PUT", "/wanted")
        assert put(url, PATH, file) == (409, f"wanted belongs to {second} now; nothing was changed")
        assert as_account(url, first, "HEAD", "/mine") == 404


def test_names_that_are_global_are_not_mixed_with_names_per_account() -> None:
    with served() as (_, url):
        empty = ask(url, "GET", PATH)[1]
        ask(url, "PUT", "/bucket")
        file = ask(url, "GET", PATH)[1]
    with served("--bucket-names", "per-account") as (_, url):
        status, sentence = put(url, PATH, file)
        assert (status, sentence) == (409, "the snapshot was made with --bucket-names global, and this server has per-account")
        assert put(url, PATH, empty) == (200, "ok")


def test_a_query_that_is_misspelt_a_method_that_is_not_taken_and_a_race_that_is_on_are_refused() -> None:
    with served() as (_, url):
        file = ask(url, "GET", PATH)[1]
        assert put(url, f"{PATH}?acount=111111111111", file) == (400, "snapshot takes account and nothing else")
        assert put(url, f"{PATH}?account=1", file) == (400, "account is twelve digits, once")
        assert ask(url, "POST", PATH)[0] == 405
        assert ask(url, "POST", "/_condemu/history", b"{}")[0] == 201
        ask(url, "PUT", "/bucket")
        status, sentence = put(url, PATH, file)
        assert status == 409
        assert "history of account 000000000000 is recorded" in sentence
        assert ask(url, "HEAD", "/bucket")[0] == 200


def test_the_administrations_token_is_asked_for(tmp_path: Path) -> None:
    with served("--admin-token", "secret") as (_, url):
        assert ask(url, "GET", PATH)[0] == 401
        assert "asks for its token" in run("data", "save", str(tmp_path / "file"), "--url", url).stderr
        file = run("data", "load", __file__, "--url", url, "--token", "secret")
        assert "this is no snapshot file" in file.stderr
        assert "this is no snapshot file" in run("data", "load", __file__, "--url", url, CONDEMU_ADMIN_TOKEN="secret").stderr


def test_a_body_on_disk_and_a_body_in_memory_come_back(tmp_path: Path) -> None:
    file, large = tmp_path / "state.zip", bytes(range(256)) * 40_000
    with served("--spool-threshold", "100000") as (_, url):
        ask(url, "PUT", "/bucket")
        ask(url, "PUT", "/bucket/large", large)
        ask(url, "PUT", "/bucket/small", b"small")
        assert run("data", "save", str(file), "--url", url).returncode == 0
    with served("--spool-threshold", "100000") as (_, url):
        assert run("data", "load", str(file), "--url", url).returncode == 0
        assert ask(url, "GET", "/bucket/large") == (200, large)
        assert ask(url, "GET", "/bucket/small") == (200, b"small")
