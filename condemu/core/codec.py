"""Records as documents: what a record is outside of this process. A document is what JSON can say.

| a field's type                    | in a document                                                                   |
|-----------------------------------|---------------------------------------------------------------------------------|
| str, bool, int, float, None       | itself                                                                          |
| bytes                             | base64                                                                          |
| Decimal                           | its text                                                                        |
| a record (any dataclass)          | an object of its fields; a field that has its default is left out               |
| tuple[X, ...], tuple[X, Y]        | an array                                                                        |
| Mapping[str, X]                   | an object                                                                       |
| X or None                         | null, or as X                                                                   |
| Blob                              | what a `Bodies` finds the body by                                               |
| Any: a document of somebody else's| itself; what JSON has no word for is {"$tuple": […]}, {"$bytes": …}, {"$decimal": …} |

The types alone decide, so a document needs no marks but within `Any`. Where bodies are is not decided here: `MemoryBodies` knows
them by a digest of their content, a log has small ones in its documents (`storage/batches.py`).
"""

from __future__ import annotations

import types
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple, NewType, Protocol, Union, get_args, get_origin, get_type_hints

from condemu.core.blobs import EMPTY, Blob

Document = Any  # of str, bool, int, float, None, lists and dicts with string keys


class Bodies(Protocol):
    """Where bodies are."""

    def keep(self, blob: Blob) -> Document:
        """What stands for the blob in a document. From here on it is found by it."""
        ...

    def find(self, document: Document) -> Blob:
        """The blob that this stands for. Raises KeyError where there is none."""
        ...


class MemoryBodies:
    """The bodies that some documents refer to: the blobs themselves, which go on sharing their bytes with the store's."""

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {name_of(EMPTY): EMPTY}

    def keep(self, blob: Blob) -> str:
        name = name_of(blob)
        self._blobs.setdefault(name, blob)
        return name

    def find(self, document: Document) -> Blob:
        return self._blobs[document]


def name_of(blob: Blob) -> str:
    """A digest of the content: equal bodies have one name, wherever their bytes are."""
    digest = body_digest()
    for piece in blob.pieces():
        digest.update(piece)
    return digest.hexdigest()


def body_digest() -> blake2b:
    """What a name is made with, for whoever has the pieces before the blob."""
    return blake2b(digest_size=32, person=b"condemu body")


class Codec(NamedTuple):
    """How a type's values become documents, and are made of them again."""

    encode: Callable[[Any, Bodies], Document]
    decode: Callable[[Document, Bodies], Any]


class Unencodable(TypeError):
    """A type that no document can stand for: a mistake in the declaration of a record."""


def codec_of(kind: Any) -> Codec:
    """The codec of a type, as a record's field or a space declares it."""
    return _codec_of(kind)


def _same(value: Any, _: Bodies) -> Any:
    return value


_SIMPLE: Final[dict[Any, Codec]] = {
    **dict.fromkeys((str, bool, int, types.NoneType), Codec(_same, _same)),
    float: Codec(_same, lambda document, _: float(document)),
    bytes: Codec(lambda value, _: b64encode(value).decode(), lambda document, _: b64decode(document)),
    Decimal: Codec(lambda value, _: str(value), lambda document, _: Decimal(document)),
    Blob: Codec(lambda value, bodies: bodies.keep(value), lambda document, bodies: bodies.find(document)),
    Any: Codec(lambda value, _: _said(value), lambda document, _: _meant(document)),
}


@cache
def _codec_of(kind: Any) -> Codec:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, NewType):
        return _codec_of(kind.__supertype__)
    if is_dataclass(kind):
        return _record(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping) and arguments[0] is str:
        return _mapping(_codec_of(arguments[1]))
    raise Unencodable(f"no document stands for {kind}")


def _optional(arguments: tuple[Any, ...]) -> Codec:
    others = [argument for argument in arguments if argument is not types.NoneType]
    if len(others) != 1:
        raise Unencodable(f"a field has one type, or None; not one of {others}")
    encode, decode = _codec_of(others[0])
    return Codec(
        lambda value, bodies: None if value is None else encode(value, bodies),
        lambda document, bodies: None if document is None else decode(document, bodies),
    )


def _tuple(arguments: tuple[Any, ...]) -> Codec:
    if len(arguments) == 2 and arguments[1] is ...:
        encode, decode = _codec_of(arguments[0])
        return Codec(
            lambda value, bodies: [encode(element, bodies) for element in value],
            lambda document, bodies: tuple(decode(element, bodies) for element in document),
        )
    codecs = [_codec_of(argument) for argument in arguments]
    return Codec(
        lambda value, bodies: [codec.encode(element, bodies) for codec, element in zip(codecs, value, strict=True)],
        lambda document, bodies: tuple(codec.decode(element, bodies) for codec, element in zip(codecs, document, strict=True)),
    )


def _mapping(codec: Codec) -> Codec:
    encode, decode = codec
    return Codec(
        lambda value, bodies: {name: encode(element, bodies) for name, element in value.items()},
        lambda document, bodies: {name: decode(element, bodies) for name, element in document.items()},
    )


_NO_DEFAULT: Final = object()


def _record(kind: Any) -> Codec:
    hints = get_type_hints(kind)
    known = [(field, _codec_of(hints[field.name])) for field in fields(kind) if field.init]
    defaults = {
        field.name: field.default
        if field.default is not MISSING
        else field.default_factory()
        if field.default_factory is not MISSING
        else _NO_DEFAULT
        for field, _ in known
    }
    codecs = {field.name: codec for field, codec in known}

    shown = [(name, None if codec.encode is _same else codec.encode, defaults[name]) for name, codec in codecs.items()]

    def encode(value: Any, bodies: Bodies) -> Document:
        if type(value) is not kind:
            raise Unencodable(f"{kind.__name__} was declared, not {type(value).__name__}")
        document = {}
        for name, encode, default in shown:
            held = getattr(value, name)
            if held is default or (type(held) is type(default) and held == default):
                continue
            document[name] = held if encode is None else encode(held, bodies)
        return document

    told = {name: codec.decode for name, codec in codecs.items() if codec.decode is not _same}  # the others are what is told

    shared: dict[str, str] = {}  # the last text of each field: a million records of one owner have one text of it

    def decode(document: Document, bodies: Bodies) -> Any:
        values = {}
        for name, held in document.items():
            if name in told:
                values[name] = told[name](held, bodies)
            elif type(held) is str:
                if shared.get(name) != held:
                    shared[name] = held
                values[name] = shared[name]
            else:
                values[name] = held
        return kind(**values)

    return Codec(encode, decode)


# --- documents of others: policies' texts are strings, configurations are trees ---------------------------------------------


def _said(value: Any) -> Document:
    kind = type(value)
    if value is None or kind in (str, bool, int, float):
        return value
    if kind is list:
        return [_said(element) for element in value]
    if kind is dict:
        if any(type(name) is not str or name.startswith("$") for name in value):
            return {"$map": [[_said(name), _said(element)] for name, element in value.items()]}
        return {name: _said(element) for name, element in value.items()}
    if kind is tuple:
        return {"$tuple": [_said(element) for element in value]}
    if kind is bytes:
        return {"$bytes": b64encode(value).decode()}
    if kind is Decimal:
        return {"$decimal": str(value)}
    raise Unencodable(f"no document stands for a {kind.__name__}")


def _meant(document: Document) -> Any:
    if type(document) is list:
        return [_meant(element) for element in document]
    if type(document) is not dict:
        return document
    if len(document) == 1:
        mark, held = next(iter(document.items()))
        if mark == "$tuple":
            return tuple(_meant(element) for element in held)
        if mark == "$bytes":
            return b64decode(held)
        if mark == "$decimal":
            return Decimal(held)
        if mark == "$map":
            return {_meant(name): _meant(element) for name, element in held}
    return {name: _meant(element) for name, element in document.items()}
