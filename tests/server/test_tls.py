"""HTTP and HTTPS on one port."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from condemu.core.http import Request, Response, read_body
from condemu.server import certificates
from condemu.server.app import build
from condemu.server.config import Config, Unusable, configured
from tests.server.conftest import emulator_of, serving

ROOT = Path(__file__).parents[2]
GET = b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "condemu"


async def answer(request: Request) -> Response:
    if request.method == "GET":
        pieces = [bytes([n]) * 100_000 for n in range(20)]
        return Response(200, [("Content-Length", "2000000"), ("X-Scheme", request.scheme)], pieces)
    body = await read_body(request.body, 1 << 30) or b""
    return Response(200, [("X-Scheme", request.scheme)], body)


def secure(address: tuple[str, int], config: Config, name: str = "localhost") -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=certificates.trusted_file(config))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by itself
    return context.wrap_socket(socket.create_connection(address, timeout=1800), server_hostname=name)


def received(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < size:
        body += connection.recv(65536)
    return head, body


def test_one_port_speaks_both_and_the_request_knows_which():
    config = Config(tls="on")
    body = bytes(n % 251 for n in range(700_000))
    put = b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    with serving(emulator_of(answer, config=config)) as address:
        for scheme in (b"https", b"http", b"https"):
            connection = secure(address, config) if scheme == b"https" else socket.create_connection(address, timeout=1800)
            with connection:
                for _ in range(3):
                    connection.sendall(GET)
                    head, got = received(connection)
                    assert b"X-Scheme: %s\r\n" % scheme in head + b"\r\n"
                    assert got == b"".join(bytes([n]) * 100_000 for n in range(20))
                    connection.sendall(put)
                    assert received(connection)[1] == body


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "bucket.s3.localhost", "condemu", "storage.example"])
def test_the_certificate_is_for_every_name_of_this_machine_and_for_those_of_the_setting(name):
    config = Config(tls="on", tls_names=("storage.example",))
    with serving(emulator_of(answer, config=config)) as address, secure(address, config, name) as connection:
        connection.sendall(b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
        assert received(connection)[1] == b"hi"
        assert connection.recv(10) == b""


def test_a_name_that_is_not_in_it_is_not_trusted():
    config = Config(tls="on")
    with serving(emulator_of(answer, config=config)) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            secure(address, config, "amazonaws.com")
        with secure(address, config) as connection:  # and the server lives on
            connection.sendall(GET)
            assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x00\x05hello", b"\x16", b"\x16\x03\x01" + b"\xff" * 500])
def test_what_is_no_handshake_ends_the_connection_and_nothing_else(sent):
    config = Config(tls="on")
    with serving(emulator_of(answer, config=config)) as address:
        with socket.create_connection(address, timeout=1800) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
        with secure(address, config) as connection:
            connection.sendall(GET)
            assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("maker", ["_by_openssl", "_by_cryptography"])
def test_either_maker_makes_a_certificate_that_a_strict_client_trusts(maker, monkeypatch):
    if maker == "_by_cryptography":
        pytest.importorskip("cryptography")
    elif shutil.which("openssl") is None:
        pytest.skip("there is no openssl")
    monkeypatch.setattr(certificates, "_make", getattr(certificates, maker))
    config = Config(tls="on")
    with serving(emulator_of(answer, config=config)) as address, secure(address, config) as connection:
        connection.sendall(GET)
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_the_certificate_is_kept_its_key_is_nobody_elses_and_another_list_of_names_gets_another(cache):
    first = certificates.made(Config(tls="on"))
    text = first.read_bytes()
    assert certificates.made(Config(tls="on")).read_bytes() == text
    assert certificates.made(Config(tls="on", tls_names=("other",))) != first
    assert first.parent == cache
    if sys.platform != "win32":
        assert first.stat().st_mode & 0o077 == 0
    assert b"PRIVATE KEY" not in Path(certificates.trusted_file(Config(tls="on"))).read_bytes()


def test_a_certificate_of_ones_own_is_taken(cache):
    made = certificates.made(Config(tls="on"))
    config = configured({"tls_cert": str(made), "tls_key": str(made)}, {}, {})
    assert config.tls == "on"
    assert certificates.trusted_file(config) == str(made)
    assert certificates.context_of(config) is not None


def test_settings_of_tls_that_cannot_be_are_said(tmp_path, monkeypatch):
    for settings in ({"tls": "maybe"}, {"tls_key": __file__}, {"tls_cert": "/nowhere.pem"}):
        with pytest.raises(Unusable):
            configured(settings, {}, {})
    with pytest.raises(Unusable, match="cannot be used"):
        certificates.context_of(configured({"tls_cert": __file__}, {}, {}))
    assert [configured({}, {"CONDEMU_TLS": word}, {}).tls for word in ("1", "true", "0", "")] == ["on", "on", "off", "off"]
    assert configured({}, {}, {"tls": True}).tls == "on"
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unusable, match=r"pip install 'condemu\[tls\]'.*neither is there"):
        certificates.context_of(Config(tls="on"))


def test_the_page_on_trust_is_true_for_boto3():
    program = re.search(r"^```python\n(.*?)^```", (ROOT / "docs/tls.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    config = Config(tls="on")
    with serving(build(config)) as (_, port):
        program = program.replace("https://localhost:4566", f"https://localhost:{port}")
        names = {"certificate": certificates.trusted_file(config)}
        exec(compile(program, "docs/tls.md", "exec"), names)
        plain = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="test", aws_secret_access_key="test",
            region_name="us-east-1",
        )  # fmt: skip
        assert [bucket["Name"] for bucket in plain.list_buckets()["Buckets"]] == ["behind-tls"]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_the_page_on_trust_is_true_for_node(monkeypatch):
    config = Config(tls="on")
    with serving(build(config)) as (_, port):
        monkeypatch.setenv("NODE_EXTRA_CA_CERTS", certificates.trusted_file(config))
        program = f"require('https').get('https://localhost:{port}/_condemu/health', a => console.log(a.statusCode))"
        done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=False)
    assert done.stdout == "200\n", done.stderr
