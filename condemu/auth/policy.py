"""IAM policy documents: read and validated once, then evaluated as often as needed (IAM User Guide, "Grammar of the IAM JSON
policy language").

`parse` answers a Policy or a Problem. A Problem is a value: a kind and what its text needs; services have the texts. The
order of checks: first byte, JSON, size, version, Statement, then statement by statement Effect, Principal, Action, Resource,
action against resource, and condition by condition operator, key, key against action, value. The first problem is the answer.

`Policy.evaluate` answers ALLOW, DENY or NO_MATCH with the statement, and the condition key, that decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from condemu.auth.patterns import Context, Matcher, Piece, glob, has_variables, matcher, pieces_of, resolved
from condemu.auth.policy_grammar import (
    ACTION,
    ACTION_RESOURCE,
    ADDRESS,
    EFFECT,
    FIRST_BYTE,
    IDENTITY,
    KEY,
    KEY_ACTION,
    MISSING,
    NO_STATEMENT,
    OLD_VERSION,
    OPERATOR,
    PRINCIPAL,
    RESOURCE,
    SIZE,
    STATEMENT_MEMBERS,
    SYNTAX,
    VALUE,
    VERSION,
    VERSIONS,
    Problem,
    Rules,
    Wrong,
    load,
    normal_form,
    texts,
)
from condemu.auth.policy_operators import BadAddress, BadValue, Condition, compile_condition
from condemu.auth.policy_principals import BadPrincipal, Principals, parse_principals
from condemu.auth.principals import Principal
from condemu.auth.verdicts import ALLOW, BY_NAME, DENY, NO_MATCH, NOT_AT_ALL, NOTHING, Verdict


class Statement:
    """One statement, compiled."""

    __slots__ = (
        "_actions",
        "_known",
        "_not_action",
        "_not_resource",
        "_principals",
        "_resources",
        "_spared",
        "conditions",
        "effect",
        "number",
        "sid",
        "source",
    )

    def __init__(self, number: int, source: Mapping[str, Any]) -> None:
        self.number = number
        self.source = source
        self.sid: str = source.get("Sid", "")
        self.effect: str = source["Effect"]
        self._principals: Principals | None = None
        self._spared: Principals | None = None
        self._not_action = "NotAction" in source
        self._actions = tuple(glob(action.lower()) for action in texts(source, "NotAction" if self._not_action else "Action"))
        self._known: dict[str, bool] = {}
        self._not_resource = "NotResource" in source
        self._resources: tuple[tuple[Matcher | None, tuple[Piece, ...]], ...] = ()
        self.conditions: tuple[tuple[str, str, Condition], ...] = ()  # operator, lower-case key, test

    @property
    def principals(self) -> Principals | None:
        """Whom it names; None for NotPrincipal and in identity policies."""
        return self._principals

    def compile(self, principals: Principals | None, variables: bool, conditions: Iterable[tuple[str, str, Condition]]) -> None:
        """Fill in what its validation made."""
        self._principals = principals if "Principal" in self.source else None
        self._spared = principals if "NotPrincipal" in self.source else None
        resources = texts(self.source, "NotResource" if self._not_resource else "Resource")
        self._resources = tuple(_resource(pieces_of(text, variables)) for text in resources)
        self.conditions = tuple(conditions)

    def applies_to(self, action: str) -> bool:
        """`action` is AWS's name with its prefix, `s3:PutObject`: there are only so many of them."""
        known = self._known.get(action)
        if known is None:
            lower = action.lower()
            known = self._known[action] = any(matches(lower) for matches in self._actions) is not self._not_action
        return known

    def names(self, caller: Principal) -> int:
        if self._principals is not None:
            return self._principals.names(caller)
        if self._spared is not None:
            return NOT_AT_ALL if self._spared.exempts(caller) else BY_NAME
        return BY_NAME

    def covers(self, resource: str, context: Context) -> bool:
        """An element whose variable has no value matches nothing."""
        for matches, pieces in self._resources:
            if matches is None:
                filled = resolved(pieces, context)
                if filled is None:
                    continue
                matches = matcher(filled)
            if matches(resource):
                return not self._not_resource
        return self._not_resource

    def unmet(self, context: Context) -> str | None:
        """The first condition key that does not hold; None when all do."""
        for _, key, holds in self.conditions:
            if not holds(context.get(key), context):
                return key
        return None

    @property
    def label(self) -> str:
        """Its Sid, or its place."""
        return f"statement {self.sid!r}" if self.sid else f"statement {self.number + 1}"


def _resource(pieces: tuple[Piece, ...]) -> tuple[Matcher | None, tuple[Piece, ...]]:
    return (None if has_variables(pieces) else matcher(resolved(pieces, {}) or ()), pieces)


class Policy:
    """A valid document. `normal` is its normal form as text, `document` as data."""

    __slots__ = ("document", "normal", "statements", "version")

    def __init__(self, version: str, document: Mapping[str, Any], normal: str, statements: tuple[Statement, ...]) -> None:
        self.version = version
        self.document = document
        self.normal = normal
        self.statements = statements

    def evaluate(self, caller: Principal, action: str, resource: str, context: Context) -> Verdict:
        """A Deny that matches decides at once; of several Allows the one that names the caller most closely."""
        allowed: Verdict | None = None
        unmet = NOTHING
        for statement in self.statements:
            if not statement.applies_to(action):
                continue
            named = statement.names(caller)
            if not named or not statement.covers(resource, context):
                continue
            missing = statement.unmet(context)
            if missing is not None:
                if statement.effect == "Allow" and unmet is NOTHING:
                    unmet = Verdict(NO_MATCH, statement, named, missing)
                continue
            key = statement.conditions[0][1] if statement.conditions else ""
            if statement.effect == "Deny":
                return Verdict(DENY, statement, named, key)
            if allowed is None or named > allowed.named:
                allowed = Verdict(ALLOW, statement, named, key)
        return allowed or unmet


def parse(text: str, rules: Rules = IDENTITY) -> Policy | Problem:
    """The policy, or what is wrong with it."""
    try:
        return _parse(text, rules)
    except Wrong as wrong:
        return wrong.problem


def _parse(text: str, rules: Rules) -> Policy:
    if not text.startswith("{"):
        raise Wrong(FIRST_BYTE, found=f"the document begins with {text[:1]!r}")
    document = load(text)
    normal_document = normal_form(document)
    normal = json.dumps(normal_document, separators=(",", ":"), ensure_ascii=False)
    if len(normal.encode("utf-8", "surrogatepass")) > rules.limit:
        raise Wrong(SIZE, {"Limit": str(rules.limit)})
    version = document.get("Version", OLD_VERSION)
    if version not in VERSIONS:
        raise Wrong(VERSION, found=f"Version is {version!r}")
    if not document.keys() <= {"Version", "Id", "Statement"} or not isinstance(document.get("Id", ""), str):
        raise Wrong(SYNTAX, found=f"the members are {', '.join(document)}")
    sources = document.get("Statement")
    if sources is None:
        raise Wrong(MISSING, {"Field": "Statement"})
    if isinstance(sources, dict):
        sources = [sources]
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        raise Wrong(SYNTAX, found="Statement is neither an object nor a list of objects")
    if not sources:
        raise Wrong(NO_STATEMENT)
    statements = tuple(_statement(number, source, version, rules) for number, source in enumerate(sources))
    return Policy(version, normal_document, normal, statements)


def _statement(number: int, source: dict[str, Any], version: str, rules: Rules) -> Statement:
    try:
        return _checked(number, source, version, rules)
    except Wrong as wrong:
        problem = wrong.problem
        raise Wrong(problem.kind, problem.fields, problem.found, number) from None


def _checked(number: int, source: dict[str, Any], version: str, rules: Rules) -> Statement:
    if not source.keys() <= frozenset(STATEMENT_MEMBERS) or not isinstance(source.get("Sid", ""), str):
        raise Wrong(SYNTAX, found=f"the members are {', '.join(source)}")
    effect = source.get("Effect")
    if effect is None:
        raise Wrong(MISSING, {"Field": "Effect"})
    if effect not in ("Allow", "Deny"):
        raise Wrong(EFFECT, {"Effect": str(effect)})
    principals = _principals(source, rules)
    actions = _texts(source, "Action", ACTION)
    for action in actions:
        if not rules.action(action):
            raise Wrong(ACTION, found=f"the action is {action!r}")
    resources = _texts(source, "Resource", RESOURCE)
    for resource in resources:
        if not rules.resource(resource):
            raise Wrong(RESOURCE, found=f"the resource is {resource!r}")
    if "NotAction" not in source and "NotResource" not in source and not rules.applies(actions, resources):
        raise Wrong(ACTION_RESOURCE, found=f"the actions are {', '.join(actions)}, the resources {', '.join(resources)}")
    checked_actions = () if "NotAction" in source else actions
    statement = Statement(number, source)
    variables = version != OLD_VERSION
    statement.compile(principals, variables, _conditions(source, checked_actions, variables, rules))
    return statement


def _principals(source: dict[str, Any], rules: Rules) -> Principals | None:
    both = [name for name in ("Principal", "NotPrincipal") if name in source]
    if not rules.principals:
        if both:
            raise Wrong(SYNTAX, found="an identity policy names no principals")
        return None
    if not both:
        raise Wrong(MISSING, {"Field": "Principal"})
    if len(both) == 2 or (both == ["NotPrincipal"] and source["Effect"] == "Allow"):
        raise Wrong(SYNTAX, found="NotPrincipal stands alone, and only with Deny")
    try:
        return parse_principals(source[both[0]])
    except BadPrincipal:
        raise Wrong(PRINCIPAL, found=f"{both[0]} is {json.dumps(source[both[0]])[:200]}") from None


def _texts(source: dict[str, Any], member: str, kind: str) -> tuple[str, ...]:
    """The values of Action or NotAction, of Resource or NotResource."""
    both = [name for name in (member, f"Not{member}") if name in source]
    if not both:
        raise Wrong(MISSING, {"Field": member})
    value = source[both[0]]
    if len(both) == 2 or not isinstance(value, (str, list)) or not all(isinstance(one, str) for one in value):
        raise Wrong(SYNTAX, found=f"{member} is {json.dumps(value)[:200]}")
    if not value or "" in texts(source, both[0]):
        raise Wrong(kind, found=f"{both[0]} is empty")
    return texts(source, both[0])


def _conditions(
    source: dict[str, Any], actions: tuple[str, ...], variables: bool, rules: Rules
) -> list[tuple[str, str, Condition]]:
    block = source.get("Condition", {})
    if not isinstance(block, dict) or not all(isinstance(keys, dict) for keys in block.values()):
        raise Wrong(SYNTAX, found="Condition is not an object of objects")
    compiled = []
    for operator, keys in block.items():
        if compile_condition(operator, [], variables) is None:
            raise Wrong(OPERATOR, {"Operator": operator})
        for key, values in keys.items():
            lower = key.lower()
            if not rules.key(lower):
                raise Wrong(KEY, found=f"the key is {key!r}")
            if not rules.key_applies(lower, actions):
                raise Wrong(KEY_ACTION, found=f"{key} is not a key of {', '.join(actions)}")
            compiled.append((operator, lower, _condition(operator, key, values, variables)))
    return compiled


def _condition(operator: str, key: str, values: Any, variables: bool) -> Condition:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, (str, bool, int, float)) for value in listed):
        raise Wrong(SYNTAX, found=f"the values of {key} are {json.dumps(values)[:200]}")
    try:
        condition = compile_condition(operator, [_text(value) for value in listed], variables)
    except BadAddress:
        raise Wrong(ADDRESS, found=f"{key} is {json.dumps(values)[:200]}") from None
    except BadValue:
        raise Wrong(VALUE, {"Operator": operator}, found=f"{key} is {json.dumps(values)[:200]}") from None
    assert condition is not None
    return condition


def _text(value: str | bool | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=1024)
def compiled(text: str, rules: Rules = IDENTITY) -> Policy:
    """The policy of a text that has been accepted before: stores keep texts, requests want policies."""
    policy = parse(text, rules)
    if isinstance(policy, Problem):
        raise ValueError(f"not a policy: {policy.kind} {dict(policy.fields)}")
    return policy
