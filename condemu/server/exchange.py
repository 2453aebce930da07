"""One request on a connection, from its head to the end of its answer."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Coroutine, Generator, Iterable
from typing import Any, Final, cast

from condemu.core.engine import ArrivesAgain, ReplyLost
from condemu.core.http import BytesBody, ClientDisconnected, Request, Response
from condemu.server.connection import Connection
from condemu.server.errors import TIMED_OUT, TOO_LARGE, BodyStalled
from condemu.server.heads import BODILESS, must_close

SMALL: Final = 64 * 1024  # up to here an answer is joined with its head
GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
NOTHING: Final = BytesBody()
STALL: Final = 600.0  # seconds until a client is cut off that waits for a reply which is lost


class Exchange:
    """One request and its answer. It is the request's body, too."""

    __slots__ = (
        "_protocol", "_stalled", "_waiter", "complete", "expects", "held", "keep_alive", "method", "pieces", "request", "stalls",
        "started", "too_large",
    )  # fmt: skip

    def __init__(self, protocol: Connection, method: str, keep_alive: bool, expects: bool) -> None:
        self._protocol = protocol
        self._waiter: asyncio.Future[None] | None = None
        self._stalled = False
        self.method = method
        self.keep_alive = keep_alive
        self.expects = expects  # and was not yet told to go on
        self.pieces: list[bytes] = []
        self.held = 0
        self.complete = False  # the whole body is here
        self.started = False  # somebody asked for it
        self.stalls = False  # its reply is lost, and the client does not know
        self.too_large = False  # its header section is
        self.request: Request = cast(Request, None)  # given as soon as it is its turn

    async def next_chunk(self) -> bytes:
        self.started = True
        while not self.pieces:
            if self.complete:
                return b""
            if self._protocol.lost:
                raise ClientDisconnected
            if self.expects:
                self.expects = False
                self._protocol.transport.write(GO_ON)
            self._protocol.resume_reading()
            self._waiter = self._protocol.loop.create_future()
            self._protocol.watch.begin()
            await self._waiter
            if self._stalled:
                raise BodyStalled
        piece = self.pieces.pop(0)  # few wait: the protocol stops reading before they are many
        self.held -= len(piece)
        return piece

    def take(self) -> bytes | None:
        pieces = self.pieces
        if not self.complete or len(pieces) > 1:
            return None
        self.started = True
        self.held = 0
        return pieces.pop() if pieces else b""

    def wake(self) -> None:
        """A piece came, or nothing will any more."""
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
            self._waiter = None

    @property
    def waits(self) -> bool:
        """Whether somebody waits for the next piece of the body."""
        return self._waiter is not None and not self.stalls

    def give_up(self) -> None:
        """The next piece of the body does not come."""
        self._stalled = True
        self.wake()

    async def run(self) -> None:
        """From the request to the end of its answer."""
        protocol = self._protocol
        try:
            try:
                response = await protocol.emulator.answer(self.request, TOO_LARGE if self.too_large else None)
            except BodyStalled:
                response = await protocol.emulator.answer(self.request, TIMED_OUT)
            if isinstance(response.body, bytes):
                self._reply(response, response.body)
            else:
                await self._reply_in_pieces(response, response.body)
        except ReplyLost as lost:
            await self._lose(lost)
        except (ClientDisconnected, ArrivesAgain):  # the latter: it was under way before anybody observed, so it is not kept
            protocol.cut()
        except Exception:  # a mistake of ours, or a file that cannot be read: half an answer is all there can be
            traceback.print_exc(file=sys.stderr)
            protocol.cut()
        finally:
            self.request.body = NOTHING  # it was this exchange: a cycle, which only the collector would find

    async def _lose(self, lost: ReplyLost) -> None:
        """End the connection: at once, within the answer's body, or when the client or time gives up."""
        protocol, reply = self._protocol, lost.reply
        if lost.how == "stall" and not protocol.lost:
            self.stalls = True
            self._waiter = protocol.loop.create_future()
            timer = protocol.loop.call_later(lost.seconds or STALL, self.wake)
            await self._waiter
            timer.cancel()
        elif lost.how == "cut" and reply is not None and self.method != "HEAD":
            body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
            if len(body) > 1:
                protocol.transport.write(self._head(reply) + body[: len(body) // 2])
                protocol.cut(sent=True)
                return
        protocol.cut()

    def _head(self, response: Response) -> bytes:
        if response.close or (not self.complete and must_close(self.request, self.started)):
            self.keep_alive = False
        return self._protocol.heads.text(self.request, response, not self.keep_alive)

    def _reply(self, response: Response, body: bytes) -> None:
        protocol, head = self._protocol, self._head(response)
        if not body or self.method == "HEAD" or response.status in BODILESS:
            protocol.transport.write(head)
        elif len(body) <= SMALL:
            protocol.transport.write(head + body)
        else:
            protocol.transport.writelines((head, body))
        protocol.answered(self)

    async def _reply_in_pieces(self, response: Response, pieces: Iterable[bytes]) -> None:
        """Piece by piece, as fast as the client takes them and no longer than it is there."""
        protocol = self._protocol
        protocol.transport.write(self._head(response))
        if self.method != "HEAD" and response.status not in BODILESS:
            for piece in pieces:
                if protocol.writable is not None:
                    await protocol.writable
                if protocol.lost or protocol.transport.is_closing():  # the latter is known first, within a write
                    break
                protocol.transport.write(piece)
        protocol.answered(self)


class Resumed:
    """A coroutine that has already run up to its first wait, as something that a task can await."""

    __slots__ = ("_awaited", "_coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine = coroutine
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        coroutine, awaited = self._coroutine, self._awaited
        while True:
            failure: BaseException | None = None
            try:
                yield awaited
            except BaseException as error:  # a cancellation: the coroutine's to deal with
                failure = error
            try:
                awaited = coroutine.send(None) if failure is None else coroutine.throw(failure)
            except StopIteration:
                return


async def resumed(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    await Resumed(coroutine, awaited)
