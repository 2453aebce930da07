"""The body encoding `aws-chunked`: what SDKs send when they stream signed chunks or append a checksum as a trailer.

    signed      <hex size>;chunk-signature=<64 hex>\\r\\n <data> \\r\\n … 0;chunk-signature=<64 hex>\\r\\n [trailers] \\r\\n
    unsigned    <hex size>\\r\\n <data> \\r\\n … 0\\r\\n [trailers] \\r\\n
    trailers    <name>:<value>\\r\\n …, and when signed x-amz-trailer-signature:<64 hex>\\r\\n

`Decoder.receive` takes bytes however they were cut and returns the payload in them; what is wrong ends up in `failure`, a value,
after which nothing more is decoded. Lines may end in a bare newline, which some SDKs send in trailers. The forms are AWS's
("Signature calculations … transferring a payload in multiple chunks"); the kinds of failure are AWS's error codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol

MIN_CHUNK: Final = 8192  # bytes of every chunk but the last
MAX_LINE: Final = 4096  # bytes of a chunk's head, or of one trailer
MAX_TRAILERS: Final = 16
MAX_SIZE_DIGITS: Final = 16

# The kinds of failure: AWS's codes.
INCOMPLETE_BODY: Final = "IncompleteBody"
INVALID_CHUNK_SIZE: Final = "InvalidChunkSizeError"
MALFORMED_TRAILER: Final = "MalformedTrailerError"
SIGNATURE_MISMATCH: Final = "SignatureDoesNotMatch"

# Why a body is incomplete: AWS has a sentence for each.
TERMINATED: Final = "terminated"  # it ended too early, or its framing broke
WRONG_LENGTH: Final = "length"  # it is whole, but not of x-amz-decoded-content-length bytes


class Chain(Protocol):
    """Knows the previous signature and the key. Each answer True makes the given signature the previous one."""

    def verify_chunk(self, signature: str, payload_sha256: str) -> bool: ...

    def verify_trailer(self, signature: str, trailers_sha256: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with a body: AWS's code, and what the code's elements and the explanation need."""

    kind: str
    detail: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


_SIGNATURE: Final = "x-amz-trailer-signature"
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
_HEAD, _DATA, _DATA_END, _TRAILER, _DONE, _FAILED = range(6)


class Decoder:
    """One body. `expected` names the trailers that x-amz-trailer announced (lower case); None forbids any.

    `signed` demands a signature of every chunk, and of trailers; without a `chain` they are not verified.
    """

    __slots__ = (
        "_buffer",
        "_chain",
        "_chunks",
        "_expected",
        "_hash",
        "_last_size",
        "_left",
        "_length",
        "_signature",
        "_signed",
        "_slack",
        "_state",
        "failure",
        "received",
        "trailers",
    )

    def __init__(
        self, length: int, *, signed: bool = False, chain: Chain | None = None, expected: tuple[str, ...] | None = None
    ) -> None:
        self._length = length
        self._signed = signed
        self._chain = chain
        self._expected = expected
        self._state = _HEAD
        self._buffer = b""
        self._left = 0
        self._last_size = MIN_CHUNK
        self._chunks = 0
        self._signature = ""
        self._slack = 0
        self._hash: Any = None
        self.received = 0
        self.trailers: dict[str, str] = {}
        self.failure: Failure | None = None

    @property
    def complete(self) -> bool:
        return self._state == _DONE

    def receive(self, data: bytes) -> list[bytes]:
        """The payload in these bytes. Look at `failure` afterwards."""
        pieces: list[bytes] = []
        position, end = 0, len(data)
        while position < end:
            if self._state == _DATA:
                piece = data if position == 0 and end <= self._left else data[position : position + self._left]
                position += len(piece)
                self._left -= len(piece)
                if self._hash is not None:
                    self._hash.update(piece)
                pieces.append(piece)
                if not self._left:
                    self._state = _DATA_END
            elif self._state == _DONE:
                self._after_the_end(data[position:])
                break
            elif self._state == _FAILED:
                break
            else:
                position = self._line(data, position)
        return pieces

    def finish(self) -> Failure | None:
        """The transport says that there is no more: what is wrong with the whole, or None."""
        if self._state == _TRAILER and not self._buffer:
            self._end_of_trailers()  # some clients leave out the empty line
        if self._state not in (_DONE, _FAILED):
            self._fail(INCOMPLETE_BODY, TERMINATED)
        elif self._state == _DONE and self.received != self._length:
            self._fail(INCOMPLETE_BODY, WRONG_LENGTH)
        return self.failure

    def _line(self, data: bytes, position: int) -> int:
        """Take one line, or what there is of it; the position after it."""
        newline = data.find(b"\n", position)
        if newline < 0:
            self._buffer += data[position:]
            if len(self._buffer) > MAX_LINE:
                self._broken()
            return len(data)
        line = self._buffer + data[position:newline] if self._buffer else data[position:newline]
        self._buffer = b""
        if len(line) > MAX_LINE:
            self._broken()
            return len(data)
        if line.endswith(b"\r"):
            line = line[:-1]
        if self._state == _HEAD:
            self._head(line)
        elif self._state == _DATA_END:
            self._end_of_data(line)
        else:
            self._trailer(line)
        return newline + 1

    def _head(self, line: bytes) -> None:
        digits, semicolon, extension = line.partition(b";")
        if not digits or len(digits) > MAX_SIZE_DIGITS or not _HEX.issuperset(digits):
            return self._broken()
        size = int(digits, 16)
        if self._signed:
            name, _, signature = extension.partition(b"=")
            if not semicolon or name.strip() != b"chunk-signature":
                return self._broken()
            self._signature = signature.strip().decode("latin-1")
            self._hash = sha256() if self._chain is not None else None
        if size and self._last_size < MIN_CHUNK:
            fields = {"Chunk": self._chunks + 1, "BadChunkSize": self._last_size}
            return self._fail(INVALID_CHUNK_SIZE, fields=fields)
        if self.received + size > self._length:
            return self._fail(INCOMPLETE_BODY, WRONG_LENGTH)
        self.received += size
        self._left = size
        if size:
            self._chunks += 1
            self._last_size = size
            self._state = _DATA
        elif self._chunk_is_genuine():
            self._state = _TRAILER
        return None

    def _end_of_data(self, line: bytes) -> None:
        if line:
            self._broken()
        elif self._chunk_is_genuine():
            self._state = _HEAD

    def _chunk_is_genuine(self) -> bool:
        if self._chain is None or self._chain.verify_chunk(self._signature, self._hash.hexdigest()):
            return True
        self._fail(SIGNATURE_MISMATCH, "chunk", {"Chunk": self._chunks, "SignatureProvided": self._signature})
        return False

    def _after_the_end(self, rest: bytes) -> None:
        """Nothing may follow but the line ends of clients that write a trailer as `name:value\\n\\r\\n`."""
        self._slack += len(rest)
        if self._slack > 4 or rest.strip(b"\r\n"):
            self._fail(INCOMPLETE_BODY, TERMINATED)

    def _trailer(self, line: bytes) -> None:
        if not line:
            if self._signed and self.trailers and _SIGNATURE not in self.trailers and not self._slack:
                self._slack = 2  # the empty line in `name:value\n\r\nx-amz-trailer-signature:…`, AWS's own example
                return None
            return self._end_of_trailers()
        name, colon, value = line.decode("latin-1").partition(":")
        name = name.strip().lower()
        if not colon or not name or name in self.trailers or len(self.trailers) >= MAX_TRAILERS:
            return self._fail(MALFORMED_TRAILER, f"the line {line[:80]!r}")
        self.trailers[name] = value.strip()
        return None

    def _end_of_trailers(self) -> None:
        signature = self.trailers.pop(_SIGNATURE, None)
        expected = self._expected or ()
        if set(self.trailers) != set(expected):
            self._fail(MALFORMED_TRAILER, f"announced {', '.join(expected) or 'none'}, sent {', '.join(self.trailers) or 'none'}")
        elif self._signed and expected:
            if signature is None:
                self._fail(MALFORMED_TRAILER, "no x-amz-trailer-signature")
                return
            canonical = "".join(f"{name}:{self.trailers[name]}\n" for name in sorted(self.trailers))
            digest = sha256(canonical.encode("latin-1")).hexdigest()
            if self._chain is not None and not self._chain.verify_trailer(signature, digest):
                self._fail(SIGNATURE_MISMATCH, "trailer", {"SignatureProvided": signature})
                return
            self._state = _DONE
        elif signature is not None:
            self._fail(MALFORMED_TRAILER, "a signature that nothing announced")
        else:
            self._state = _DONE

    def _broken(self) -> None:
        if self._state == _TRAILER:
            return self._fail(MALFORMED_TRAILER, "a line without an end")
        return self._fail(INCOMPLETE_BODY, TERMINATED)

    def _fail(self, kind: str, detail: str = "", fields: Mapping[str, Any] | None = None) -> None:
        self._state = _FAILED
        self._buffer = b""
        self.failure = Failure(kind, detail, fields or {})
