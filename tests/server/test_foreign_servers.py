"""Commands that are given the URL of a server that is no condemu say so in one sentence, whatever it answers, if it does.

They end with 1, `races` with 2, and write no file.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from condemu import cli
from condemu.shell import door

Foreign = Callable[[bytes], str]
REPLY = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


def reply(body: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> bytes:
    return REPLY % (status, kind, len(body), body)


ANSWERS = {
    "html": reply(b"<html><body>It works!</body></html>", kind=b"text/html"),
    "a zip": reply(b"PK\5\6" + bytes(18), kind=b"application/zip"),
    "an array": reply(b"[]"),
    "a number": reply(b"5"),
    "null": reply(b"null"),
    "a string": reply(b'"healthy"'),
    "another object": reply(b'{"races": 5, "snapshot": [], "accounts": 5, "time": "now", "status": "running"}'),
    "another edition": reply(b'{"status": "running", "version": "3.0", "edition": "community", "services": {}}'),
    "deep": reply(b"[" * 60_000),
    "no UTF-8": reply(b"\xff\xfe"),
    "nothing": reply(b"", b"204 No Content"),
    "cut": REPLY % (b"200 OK", b"application/json", 1000, b'{"edition": "condemu"'),
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    "a cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{}",
    "404": reply(b"<h1>Not Found</h1>", b"404 Not Found", b"text/html"),
    "404 in JSON": reply(b'{"error": {"code": 404}}', b"404 Not Found"),
    "a sentence of its own": reply(b'{"error": "no such index"}', b"404 Not Found"),
    "500": reply(b"", b"500 Internal Server Error"),
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "SMTP": b"220 mail.example.com ESMTP\r\n",
    "a long line": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "it hangs up": b"",
}
HEAD = b"HTTP/1.1 200 OK\r\n"


def drips(connection: Any) -> None:
    """Each piece comes in time, and the whole never."""
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.02)


SLOW: dict[str, tuple[bytes, Callable[[Any], object]]] = {
    "silence": (b"", lambda connection: connection.recv(1)),
    "headers without end": (HEAD, lambda connection: [connection.sendall(b"X: y\r\n") for _ in iter(int, 1)]),
    "a body without end": (HEAD + b"\r\n", lambda connection: [connection.sendall(b" " * 1000) for _ in iter(int, 1)]),
    "a header that drips": (HEAD + b"X: ", drips),
    "a body that drips": (HEAD + b"\r\n", drips),
}
COMMANDS = {
    "health": ["health"],
    "health --ready": ["health", "--ready"],
    "data save": ["data", "save", "state.zip"],
    "data load": ["data", "load", "held.zip"],
    "races list": ["races", "list"],
    "races report": ["races", "report", "r1"],
    "races end": ["races", "end", "r1"],
    "races clock": ["races", "clock"],
    "races sleep": ["races", "sleep", "5"],
    "races run": ["races", "run", "--actor", "a=touch ran"],
}


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    """A server that answers each request with the same bytes; what is slow goes on after them."""
    servers: list[Any] = []

    def start(answer: bytes, then: Callable[[Any], object] | None = None) -> str:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.recv(65_536)
                self.request.sendall(answer)
                with suppress(OSError):
                    if then is not None:
                        then(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONDEMU_RACE", "r1")
    monkeypatch.setenv("CONDEMU_ACTOR", "a")
    (tmp_path / "held.zip").write_bytes(b"held")
    return tmp_path


def one_sentence(words: list[str], url: str, capsys: Any, here: Path) -> str:
    """What a command says that does nothing else."""
    status = cli.main([*words, "--url", url])
    told = capsys.readouterr()
    assert (status, told.out) == (2 if words[0] == "races" else 1, "")
    assert (told.err[:9], told.err.count("\n")) == ("condemu: ", 1)
    assert url in told.err
    assert [path.name for path in here.iterdir()] == ["held.zip"]
    return str(told.err)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_whatever_it_answers_is_told_in_one_sentence(
    words: list[str], answer: bytes, foreign: Any, capsys: Any, here: Path
) -> None:
    one_sentence(words, foreign(answer), capsys, here)


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_one_that_comes_to_no_end_is_given_up(
    words: list[str], slow: Any, foreign: Any, capsys: Any, here: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.3)
    monkeypatch.setattr(cli, "HEALTH_PATIENCE", 0.3)
    one_sentence(words, foreign(*slow), capsys, here)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_one_without_tls_is_told_where_the_url_says_https(words: list[str], foreign: Any, capsys: Any, here: Path) -> None:
    url = foreign(ANSWERS["html"]).replace("http:", "https:")
    assert "SSL" in one_sentence(words, url, capsys, here)
