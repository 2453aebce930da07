"""Documents as lines of JSON: what the frames of a log and of its snapshots hold.

orjson writes and reads them, many times faster than the standard library. What it has no word for, the standard library writes:
text that is no Unicode (a lone surrogate, which JSON can say with an escape and clients do send), and integers of more than 64
bits. Such a line begins with a space, and the standard library reads it, too.
"""

from __future__ import annotations

import json
from typing import Final

import orjson

from condemu.core.codec import Document

_OURS: Final = b" "
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_written: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def line_of(document: Document) -> bytes:
    """A document as a line, without its end. Raises TypeError and ValueError for what no document is."""
    try:
        return orjson.dumps(document, option=_OPTIONS)
    except TypeError:
        return _OURS + _written(document).encode("utf-8", "surrogatepass")


def document_of(line: bytes) -> Document:
    """What a line says. Raises ValueError."""
    if line.startswith(_OURS):
        return json.loads(line.decode("utf-8", "surrogatepass"))
    return orjson.loads(line)
