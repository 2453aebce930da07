"""docs/shared.md: three condemus behind HAProxy, with the page's own configuration, are one."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import BinaryIO

import pytest
import yaml
from fleet import Fleet
from postgres_server import Server

from condemu.server.config import Config

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "shared.md").read_text()
COMPOSE = yaml.safe_load((DOCS / "shared" / "compose.yaml").read_text())
HAPROXY = (DOCS / "shared" / "haproxy.cfg").read_text()


@pytest.fixture
def behind(postgres: Server, tmp_path: Path) -> Iterator[tuple[Fleet, int]]:
    """The processes, and the port of the balancer before them."""
    program = shutil.which("haproxy")
    if program is None:
        pytest.skip("HAProxy is not installed: apt-get install haproxy")
    fleet = Fleet(postgres.url(), 3, "--buckets", "bucket")
    fleet.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = HAPROXY.replace("bind :4566", f"bind 127.0.0.1:{port}")
    for number, process in enumerate(fleet.processes, 1):
        text = text.replace(f" condemu-{number}:4566", f" 127.0.0.1:{process.port}")
    (tmp_path / "haproxy.cfg").write_text(text)
    subprocess.run([program, "-c", "-f", str(tmp_path / "haproxy.cfg")], check=True, capture_output=True)
    balancer = subprocess.Popen([program, "-db", "-f", str(tmp_path / "haproxy.cfg")], stderr=subprocess.DEVNULL)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert balancer.poll() is None
        yield fleet, port
    finally:
        balancer.kill()
        balancer.wait()
        fleet.stop()


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


def test_three_behind_the_balancer_of_the_page_are_one_and_outlive_one_of_them(behind):
    fleet, port = behind
    for number in range(12):
        assert ask(port, "PUT", f"/bucket/{number}", b"%d" % number, if_none_match="*")[0] == 200
        assert ask(port, "GET", f"/bucket/{number}") == (200, b"%d" % number)
    fleet.processes[1].kill()
    for number in range(12):
        assert ask(port, "GET", f"/bucket/{number}") == (200, b"%d" % number)
        assert ask(port, "PUT", f"/bucket/{number}", b"again", if_none_match="*")[0] == 412
    assert json.loads(ask(port, "GET", "/_condemu/ready")[1])["status"] == "ready"


def test_a_refusal_that_came_before_the_body_does_not_spoil_the_next_request_of_the_connection(behind):
    """SDKs ask first whether they shall send a body (Expect: 100-continue), and do not send it to who has refused already.

    The balancer would take the next request's first bytes for it.
    """
    _, port = behind
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        answers = connection.makefile("rb")
        for path, expected in (("/nowhere/key", 404), ("/bucket/key", 200)) * 2:
            connection.sendall(
                f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            status, length = head_of(answers)
            if status == 100:
                connection.sendall(b"text")
                status, length = head_of(answers)
            answers.read(length)
            assert status == expected


def head_of(answers: BinaryIO) -> tuple[int, int]:
    """The status of an answer, and the length of its body."""
    status = int(answers.readline().split()[1])
    headers = http.client.parse_headers(answers)
    return status, int(headers.get("content-length", "0"))


def test_the_compose_file_names_what_there_is():
    services = COMPOSE["services"]
    condemus = [name for name in services if name.startswith("condemu")]
    assert re.findall(r"^ +server (\S+) (\S+):4566$", HAPROXY, re.MULTILINE) == [(name, name) for name in condemus]
    settings = {f"CONDEMU_{field.name.upper()}" for field in fields(Config)}
    for name in condemus:
        assert set(services[name]["environment"]) <= settings
        assert (DOCS / "shared" / services[name]["build"] / "Dockerfile").is_file()
    user = services["postgres"]["environment"]
    store = services[condemus[0]]["environment"]["CONDEMU_STORE"]
    assert store == f"postgresql://{user['POSTGRES_USER']}:{user['POSTGRES_PASSWORD']}@postgres/condemu"
    assert "[postgresql]" in (DOCS.parent / "Dockerfile").read_text()
    assert "docs/shared/compose.yaml" in PAGE


def test_every_table_of_the_page_is_one_of_the_database(postgres):
    from condemu.server.app import build

    store = postgres.url()
    build(Config(store=store)).close()
    there = postgres.psql(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{store.rpartition('=')[2]}'")
    told = [name for row in re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(there.split())
