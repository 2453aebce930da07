"""The form of IAM policy documents: what can be wrong with one, what a service may ask of one, and the normal form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

OLD_VERSION: Final = "2008-10-17"  # what a document without a Version is
VERSIONS: Final = (OLD_VERSION, "2012-10-17")
MAX_BYTES: Final = 1024 * 1024  # of a document as sent; its normal form has a limit of its own

# The kinds of problem.
FIRST_BYTE: Final = "first byte"
JSON: Final = "json"
SYNTAX: Final = "syntax"
SIZE: Final = "size"
VERSION: Final = "version"
NO_STATEMENT: Final = "empty statement"
MISSING: Final = "missing"  # Field
EFFECT: Final = "effect"  # Effect
PRINCIPAL: Final = "principal"
ACTION: Final = "action"
RESOURCE: Final = "resource"
ACTION_RESOURCE: Final = "action and resource"
OPERATOR: Final = "operator"  # Operator
KEY: Final = "key"
KEY_ACTION: Final = "key and action"
ADDRESS: Final = "address"
VALUE: Final = "value"  # Operator


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document is no policy. `statement` counts from 0; -1 is the document itself. `found` says it to a person."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    statement: int = -1
    found: str = ""


def _yes(*_: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rules:
    """What a service asks of its policies beyond the grammar. Each test answers whether the thing is acceptable."""

    principals: bool = True  # required; or else forbidden, as in identity policies
    limit: int = 20480  # bytes of the normal form
    action: Callable[[str], bool] = _yes
    resource: Callable[[str], bool] = _yes
    applies: Callable[[tuple[str, ...], tuple[str, ...]], bool] = _yes  # each action to some resource
    key: Callable[[str], bool] = _yes  # the key's lower-case name
    key_applies: Callable[[str, tuple[str, ...]], bool] = _yes  # the key to every action


IDENTITY: Final = Rules(principals=False, limit=10240)  # IAM's limit on the inline policies of a role, the largest there is


class Wrong(Exception):
    """Carries a problem out of the checks."""

    def __init__(self, kind: str, fields: Mapping[str, str] | None = None, found: str = "", statement: int = -1) -> None:
        super().__init__(kind)
        self.problem = Problem(kind, fields or {}, statement, found)


def load(text: str) -> dict[str, Any]:
    """The JSON object. A member named twice, NaN and unpaired surrogates are no JSON here (inferred)."""
    if len(text) > MAX_BYTES:
        raise Wrong(SIZE, {"Limit": str(MAX_BYTES)})
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Wrong(JSON, found=str(error)[:200]) from None
    if not isinstance(document, dict):
        raise Wrong(JSON)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_ORDER: Final = ("Version", "Id", "Statement")
STATEMENT_MEMBERS: Final = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip


def normal_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """AWS's order of members; Statement always a list; elsewhere a list of one is that one (seen on AWS)."""
    sources = document.get("Statement", [])
    sources = sources if isinstance(sources, list) else [sources]
    normal = _ordered(document, _ORDER)
    if "Statement" in document:
        normal["Statement"] = [_collapsed(_ordered(s, STATEMENT_MEMBERS)) if isinstance(s, dict) else s for s in sources]
    return normal


def _ordered(members: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    first = {name: members[name] for name in order if name in members}
    return first | {name: value for name, value in members.items() if name not in first}


def _collapsed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _collapsed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return value[0] if len(value) == 1 else value
    return value


def texts(source: Mapping[str, Any], member: str) -> tuple[str, ...]:
    """A member's values, of which one may stand without its brackets."""
    value = source[member]
    return (value,) if isinstance(value, str) else tuple(value)
