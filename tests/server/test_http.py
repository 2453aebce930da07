"""HTTP done right, over real sockets and with a scripted service; and the same under any other ASGI server."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from condemu.core.calls import Call
from condemu.core.engine import ReplyLost, Watch
from condemu.core.http import ClientDisconnected, Request, Response, read_body
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from tests.server.conftest import SOMEBODY, Opened, emulator_of, exchanged, serving

LIMIT = 1 << 30


async def echo(request: Request) -> Response:
    """What arrived, as text."""
    body = await read_body(request.body, LIMIT) or b""
    lines = [request.method, request.raw_path, request.query_string, request.headers.get("x-test", ""), body.decode("latin-1")]
    return Response(200, [("Content-Type", "text/plain")], "\n".join(lines).encode("latin-1"))


async def refuse(request: Request) -> Response:
    """An answer that does not wait for the body."""
    return Response(412, [], b"no")


def test_a_body_is_asked_for_only_when_the_service_reads_it(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address).send(b"PUT /b/k HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
        assert connection.answer()[0] == 100
        status, _, body = connection.send(b"hello").answer()
        assert (status, body.splitlines()[-1]) == (200, b"hello")


def test_a_refused_expectation_is_answered_without_100_and_ends_the_connection(connect):
    with serving(emulator_of(refuse)) as address:
        connection = connect(address).send(b"PUT /b/k HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
        status, headers, body = connection.answer()
        assert (status, headers["connection"], body) == (412, "close", b"no")
        assert connection.ended()


def test_the_connection_is_kept_when_a_short_body_was_not_read(connect):
    with serving(emulator_of(refuse)) as address:
        connection = connect(address)
        for _ in range(3):
            connection.send(b"PUT /b/k HTTP/1.1\r\nhost: h\r\ncontent-length: 200000\r\n\r\n" + b"GET / HTTP" * 20000)
            status, headers, _ = connection.answer()
            assert status == 412
            assert "connection" not in headers


def test_the_connection_is_kept_when_the_rest_of_an_unread_body_comes_after_the_answer(connect):
    with serving(emulator_of(refuse)) as address:
        connection = connect(address).send(b"PUT /b/k HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\n12345")
        assert connection.answer()[0] == 412
        connection.send(b"67890GET /b/k HTTP/1.1\r\nhost: h\r\n\r\n")
        assert connection.answer()[0] == 412


@pytest.mark.parametrize("framing", ["content-length: 999999999999", "transfer-encoding: chunked"])
def test_the_connection_ends_when_an_unread_body_is_long_or_of_unknown_length(connect, framing):
    with serving(emulator_of(refuse)) as address:
        connection = connect(address).send(f"PUT /b/k HTTP/1.1\r\nhost: h\r\n{framing}\r\n\r\n".encode())
        status, headers, body = connection.answer()
        assert (status, headers["connection"], body) == (412, "close", b"no")
        assert connection.ended()


def test_a_chunked_body_arrives_whole(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address)
        connection.send(b"PUT /k HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert connection.answer()[2].splitlines()[-1] == b"abcde"


@pytest.mark.parametrize("size", [99_999, 100_000, 300_000, 5_000_000])
def test_bodies_of_any_length_arrive_whole_and_the_next_request_after_them(connect, size):
    data = bytes(n * 7 % 251 for n in range(1000)) * (size // 1000) + b"x" * (size % 1000)
    with serving(emulator_of(echo)) as address:
        connection = connect(address)
        head = b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % size
        following = b"GET /next HTTP/1.1\r\nhost: h\r\n\r\n"
        # From a thread: who only sends, and does not read, is not read from either.
        sender = threading.Thread(target=connection.send, args=(head + data + following + head + data + following,))
        sender.start()
        for _ in range(2):
            assert connection.answer()[2].split(b"\n", 4)[4] == data
            assert connection.answer()[2].split(b"\n")[1] == b"/next"
        sender.join()
        for cut in (1, len(head), len(head) + 10, len(head) + size - 1, len(head) + size + 5):
            whole = head + data + following
            connection.send(whole[:cut]).send(whole[cut:])
            assert connection.answer()[2].split(b"\n", 4)[4] == data
            assert connection.answer()[2].split(b"\n")[1] == b"/next"


@pytest.mark.parametrize("size", [200, 200_000, 2_000_000])
def test_a_refused_body_is_passed_over_and_the_next_request_answered(connect, size):
    async def answer(request: Request) -> Response:
        return Response(412, []) if request.method == "PUT" else Response(200, [], b"next")

    with serving(emulator_of(answer)) as address:
        connection = connect(address)
        for _ in range(3):
            connection.send(b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % size + b"\r\nGET " * (size // 6))
            connection.send(b"x" * (size - size // 6 * 6) + b"GET / HTTP/1.1\r\nhost: h\r\n\r\n")
            assert connection.answer()[0] == 412
            assert connection.answer()[::2] == (200, b"next")


def test_a_client_that_asks_and_does_not_read_is_answered_no_further_until_it_reads(connect):
    """2,000 requests for 60 KB: what the kernel holds is answered, the rest when it is read; meanwhile others are served."""
    made: list[str] = []

    async def answer(request: Request) -> Response:
        made.append(request.raw_path)
        return Response(200, [], bytes(60_000))

    with serving(emulator_of(answer)) as address:
        hoarder = connect(address).send(b"".join(b"GET /%d HTTP/1.1\r\nhost: h\r\n\r\n" % n for n in range(2000)))
        for _ in range(20):
            assert connect(address).send(b"GET /other HTTP/1.1\r\nhost: h\r\n\r\n").answer()[0] == 200
        assert len(made) < 1000
        assert all(hoarder.answer()[2] == bytes(60_000) for _ in range(2000))
        assert [path for path in made if path != "/other"] == [f"/{n}" for n in range(2000)]


def test_requests_that_wait_behind_an_answer_are_read_no_further():
    """However many there are, only what came with one piece is taken from the socket before the first is answered."""
    release: list[asyncio.Future[None]] = []

    async def answer(request: Request) -> Response:
        release.append(asyncio.get_running_loop().create_future())
        await release[-1]
        return Response(200, [])

    async def run() -> tuple[list[bool], int]:
        paused: list[bool] = []
        opened = Opened(emulator_of(answer))
        opened.transport.pause_reading = lambda: paused.append(True)  # type: ignore[method-assign]
        opened.transport.resume_reading = lambda: paused.append(False)  # type: ignore[method-assign]
        opened.protocol.data_received(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n" * 5)
        await asyncio.sleep(0)
        seen = list(paused)
        while len(release) < 5 or not release[-1].done():
            release[-1].set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)
        return seen + paused[len(seen) :], opened.transport.written.count(b"HTTP/1.1 200")

    assert asyncio.run(run()) == ([True, False], 5)


def test_what_was_asked_before_the_client_closed_its_half_is_answered(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address).send(b"".join(b"GET /%d HTTP/1.1\r\nhost: h\r\n\r\n" % n for n in range(500)))
        connection.socket.shutdown(socket.SHUT_WR)
        assert [connection.answer()[2].split()[1] for _ in range(500)] == [b"/%d" % n for n in range(500)]
        assert connection.ended()


def test_a_body_that_stops_is_given_up_as_s3_gives_it_up_and_nothing_is_stored(connect):
    emulator = build(Config(auth="off", buckets=("bucket",), request_timeout=0.05))
    signed = f"authorization: {SOMEBODY}\r\n".encode()
    with serving(emulator) as address:
        connection = connect(address).send(b"PUT /bucket/k HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n" + signed + b"\r\nhalf")
        status, headers, body = connection.answer()
        assert (status, headers["connection"]) == (400, "close")
        assert b"<Code>RequestTimeout</Code><Message>Your socket connection to the server was not read from or" in body
        assert connection.ended()
        assert connect(address).send(b"GET /bucket/k HTTP/1.1\r\nhost: h\r\n" + signed + b"\r\n").answer()[0] == 404
        assert emulator.blobs.in_memory == 0


def test_a_body_that_goes_on_is_waited_for_and_so_is_one_without_a_limit(connect):
    emulator = emulator_of(echo, config=Config(request_timeout=0))
    with serving(emulator) as address:
        connection = connect(address)
        for byte in b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhello":
            connection.send(bytes([byte]))
        assert connection.answer()[2].endswith(b"hello")


def test_a_client_that_never_reads_a_streamed_answer_is_cut_off(connect):
    ended = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield bytes(262144)
        finally:
            ended.set()

    async def answer(request: Request) -> Response:
        return Response(200, [("Content-Length", str(1 << 40))], pieces())

    with serving(emulator_of(answer, config=Config(request_timeout=0.05))) as address:
        connect(address).send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n")
        assert ended.wait(1800)


def test_path_and_query_arrive_as_they_were_sent(connect):
    with serving(emulator_of(echo)) as address:
        for target in ("/b//k/../%2e%2E/%41", "/b?x=%2F+%20&y", "/?", "//b/k"):
            connection = connect(address).send(f"GET {target} HTTP/1.1\r\nhost: h\r\n\r\n".encode())
            path, _, query = target.partition("?")
            assert connection.answer()[2].decode().split("\n")[1:3] == [path, query]


@pytest.mark.parametrize("framing", [b"content-length: 2\r\n\r\nhi", b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"])
def test_an_offer_of_another_protocol_is_passed_over_and_the_body_arrives(connect, framing):
    with serving(emulator_of(echo)) as address:
        head = b"PUT /k HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: h2c\r\n"
        for cut in (0, 1, 5):
            connection = connect(address).send(head + framing[: len(framing) - cut])
            connection.send(framing[len(framing) - cut :])
            status, headers, body = connection.answer()
            assert (status, headers["connection"], body.splitlines()[-1]) == (200, "close", b"hi")


def test_an_absolute_target_loses_its_scheme_and_authority(connect):
    with serving(emulator_of(echo)) as address:
        for target, path in (("http://host:80/b/k?q", "/b/k"), ("http://host", "/")):
            connection = connect(address).send(f"GET {target} HTTP/1.1\r\nhost: h\r\n\r\n".encode())
            assert connection.answer()[2].decode().split("\n")[1] == path


def test_repeated_header_lines_are_joined(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address).send(b"GET /k HTTP/1.1\r\nhost: h\r\nx-test: a\r\nX-Test: b, c\r\n\r\n")
        assert connection.answer()[2].decode().split("\n")[3] == "a,b, c"  # without a space, as signatures are computed


@pytest.mark.parametrize("field", [b"x-test:a b", b"x-test: a b ", b"x-test: \t a b \t ", b"X-Test:a b\t"])
def test_white_space_around_a_headers_value_is_no_part_of_it(connect, field):
    """RFC 9110 §5.5: it is excluded before the value is looked at."""
    with serving(emulator_of(echo)) as address:
        connection = connect(address).send(b"GET /k HTTP/1.1\r\nhost: h\r\n" + field + b"\r\n\r\n")
        assert connection.answer()[2].decode().split("\n")[3] == "a b"
    name, value = field.split(b":", 1)
    assert as_asgi(emulator_of(echo), [{"type": "http.request"}], (name.lower(), value))[1]["body"].split(b"\n")[3] == b"a b"


def test_white_space_around_a_condition_does_not_change_it(connect):
    with serving(build(Config(auth="off", buckets=("bucket",)))) as address:
        connection = connect(address)
        for status in (200, 412):
            connection.send(b"PUT /bucket/k HTTP/1.1\r\nhost: h\r\nif-none-match:\t* \t\r\ncontent-length: 0\r\n\r\n")
            assert connection.answer()[0] == status


def test_pipelined_requests_are_answered_in_order(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address).send(b"".join(b"GET /%d HTTP/1.1\r\nhost: h\r\n\r\n" % n for n in range(20)))
        assert [connection.answer()[2].split()[1] for _ in range(20)] == [b"/%d" % n for n in range(20)]


def test_requests_are_answered_however_the_bytes_are_cut():
    """Three requests, cut in two at every byte: three answers, and the first of them before the rest is there."""

    async def answer(request: Request) -> Response:
        return Response(200, [], request.method.encode() + (await read_body(request.body, LIMIT) or b""))

    emulator = emulator_of(answer)
    sent = b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\nhi" * 2 + b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n"
    first = sent.index(b"hi") + 2
    for cut in range(len(sent)):
        before, after = asyncio.run(exchanged(emulator, sent[:cut], sent[cut:]))
        assert before.count(b"HTTP/1.1 200 OK") == (cut >= first) + (cut >= 2 * first), cut
        assert [part.rpartition(b"\r\n\r\n")[2] for part in (before + after).split(b"HTTP/1.1 ")[1:]] == [
            b"PUThi",
            b"PUThi",
            b"GET",
        ]


@pytest.mark.parametrize(
    "sent",
    [
        b"OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nhost: h\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nhost: h\r\n\r\n",
        b"GET /a\x00b HTTP/1.1\r\nhost: h\r\n\r\n",
        b"GET /k HTTP/1.1\r\nx: a\x00b\r\n\r\n",
        b"GET /k HTTP/1.1\r\nx: a\r\n folded\r\n\r\n",
        b"FETCH /k HTTP/1.1\r\n\r\n",
        b"GET /k HTTP/7.1\r\n\r\n",
        b"PUT /k HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"PUT /k HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"PUT /k HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\na",
        b"CONNECT h:80 HTTP/1.1\r\nhost: h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    ],
)
def test_what_is_not_http_is_a_bad_request_in_xml(connect, sent):
    with serving(emulator_of(echo)) as address:
        status, headers, body = connect(address).send(sent).answer()
        assert status == 400
        assert headers["content-type"] == "application/xml"
        assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>BadRequest</Code>')
        assert f"<RequestId>{headers['x-amz-request-id']}</RequestId>".encode() in body


def test_a_header_section_over_eight_kibibytes_is_refused_as_s3_refuses_it(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address)
        assert connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\nx-a: " + b"a" * 8000 + b"\r\n\r\n").answer()[0] == 200
        status, _, body = connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\nx-a: " + b"a" * 9000 + b"\r\n\r\n").answer()
        assert status == 400
        assert b"<Code>RequestHeaderSectionTooLarge</Code>" in body
        assert b"<MaxSizeAllowed>8192</MaxSizeAllowed><RequestId>" in body


def test_a_header_section_for_dynamodb_may_have_sixteen_kibibytes(connect):
    with serving(emulator_of(echo)) as address:
        connection = connect(address)
        named = b"POST / HTTP/1.1\r\nhost: h\r\nx-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: 0\r\nx-a: "
        assert connection.send(named + b"a" * 16000 + b"\r\n\r\n").answer()[0] == 200
        assert connection.send(named + b"a" * 16384 + b"\r\n\r\n").answer()[0] == 400


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nx-a: ", b"GET / HTTP/1.1\r\nx-"])
def test_an_endless_header_section_is_not_waited_for(connect, start):
    with serving(emulator_of(echo)) as address:
        status, _, body = connect(address).send(start + b"a" * 65536 + b": a\r\nb: c\r\n").answer()
        assert status == 400
        assert b"RequestHeaderSectionTooLarge" in body or b"BadRequest" in body


def test_head_and_bodiless_statuses_carry_no_body_and_keep_the_connection(connect):
    async def answer(request: Request) -> Response:
        status = int(request.raw_path[1:])
        return Response(status, [("Content-Length", "7")] if status == 200 else [], b"ignored")

    with serving(emulator_of(answer)) as address:
        connection = connect(address)
        for method, status in (("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404), ("GET", 412)):
            got, headers, body = connection.send(f"{method} /{status} HTTP/1.1\r\nhost: h\r\n\r\n".encode()).answer(method)
            assert got == status
            assert body == (b"ignored" if status == 412 else b"")
            assert headers.get("content-length") == {200: "7", 412: "7"}.get(status)


def test_date_comes_from_the_clock(connect):
    emulator = emulator_of(echo)
    with serving(emulator) as address:
        connection = connect(address)
        get = b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n"
        assert connection.send(get).answer()[1]["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        emulator.clock.advance(3600)
        assert connection.send(get).answer()[1]["date"] == "Thu, 01 Jan 2026 01:00:00 GMT"


def test_header_values_that_http_cannot_carry_are_made_harmless(connect):
    async def answer(request: Request) -> Response:
        return Response(200, [("x-a", "a\r\nset: b"), ("x-b", "ü€"), ("bad name", "c"), ("x-c", "d\x00")], b"")

    with serving(emulator_of(answer)) as address:
        status, headers, _ = connect(address).send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n").answer()
        assert status == 200
        assert (headers["x-a"], headers["x-b"], headers["x-c"]) == ("a  set: b", "ü?", "d")
        assert "set" not in headers
        assert "bad name" not in headers


def test_a_mistake_of_ours_is_an_internal_error_without_a_trace(connect, capfd):
    async def answer(request: Request) -> Response:
        raise LookupError("secret detail")

    with serving(emulator_of(answer)) as address:
        connection = connect(address)
        status, _, body = connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n").answer()
        assert status == 500
        assert b"<Code>InternalError</Code>" in body
        assert b"secret" not in body
        assert connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n").answer()[0] == 500
    assert "secret detail" in capfd.readouterr().err


def test_a_client_that_leaves_during_its_upload_is_noticed(connect):
    seen: list[type[BaseException]] = []
    noticed = threading.Event()

    async def answer(request: Request) -> Response:
        try:
            while await request.body.next_chunk():
                pass
        except BaseException as error:
            seen.append(type(error))
            noticed.set()
            raise
        return Response(200, [])

    with serving(emulator_of(answer)) as address:
        connection = connect(address).send(b"PUT /k HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\nhalf")
        connection.close()
        assert noticed.wait(1800)
        assert seen == [ClientDisconnected]


def test_a_streamed_answer_is_made_no_faster_than_it_is_read_and_no_longer_than_the_client_stays(connect):
    made: list[int] = []
    ended = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            for number in range(1024):
                made.append(number)
                yield bytes(262144)
        finally:
            ended.set()

    async def answer(request: Request) -> Response:
        return Response(200, [("Content-Length", str(1024 * 262144))], pieces())

    with serving(emulator_of(answer)) as address:
        connection = connect(address).send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n")
        assert len(connection.socket.recv(65536)) > 0
        connection.close()
        assert ended.wait(1800)
        assert len(made) < 200


def test_a_streamed_answer_arrives_whole(connect):
    async def answer(request: Request) -> Response:
        return Response(200, [("Content-Length", "3000000")], (b"%06d" % n * 50 for n in range(10000)))

    with serving(emulator_of(answer)) as address:
        connection = connect(address)
        _, _, body = connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n").answer()
        assert body == b"".join(b"%06d" % n * 50 for n in range(10000))
        assert len(connection.send(b"GET /k HTTP/1.1\r\nhost: h\r\n\r\n").answer()[2]) == 3000000


class LosesReplies(Watch):
    """An observer that loses the answer to every PutObject."""

    async def replying(self, call: Call, reply: Response) -> None:
        if call.operation == "PutObject":
            raise ReplyLost


def test_a_lost_reply_cuts_the_connection_and_the_write_stands(connect):
    emulator = build(Config(auth="off", buckets=("bucket",)), observers=(LosesReplies(),))
    signed = f"authorization: {SOMEBODY}\r\n".encode()
    with serving(emulator) as address:
        connection = connect(address).send(b"PUT /bucket/k HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n" + signed + b"\r\nhi")
        assert connection.ended()
        assert connect(address).send(b"GET /bucket/k HTTP/1.1\r\nhost: h\r\n" + signed + b"\r\n").answer()[2] == b"hi"


def test_the_reply_of_a_refusal_is_announced_and_lost_too(connect):
    emulator = build(Config(auth="off", buckets=("bucket",)), observers=(LosesReplies(),))
    with serving(emulator) as address:
        head = b"PUT /bucket/k HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\nif-match: x\r\n"
        connection = connect(address).send(head + f"authorization: {SOMEBODY}\r\n\r\n".encode())
        assert connection.ended()


def as_asgi(emulator: Emulator, messages: list[dict[str, object]], *headers: tuple[bytes, bytes]) -> list[dict[str, Any]]:
    """What the ASGI application sends. After the messages nothing comes any more."""
    sent: list[dict[str, Any]] = []
    scope = {"type": "http", "method": "PUT", "raw_path": b"/k", "query_string": b"", "headers": [*headers]}
    waiting = iter(messages)

    async def receive() -> dict[str, object]:
        for message in waiting:
            return message
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(emulator.asgi(scope, receive, send))
    return sent


def test_the_application_runs_under_any_asgi_server():
    messages = [{"type": "http.request", "body": b"h", "more_body": True}, {"type": "http.request", "body": b"i"}]
    sent = as_asgi(emulator_of(echo), messages, (b"content-length", b"2"))
    assert sent[0]["status"] == 200
    assert sent[1]["body"].endswith(b"hi")


def test_a_header_section_over_eight_kibibytes_is_refused_under_any_asgi_server():
    for size, status in ((8000, 200), (9000, 400)):
        sent = as_asgi(emulator_of(echo), [{"type": "http.request"}], (b"content-length", b"0"), (b"x-a", b"a" * size))
        assert sent[0]["status"] == status
    assert b"<Code>RequestHeaderSectionTooLarge</Code>" in sent[1]["body"]


def test_a_body_that_stops_is_given_up_under_any_asgi_server():
    messages: list[dict[str, object]] = [{"type": "http.request", "body": b"h", "more_body": True}]
    sent = as_asgi(emulator_of(echo, config=Config(request_timeout=0.05)), messages, (b"content-length", b"2"))
    assert sent[0]["status"] == 400
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b"<Code>RequestTimeout</Code>" in sent[1]["body"]
