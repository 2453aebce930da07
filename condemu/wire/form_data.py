"""multipart/form-data, as browsers post files to a bucket (RFC 7578, PostObject).

`Parser.receive` takes bytes however they were cut and returns the pieces of the file in them. The fields before the file are
collected under their names in lower case, in order; those after it are ignored, as S3 ignores them. What is wrong ends up in
`failure`.
"""

from __future__ import annotations

import re
from typing import Final

MAX_FIELDS: Final = 20 * 1024  # bytes of all that precedes the file: S3's own limit
MAX_PARTS: Final = 200

# The kinds of failure: AWS's codes.
MALFORMED: Final = "MalformedPOSTRequest"
TOO_LONG: Final = "MaxPostPreDataLengthExceeded"

_BOUNDARY: Final = re.compile(r";\s*boundary=(?:\"([^\"]{1,200})\"|([^\s;,\"]{1,200}))", re.IGNORECASE)
_PARAMETER: Final = re.compile(r";\s*([a-z*]+)=(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]*))", re.IGNORECASE)
_START, _BODY_HEAD, _FIELD, _FILE, _SKIP, _END, _FAILED = range(7)


def boundary_of(content_type: str) -> bytes | None:
    """The boundary that a Content-Type of multipart/form-data names; None when it names none, or is something else."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return None
    match = _BOUNDARY.search(content_type)
    return (match[1] or match[2]).encode("latin-1", "replace") if match else None


class Parser:
    """One form."""

    __slots__ = (
        "_buffer",
        "_delimiter",
        "_name",
        "_parts",
        "_state",
        "_taken",
        "_value",
        "failure",
        "fields",
        "file_content_type",
        "file_name",
        "has_file",
    )

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that the first delimiter looks like the others
        self._state = _START
        self._name = ""
        self._value: list[bytes] = []
        self._taken = 0
        self._parts = 0
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self.file_content_type = ""
        self.has_file = False
        self.failure: str | None = None

    def receive(self, data: bytes) -> list[bytes]:
        """The file's bytes among these. Look at `failure` afterwards."""
        pieces: list[bytes] = []
        self._buffer = self._buffer + data if self._buffer else data
        while self._step(pieces):
            pass
        return pieces

    def finish(self) -> str | None:
        """The transport says that there is no more: what is wrong with the whole, or None."""
        if self._state not in (_END, _FAILED):
            self._fail(MALFORMED)
        return self.failure

    def _step(self, pieces: list[bytes]) -> bool:
        """Take what can be taken; False when more bytes are needed, or nothing more matters."""
        if self._state == _BODY_HEAD:
            return self._head()
        if self._state in (_END, _FAILED):
            self._buffer = b""
            return False
        found = self._buffer.find(self._delimiter)
        if found < 0:
            keep = len(self._delimiter) - 1
            self._take(self._buffer[:-keep] if len(self._buffer) > keep else b"", pieces)
            self._buffer = self._buffer[-keep:]
            return False
        after = found + len(self._delimiter)
        following = self._buffer[after : after + 2]
        if len(following) < 2:
            self._take(self._buffer[:found], pieces)
            self._buffer = self._buffer[found:]
            return False
        if following not in (b"--", b"\r\n"):
            self._take(self._buffer[:after], pieces)  # it only begins like the delimiter
            self._buffer = self._buffer[after:]
            return self._state != _FAILED
        self._take(self._buffer[:found], pieces)
        self._end_of_part()
        self._buffer = self._buffer[after + 2 :]
        if self._state == _FAILED:
            return False
        self._state = _END if following == b"--" else _BODY_HEAD
        return True

    def _take(self, data: bytes, pieces: list[bytes]) -> None:
        if not data:
            return None
        if self._state == _FILE:
            pieces.append(data)
        elif self._state == _FIELD:
            self._taken += len(data)
            if self._taken > MAX_FIELDS:
                return self._fail(TOO_LONG)
            self._value.append(data)
        elif self._state == _START:  # a preamble, which RFC 2046 allows
            self._taken += len(data)
            if self._taken > MAX_FIELDS:
                self._fail(MALFORMED)
        return None

    def _end_of_part(self) -> None:
        if self._state == _FIELD:
            self.fields.setdefault(self._name, b"".join(self._value).decode("utf-8", "surrogateescape"))
            self._value = []

    def _head(self) -> bool:
        """The head of a part, once its empty line is here."""
        end = 0 if self._buffer.startswith(b"\r\n") else self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_FIELDS:
                self._fail(TOO_LONG)
            return False
        head = self._buffer[:end].decode("utf-8", "surrogateescape")
        self._buffer = self._buffer[end + (2 if end == 0 else 4) :]
        self._parts += 1
        self._taken += end
        if self._taken > MAX_FIELDS and not self.has_file:
            self._fail(TOO_LONG)
            return False
        disposition = content_type = ""
        for line in head.split("\r\n"):
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-disposition":
                disposition = value
            elif name.strip().lower() == "content-type":
                content_type = value.strip()
        parameters = {match[1].lower(): _unquoted(match) for match in _PARAMETER.finditer(";" + disposition.partition(";")[2])}
        name = parameters.get("name", "").lower()
        if not disposition.strip().lower().startswith("form-data") or not name or self._parts > MAX_PARTS:
            self._fail(MALFORMED)
            return False
        self._name = name
        if self.has_file:
            self._state = _SKIP
        elif name == "file":
            self._state, self.has_file = _FILE, True
            self.file_name, self.file_content_type = parameters.get("filename", ""), content_type
        else:
            self._state = _FIELD
        return True

    def _fail(self, kind: str) -> None:
        self._state = _FAILED
        self._buffer = b""
        self.failure = kind


def _unquoted(match: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
