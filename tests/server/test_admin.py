"""The administration, and the paths under which others' users look for it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from condemu import __version__
from condemu.core.http import BytesBody
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.init_hooks import Hooks
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


@pytest.mark.parametrize("path", ["/_condemu/ready", "/minio/health/ready"])
def test_an_emulator_whose_scripts_have_not_run_or_failed_is_not_ready_and_says_why(path):
    emulator = build()
    emulator.hooks = Hooks([Path("a.sh")])
    status, body = ask(emulator, "GET", path)
    assert (status, json.loads(body)["status"]) == (503, "starting")
    emulator.hooks.failure = "a.sh ended with exit code 1"
    status, body = ask(emulator, "GET", path)
    assert (status, json.loads(body)["status"], json.loads(body)["error"]) == (503, "failed", "a.sh ended with exit code 1")
    assert ask(emulator, "GET", "/_localstack/init")[0] == 200


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


OURS = ("localhost", "localhost:4566", "127.0.0.1:4566", "[::1]:4566", "10.1.2.3", "condemu:4566", "s3.localhost", "LOCALHOST.",
        "host.docker.internal:4566", "condemu.default.svc.cluster.local", "")  # fmt: skip
FOREIGN = ("evil.example", "evil.example:4566", "127.0.0.1.evil.example", "localhost.evil.example:4566", "notlocal.com", "a.b.c")
RESETS = ("/_condemu/reset", "/_localstack/state/reset", "/moto-api/reset")


@pytest.mark.parametrize("host", OURS)
def test_a_host_that_is_ones_own_is_answered(host):
    assert ask(build(), "POST", "/_condemu/reset", host=host)[0] == 200


@pytest.mark.parametrize("path", [*RESETS, "/_condemu/config", "/_condemu/health"])
@pytest.mark.parametrize("host", FOREIGN)
def test_a_host_that_a_stranger_can_own_is_refused_and_nothing_is_forgotten(host, path):
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    status, body = ask(emulator, "POST" if path in RESETS else "GET", path, host=host)
    assert (status, "admin_hosts" in json.loads(body)["error"]) == (403, True)
    assert ask(emulator, "GET", "/kept/key") == (200, b"body")


@pytest.mark.parametrize("path", RESETS)
@pytest.mark.parametrize(
    "named",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    ],
)
def test_a_page_of_another_origin_is_refused_and_nothing_is_forgotten(path, named):
    emulator = build(Config(auth="off", buckets=("kept",)))
    assert ask(emulator, "PUT", "/kept/key", b"body")[0] == 200
    assert ask(emulator, "POST", path, host="localhost:4566", **named)[0] == 403
    assert ask(emulator, "GET", "/kept/key") == (200, b"body")


def test_the_emulators_own_page_may_ask_and_a_link_to_it_be_followed():
    named = {"host": "localhost:4566", "origin": "http://localhost:4566", "sec-fetch-site": "same-origin"}
    assert ask(build(), "POST", "/_condemu/reset", **named)[0] == 200
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert ask(build(), "GET", "/_condemu/ready", **link)[0] == 200


def test_a_setting_adds_names_of_hosts_and_of_pages():
    emulator = build(Config(admin_hosts=("condemu.ci.example.com", "*.dev.example.com")))
    assert ask(emulator, "POST", "/_condemu/reset", host="condemu.ci.example.com:80")[0] == 200
    assert ask(emulator, "POST", "/_condemu/reset", host="a.dev.example.com")[0] == 200
    assert ask(emulator, "POST", "/_condemu/reset", origin="https://a.dev.example.com")[0] == 200
    assert ask(emulator, "POST", "/_condemu/reset", host="ci.example.com")[0] == 403
    assert ask(build(Config(admin_hosts=("*",))), "POST", "/_condemu/reset", host="evil.example")[0] == 200
    assert ask(build(Config(host="condemu.example.com")), "POST", "/_condemu/reset", host="condemu.example.com")[0] == 200


@pytest.mark.parametrize("settings", [{"admin_token": "secret"}, {"auth": "strict", "admin_token": "secret"}])
def test_a_token_is_asked_for_by_all_but_health_and_readiness(settings):
    emulator = build(Config(**settings))
    for path in ("/_condemu/health", "/_localstack/health", "/minio/health/live", "/_condemu/ready"):
        assert ask(emulator, "GET", path)[0] == 200
    for path in RESETS:
        assert ask(emulator, "POST", path)[0] == 401
        assert ask(emulator, "POST", path, **{"x-condemu-token": "wrong"})[0] == 401
        assert ask(emulator, "POST", path, **{"x-condemu-token": "secret"})[0] == 200
    assert ask(emulator, "GET", "/_condemu/config")[0] == 401
    assert ask(emulator, "GET", "/_condemu/config", authorization="Bearer secret")[0] == 200
    assert ask(emulator, "GET", "/_condemu/config", authorization="Basic secret")[0] == 401


def test_strict_without_a_token_leaves_the_administration_closed():
    assert ask(build(Config(auth="strict")), "POST", "/_condemu/reset")[0] == 401
    assert ask(build(Config(auth="strict")), "POST", "/_condemu/reset", **{"x-condemu-token": ""})[0] == 401


def test_config_tells_strangers_no_paths_and_nobody_the_token(tmp_path):
    (tmp_path / "keys.toml").write_text("")
    files = {"credentials": str(tmp_path / "keys.toml"), "spool_directory": str(tmp_path)}
    told = ask(build(Config(**files)), "GET", "/_condemu/config")[1]
    assert str(tmp_path).encode() not in told
    assert {json.loads(told)[name] for name in files} == {"set"}
    trusted = ask(build(Config(**files, admin_token="secret")), "GET", "/_condemu/config", **{"x-condemu-token": "secret"})[1]
    assert {name: json.loads(trusted)[name] for name in files} == files
    assert b"secret" not in trusted


def test_a_browsers_page_may_use_dynamodb():
    """The preflight that an SDK's call causes, and the call itself: nothing of it names the service but its headers."""
    page = {"origin": "http://localhost:3000"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,x-amz-target"}
    emulator = build(Config(auth="off"))
    headers = {"host": "localhost", **page, **asked}
    preflight = asyncio.run(emulator.answer(emulator.received("OPTIONS", "/", "", headers, BytesBody())))
    told = {name.lower(): value for name, value in preflight.headers}
    assert (preflight.status, told["access-control-allow-origin"]) == (200, "*")
    assert told["access-control-allow-headers"] == asked["access-control-request-headers"]
    assert told["access-control-allow-methods"] == "POST"
    headers = {"host": "localhost", "content-length": "2", **page, "content-type": "application/x-amz-json-1.0"}
    headers |= {"x-amz-target": "DynamoDB_20120810.ListTables", "authorization": SOMEBODY}
    answer = asyncio.run(emulator.answer(emulator.received("POST", "/", "", headers, BytesBody(b"{}"))))
    told = {name.lower(): value for name, value in answer.headers}
    assert (answer.status, told["access-control-allow-origin"]) == (200, "*")
    assert "x-amzn-RequestId" in told["access-control-expose-headers"]
