"""The administration, and the paths under which others' users look for it."""

from __future__ import annotations

import asyncio
import json

import pytest

from condemu import __version__
from condemu.core.http import BytesBody
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from tests.server.conftest import SOMEBODY


def ask(emulator: Emulator, method: str, target: str, body: bytes = b"", **headers: str):
    path, _, query = target.partition("?")
    named = {"host": "localhost", "content-length": str(len(body)), **headers}
    if not path.startswith(("/_", "/moto-api", "/minio")):
        named["authorization"] = SOMEBODY
    response = asyncio.run(emulator.answer(emulator.received(method, path, query, named, BytesBody(body))))
    data = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    return response.status, data


@pytest.mark.parametrize("path", ["/_condemu/health", "/_localstack/health", "/minio/health/live", "/_condemu/health/"])
def test_health_says_which_services_run(path):
    status, body = ask(build(), "GET", path)
    assert status == 200
    assert json.loads(body)["version"] == __version__
    assert json.loads(body)["services"]["s3"] == "running"


@pytest.mark.parametrize("path", ["/_condemu/ready", "/_localstack/init", "/minio/health/ready"])
def test_ready_is_said_under_three_names(path):
    status, body = ask(build(), "GET", path)
    assert status == 200
    assert json.loads(body)["completed"]["READY"] is True


@pytest.mark.parametrize("path", ["/_condemu/reset", "/_localstack/state/reset", "/moto-api/reset"])
def test_reset_forgets_everything_but_the_configured_buckets(path):
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/gone")[0] == 200
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    assert ask(emulator, "POST", path)[0] == 200
    assert ask(emulator, "HEAD", "/gone")[0] == 404
    assert ask(emulator, "GET", "/kept/key")[0] == 404
    assert ask(emulator, "HEAD", "/kept")[0] == 200


def test_reset_of_another_account_forgets_nothing():
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    assert ask(emulator, "POST", "/_condemu/reset?account=111111111111")[0] == 200
    assert ask(emulator, "GET", "/kept/key") == (200, b"body")


@pytest.mark.parametrize(
    "query", ["account=12", "account=", "account=abc", "acount=111111111111", "account=111111111111&account=222222222222"]
)
def test_a_reset_of_no_account_that_can_be_is_refused_and_forgets_nothing(query):
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    assert ask(emulator, "POST", f"/_condemu/reset?{query}")[0] == 400
    assert ask(emulator, "GET", "/kept/key") == (200, b"body")


def test_reset_is_not_a_get():
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    assert ask(emulator, "GET", "/_condemu/reset")[0] == 405
    assert ask(emulator, "GET", "/kept/key") == (200, b"body")


def test_config_shows_the_settings_in_force():
    status, body = ask(build(Config(region="eu-west-1")), "GET", "/_condemu/config")
    assert status == 200
    assert json.loads(body)["region"] == "eu-west-1"


def test_an_unknown_path_names_the_known_ones():
    status, body = ask(build(), "GET", "/_condemu/nothing")
    assert status == 404
    assert "/_condemu/health" in json.loads(body)["paths"]
