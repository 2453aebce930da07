"""What a call's members say about versions: the token of what is kept, what a condition demands, what a write overwrites unseen.

All of it is read from AWS's members, so that the emulator's own recorder and the one at a client of real AWS agree. Tokens:

| of             | token                                                                                    |
|----------------|------------------------------------------------------------------------------------------|
| an S3 object   | its ETag without quotes, and `@VersionId` in a bucket with versioning                    |
| DynamoDB item  | a digest of the item; numbers by their value, sets without an order                      |
| SimpleDB item  | its attributes as JSON, names and values sorted; a digest if that is long                |
| nothing        | absent                                                                                   |
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final

from condemu.lab.history import ABSENT, ALL, CONDITION, PRESENT

LONGEST: Final = 200  # characters of a value, and of a SimpleDB item's token, that are kept as they are
MOST: Final = 50  # entries of a list or a map
SECRET: Final = re.compile("SSECustomerKey$|SecretAccessKey|SessionToken|^Policy$")

CONDITIONS: Final = (
    "IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince", "IfMatchLastModifiedTime", "IfMatchSize",
    "CopySourceIfMatch", "CopySourceIfNoneMatch", "CopySourceIfModifiedSince", "CopySourceIfUnmodifiedSince",
    "ConditionExpression", "Expected", "ConditionalOperator", "ExpectedRevisionId",
)  # fmt: skip
WHOLE: Final = frozenset({
    "PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject", "DeleteObjects", "PostObject", "PutItem", "DeleteItem",
    "BatchWriteItem", "Put", "Delete",
})  # fmt: skip
_EXISTENCE: Final = re.compile(r"\s*\(*\s*(attribute_not_exists|attribute_exists)\s*\(\s*([#\w.-]+)\s*\)\s*\)*\s*", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b", re.IGNORECASE)
_CONSTANT: Final = re.compile(r"\s*([#\w]+)[\w#.\[\]]*\s*=\s*:\w+\s*")


# --- tokens -----------------------------------------------------------------------------------------------------------------


def object_token(etag: str, version_id: str | None = None) -> str:
    """Of an object. `etag` may have its quotes."""
    plain = etag.strip('"')
    return f"{plain}@{version_id}" if version_id and version_id != "null" else plain


def item_token(item: Mapping[str, Any] | None) -> str:
    """Of a DynamoDB item in DynamoDB's JSON; bytes may be bytes or base64."""
    if not item:
        return ABSENT
    return digest(json.dumps({name: _plain(value) for name, value in item.items()}, sort_keys=True))


def attributes_token(attributes: Mapping[str, Iterable[str]]) -> str:
    """Of a SimpleDB item: names with their values."""
    if not attributes:
        return ABSENT
    text = json.dumps({name: sorted(values) for name, values in sorted(attributes.items())}, ensure_ascii=False)
    return text if len(text) <= LONGEST else digest(text)


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """An attribute value in one of the forms that mean the same."""
    [(kind, content)] = value.items()
    if kind == "N":
        return {kind: _number(content)}
    if kind in ("SS", "NS", "BS"):
        inner = _number if kind == "NS" else _text
        return {kind: sorted(inner(one) for one in content)}
    if kind == "L":
        return {kind: [_plain(one) for one in content]}
    if kind == "M":
        return {kind: {name: _plain(one) for name, one in content.items()}}
    return {kind: _text(content) if kind == "B" else content}


def _number(text: str) -> str:
    try:
        return str(Decimal(text).normalize() + 0)
    except InvalidOperation:
        return text


def _text(value: Any) -> str:
    return b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else str(value)


# --- conditions -------------------------------------------------------------------------------------------------------------


def condition_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that make a call conditional, those of a transaction's parts included."""
    parts = [members, *(part for item in transaction_parts(members) for part in item.values())]
    found: dict[str, Any] = {}
    for part in parts:
        for name in CONDITIONS:
            if part.get(name):
                found[name] = readable(part[name]) if name not in found else f"{found[name]}; {readable(part[name])}"
    return found


def transaction_parts(members: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parts of a DynamoDB transaction: [{"Put": {…}}, {"ConditionCheck": {…}}]."""
    parts = members.get("TransactItems")
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []


def expects_of(service: str, members: Mapping[str, Any], keys: Iterable[str] = ()) -> str:
    """What a write's condition demands of the resource as a whole. `keys` are the names of a table's key attributes."""
    if service == "s3":
        return _expects_of_object(members)
    if service == "dynamodb" and isinstance(members.get("ConditionExpression"), str):
        match = _EXISTENCE.fullmatch(members["ConditionExpression"])
        if match is None:
            return CONDITION
        names: Mapping[str, str] = members.get("ExpressionAttributeNames") or {}
        if names.get(match[2], match[2]) not in tuple(keys):
            return CONDITION
        return ABSENT if match[1].lower() == "attribute_not_exists" else PRESENT
    return CONDITION if members.get("Expected") else ""


def _expects_of_object(members: Mapping[str, Any]) -> str:
    """Of several conditions together nobody can tell which one refused."""
    given = [name for name in members if name in CONDITIONS and members[name] is not None]
    if not given or all(name.startswith("CopySource") for name in given):
        return ""
    value = str(members[given[0]]).strip()
    if len(given) > 1 or given[0] not in ("IfMatch", "IfNoneMatch"):
        return CONDITION
    if given[0] == "IfNoneMatch":
        return ABSENT if value == "*" else CONDITION
    return PRESENT if value == "*" else single_etag(value) or CONDITION


def single_etag(value: Any) -> str | None:
    """The ETag that a header names, without its quotes; None for a list, for `*`, and for a weak one."""
    text = str(value or "").strip()
    return None if not text or text == "*" or "," in text or text.startswith("W/") else text.strip('"')


# --- what is overwritten ----------------------------------------------------------------------------------------------------


def overwrites_of(operation: str, members: Mapping[str, Any]) -> tuple[str, ...]:
    """The attributes that a write replaces without looking at what they hold; ("*",) for all of the resource.

    `SET n = :n` replaces n, `SET n = n + :one` and `ADD n :one` do not.
    """
    if operation in WHOLE:
        return ALL
    if operation in ("UpdateItem", "Update"):
        updates = members.get("AttributeUpdates")
        if isinstance(updates, Mapping):
            return tuple(sorted(name for name, update in updates.items() if update.get("Action", "PUT") != "ADD"))
        return _overwritten(members.get("UpdateExpression") or "", members.get("ExpressionAttributeNames") or {})
    if operation in ("PutAttributes", "BatchPutAttributes"):
        given = members.get("Attributes") or ()
        return tuple(sorted({one["Name"] for one in given if str(one.get("Replace", False)).lower() == "true"}))
    if operation in ("DeleteAttributes", "BatchDeleteAttributes"):
        given = members.get("Attributes") or ()
        return tuple(sorted({one["Name"] for one in given})) or ALL
    return ()


def _overwritten(expression: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Of an UpdateExpression: what is set to a constant, and what is removed."""
    pieces = _CLAUSE.split(expression)
    found = set()
    for clause, content in zip(pieces[1::2], pieces[2::2]):
        for action in content.split(","):
            match = _CONSTANT.fullmatch(action) if clause.upper() == "SET" else None
            if match is not None:
                found.add(match[1])
            elif clause.upper() == "REMOVE":
                found.add(re.split(r"[.\[]", action.strip())[0])
    return tuple(sorted(names.get(name, name) for name in found))


def changed_attributes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The names of the attributes that differ; ("*",) where the whole came or went."""
    if not old or not new:
        return ALL
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


# --- parameters -------------------------------------------------------------------------------------------------------------


def readable(value: Any) -> Any:
    """A parameter as JSON can hold it: long text is cut, bytes are a size and a digest, a file is named."""
    if isinstance(value, Mapping):
        shown = {str(name): HIDDEN if SECRET.search(str(name)) else readable(one) for name, one in _few(value.items())}
        return shown if len(value) <= MOST else {**shown, "…": f"{len(value) - MOST} more"}
    if isinstance(value, (list, tuple)):
        more = [f"… {len(value) - MOST} more"] if len(value) > MOST else []
        return [*(readable(one) for one in value[:MOST]), *more]
    if isinstance(value, (bytes, bytearray)):
        return {"size": len(value), "sha256": sha256(value).hexdigest()[:16]}
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}… ({len(value)} characters, {digest(value)})"
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


HIDDEN: Final = "(not recorded)"


def _few(pairs: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    return (pair for _, pair in zip(range(MOST), pairs))
