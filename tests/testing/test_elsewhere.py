"""`--condemu-url`: what a test is told when the server elsewhere is none, is silent, asks for a token, or is another store."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from condemu.testing.local import MockAWS
from condemu.testing.remote import Unusable, check
from condemu.testing.server import Server
from tests.testing.test_page import run


@pytest.fixture
def silent() -> str:
    """A URL at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


class AnotherStore(BaseHTTPRequestHandler):
    """Knows nothing of condemu's administration."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        self.send_error(404)

    def log_message(self, *words: Any) -> None:
        """A test prints nothing."""


@pytest.fixture
def another_store() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), AnotherStore) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "url", ["localhost:4566", "localhost", "http://", "ftp://host", "http://host:port", "http://[::1", "http://h:0"]
)
def test_what_is_no_url_is_said_to_be_none(url: str):
    with pytest.raises(Unusable) as told:
        check(url)
    assert str(told.value) == f"--condemu-url is http://HOST:PORT, unlike {url!r}"


def test_a_server_that_is_not_there_is_named(silent: str):
    with pytest.raises(Unusable, match=rf"^nothing answers at {silent}: "):
        check(silent)


def test_pytest_says_it_in_one_sentence(tmp_path: Path, silent: str):
    (tmp_path / "test_it.py").write_text("def test_it(s3_client): s3_client.list_buckets()\n")
    counts, output = run(tmp_path, "--condemu-url", silent)
    assert counts == {"error": 1}, output
    assert f"UsageError: nothing answers at {silent}: " in output
    assert "Traceback" not in output
    assert "URLError" not in output


def test_the_administrations_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    with Server(admin_token="secret") as server:
        mock = MockAWS(url=server.url)
        local = mock.start()
        local.client("s3").create_bucket(Bucket="bucket")
        monkeypatch.delenv("CONDEMU_ADMIN_TOKEN", raising=False)
        with pytest.raises(Unusable, match="asks for its token: set CONDEMU_ADMIN_TOKEN"):
            mock.stop()
        monkeypatch.setenv("CONDEMU_ADMIN_TOKEN", "secret")
        with MockAWS(url=server.url) as local:
            local.client("s3").create_bucket(Bucket="another")
        s3 = boto3.Session(local.account, "x", region_name="us-east-1").client("s3", endpoint_url=server.url)
        assert s3.list_buckets()["Buckets"] == []


def test_another_store_keeps_what_tests_make_and_they_are_told(another_store: str):
    check(another_store)
    with (
        pytest.warns(UserWarning, match="answers 404 to POST /_condemu/reset: what the tests made stays there"),
        MockAWS(url=another_store),
    ):
        pass


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, silent: str):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, silent)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "example.com")
    with Server() as server:
        check(server.url)
        with MockAWS(url=server.url) as local:
            assert os.environ["no_proxy"] == "example.com,127.0.0.1"
            local.client("s3").create_bucket(Bucket="bucket")
            assert len(boto3.client("s3").list_buckets()["Buckets"]) == 1
    assert "no_proxy" not in os.environ
    assert os.environ["NO_PROXY"] == "example.com"
