"""XML in and out.

`parse` reads a request's document into a small frozen tree. Namespaces are dropped, for clients send documents with and without
one. A document type declaration is refused on sight, so there are no entities but the five of XML itself. Depth and size are
bounded.

`render` writes ordered mappings as AWS writes its documents. In a mapping
    "Name": "text"          an element; integers in decimal, booleans in lower case, floats as times (`.000Z`)
    "Name": None            nothing
    "Name": {…}             an element with children; an empty one becomes <Name/>, while "" becomes <Name></Name>
    "Name": [a, b]          one element Name for each; so S3's <Buckets><Bucket>… is {"Buckets": {"Bucket": […]}}
    "@xsi:type": "Group"    an attribute of the enclosing element; it stands before the children
    "#": "text"             the text of the enclosing element, when it has attributes as well
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from xml.parsers import expat

from condemu.wire.rest import iso_8601

MAX_DEPTH: Final = 64  # the deepest document of the S3 model nests 8 elements
MAX_ELEMENTS: Final = 200_000  # DeleteObjects may carry 1,000 × 5 elements, CompleteMultipartUpload 10,000 × 12
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

_SPECIAL: Final = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
_REPLACEMENTS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


class Markup(str):
    """Text that is XML already, and stands in place of the elements of its name: a thousand equal entries, written in one go."""

    __slots__ = ()


class Malformed(Exception):
    """The bytes are not one well-formed document within bounds. Says why."""


class Element:
    """One element: its local name, its children, its text (that of a leaf exactly as sent) and its attributes by local name."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: Mapping[str, str], children: tuple[Element, ...] = (), text: str = "") -> None:
        self.tag = tag
        self.attributes = attributes
        self.children = children
        self.text = text

    def child(self, tag: str) -> Element | None:
        """The first child of that name."""
        for child in self.children:
            if child.tag == tag:
                return child
        return None

    def all(self, tag: str) -> list[Element]:
        """Every child of that name, in order."""
        return [child for child in self.children if child.tag == tag]

    def text_of(self, tag: str) -> str | None:
        """The text of the first child of that name; None when there is no such child."""
        child = self.child(tag)
        return None if child is None else child.text

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def __len__(self) -> int:
        return len(self.children)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self.tag} of {len(self.children)} children {self.text!r}>"


class _Builder:
    """Collects expat's events; `root` is there at the end."""

    __slots__ = ("count", "open", "root")

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[tuple[str, dict[str, str], list[Element], list[str]]] = []
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise Malformed("the document nests too deeply or has too many elements")
        local = {_local(key): value for key, value in attributes.items()} if attributes else attributes
        self.open.append((_local(name), local, [], []))

    def end(self, _name: str) -> None:
        tag, attributes, children, text = self.open.pop()
        element = Element(tag, attributes, tuple(children), "".join(text))
        if self.open:
            self.open[-1][2].append(element)
        else:
            self.root = element

    def characters(self, data: str) -> None:
        self.open[-1][3].append(data)


def _local(name: str) -> str:
    return name.rpartition(" ")[2] if " " in name else name


def _refuse_doctype(*_: Any) -> None:
    raise Malformed("document type declarations are not accepted")


def parse(data: bytes, limit: int = 2 * 1024 * 1024) -> Element:
    """The root element of the document, or Malformed."""
    if len(data) > limit:
        raise Malformed("the document is too long")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Malformed(f"not well-formed: {error}") from None
    except (LookupError, ValueError):
        raise Malformed("unknown encoding") from None
    if builder.root is None:
        raise Malformed("no element")
    return builder.root


def escape(text: str) -> str:
    """Text as it stands in an element or an attribute. Control characters, which XML 1.0 has no way to write, become character
    references as S3 writes them; a strict parser refuses those, which is why clients ask for `encoding-type=url`."""
    return _SPECIAL.sub(_replacement, text) if _SPECIAL.search(text) else text


def _replacement(match: re.Match[str]) -> str:
    character = match[0]
    return _REPLACEMENTS.get(character) or f"&#x{ord(character):x};"


def render(root: str, content: Mapping[str, Any] | str, *, namespace: str | None = None, declaration: bool = True) -> bytes:
    """The document `<root xmlns=namespace>content</root>`."""
    out: list[str] = [DECLARATION] if declaration else []
    _element(out, root, content, f' xmlns="{namespace}"' if namespace else "")
    return "".join(out).encode("utf-8", "replace")


def elements(pairs: Iterable[tuple[str, Any]]) -> str:
    """The elements alone, for whoever writes the document around them."""
    out: list[str] = []
    for name, value in pairs:
        _element(out, name, value)
    return "".join(out)


def _element(out: list[str], name: str, value: Any, attributes: str = "") -> None:
    if type(value) is str:
        out.append(f"<{name}{attributes}>{escape(value)}</{name}>")
    elif type(value) is Markup:
        out.append(value)
    elif isinstance(value, Mapping):
        _mapping(out, name, value, attributes)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _element(out, name, item, attributes)
    elif value is True or value is False:
        out.append(f"<{name}{attributes}>{'true' if value else 'false'}</{name}>")
    elif isinstance(value, float):
        out.append(f"<{name}{attributes}>{iso_8601(value)}</{name}>")
    elif value is not None:
        out.append(f"<{name}{attributes}>{escape(str(value))}</{name}>")


def _mapping(out: list[str], name: str, value: Mapping[str, Any], attributes: str) -> None:
    opening = len(out)
    out.append("")
    for key, item in value.items():
        if type(item) is str and key[0] not in "@#":
            out.append(f"<{key}>{escape(item)}</{key}>")
        elif key[0] == "@":
            attributes += f' {key[1:]}="{escape(str(item))}"'
        elif key[0] == "#":
            out.append(escape(str(item)))
        elif item is not None:
            _element(out, key, item)
    if len(out) == opening + 1:
        out[opening] = f"<{name}{attributes}/>"
    else:
        out[opening] = f"<{name}{attributes}>"
        out.append(f"</{name}>")
