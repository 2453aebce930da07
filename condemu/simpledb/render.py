"""Answers as SimpleDB writes them.

A success is <…Response> with a namespace, the result if the operation has one, and ResponseMetadata with RequestId and
BoxUsage. A refusal is <Response> without a namespace, with BoxUsage inside of Error when the data service itself refused, and
RequestID at the end. One line feed follows the XML declaration and there is none elsewhere (recorded 2011-10 and 2014-09).

Text that XML cannot carry is the Base64 of its UTF-8 with encoding="base64" on its element (Developer Guide, "Invalid
Characters").
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response
from condemu.simpledb.boxusage import text_of
from condemu.simpledb.errors import WITHOUT_BOX_USAGE

DECLARATION: Final = '<?xml version="1.0"?>\n'

_SPECIAL: Final = re.compile("[&<>\r]")
_REPLACEMENTS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN: Final = re.compile("[\t\n !-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*+").fullmatch  # neither of both in it


def response(
    http: Request, operation: str, version: str, result: Mapping[str, Any], write: Callable[[Mapping[str, Any]], str] | None
) -> Response:
    """The answer to a call that succeeded. BoxUsage is part of the metadata; `write` writes everything else, if there is more."""
    inner = ""
    if write is not None:
        content = write(result)
        inner = f"<{operation}Result>{content}</{operation}Result>" if content else f"<{operation}Result/>"
    text = (
        f'{DECLARATION}<{operation}Response xmlns="http://sdb.amazonaws.com/doc/{version}/">{inner}<ResponseMetadata><RequestId>'
        f"{uuid_of(http.request_id)}</RequestId><BoxUsage>{text_of(result['BoxUsage'])}</BoxUsage></ResponseMetadata></{operation}Response>"
    )
    return _response(200, text, http)


def error_response(http: Request, error: ServiceError, box: int | None) -> Response:
    """A refusal. `box` is what the operation charges for one; None before the operation is known."""
    usage = ""
    if box is not None and error.row not in WITHOUT_BOX_USAGE and error.row.status != 503:  # 503 has none (recorded)
        usage = f"<BoxUsage>{text_of(box)}</BoxUsage>"
    text = (
        f"{DECLARATION}<Response><Errors><Error><Code>{error.row.code}</Code><Message>{escaped(visible(error.message))}</Message>"
        f"{usage}</Error></Errors><RequestID>{uuid_of(http.request_id)}</RequestID></Response>"
    )
    answer = _response(error.row.status, text, http)
    answer.refusal = error
    error.__traceback__ = None  # it holds the frames that hold it: a cycle for the collector, at every refusal
    if error.because:
        answer.headers.append(("x-condemu-because", header_text(error.because)))
    return answer


def _response(status: int, text: str, http: Request) -> Response:
    body = text.encode()
    headers = [("Content-Type", "text/xml"), ("Server", "Amazon SimpleDB"), ("Content-Length", str(len(body)))]
    return Response(status, headers, b"" if http.method == "HEAD" else body)


def uuid_of(request_id: str) -> str:
    """A request id in the shape of a UUID, always the same for the same id."""
    digits = request_id.encode().hex().ljust(32, "0")[-32:]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def escaped(text: str) -> str:
    return _SPECIAL.sub(_replacement, text) if _SPECIAL.search(text) else text


def _replacement(match: re.Match[str]) -> str:
    return _REPLACEMENTS[match.group()]


def visible(text: str) -> str:
    """A message that quotes what XML cannot carry, with U+FFFD in its place (inferred)."""
    return _NOT_XML.sub("\ufffd", text)


def header_text(text: str) -> str:
    """Printable ASCII of bounded length: what a header can carry."""
    return text[:1000].encode("ascii", "backslashreplace").decode().translate(_CONTROLS)


_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def element(tag: str, text: str) -> str:
    """One element with a name or a value of the user's."""
    if text.isalnum() or _PLAIN(text):
        return f"<{tag}>{text}</{tag}>"
    if _NOT_XML.search(text):
        return f'<{tag} encoding="base64">{b64encode(text.encode()).decode()}</{tag}>'
    return f"<{tag}>{escaped(text)}</{tag}>"


def attributes(held: Mapping[str, tuple[str, ...]]) -> str:
    """Every value of every attribute, each an element of its own."""
    pieces: list[str] = []
    for name, values in held.items():
        start = _named(name)
        pieces += [f"{start}{element('Value', value)}</Attribute>" for value in values]
    return "".join(pieces)


@lru_cache(maxsize=1024)
def _named(name: str) -> str:
    """The beginning of an attribute; many items have attributes of the same names."""
    return f"<Attribute>{element('Name', name)}"


def list_domains(result: Mapping[str, Any]) -> str:
    return "".join(f"<DomainName>{name}</DomainName>" for name in result["DomainNames"]) + _next_token(result)


def domain_metadata(result: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{number}</{name}>" for name, number in result.items() if name != "BoxUsage")


def get_attributes(result: Mapping[str, Any]) -> str:
    return attributes(result["Attributes"])


def select(result: Mapping[str, Any]) -> str:
    items = [f"<Item>{element('Name', name)}{attributes(held)}</Item>" for name, held in result["Items"]]
    return "".join(items) + _next_token(result)


def _next_token(result: Mapping[str, Any]) -> str:
    return f"<NextToken>{result['NextToken']}</NextToken>" if "NextToken" in result else ""
