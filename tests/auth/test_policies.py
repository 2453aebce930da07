"""The policy language where the shared cases say nothing: patterns, forms of documents, explanations, hostile input."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.auth import policy_grammar as grammar
from condemu.auth.decision import decide
from condemu.auth.patterns import glob, matcher, pieces_of, resolved
from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem, Rules
from condemu.auth.policy_operators import OPERATORS, compile_condition
from condemu.auth.policy_principals import BadPrincipal, parse_principals
from condemu.auth.principals import canonical_id, root_of, session_of, user_of
from condemu.auth.verdicts import ALLOW, DENY, NO_MATCH

RULES = Rules()
ALICE = user_of("111122223333", "Alice")
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    found = parse(json.dumps({"Version": version, "Statement": list(statements)}), RULES)
    assert not isinstance(found, Problem), found
    return found


def problem(document: Any, rules: Rules = RULES) -> str:
    found = parse(document if isinstance(document, str) else json.dumps(document), rules)
    return found.kind if isinstance(found, Problem) else ""


def statement(**changes: Any) -> dict[str, Any]:
    return {"Statement": [{name: value for name, value in {**STATEMENT, **changes}.items() if value is not None}]}


@settings(deadline=None, max_examples=300)
@given(pattern=st.text("ab*?.", max_size=8), text=st.text("ab.\n", max_size=8))
def test_wildcards_match_as_shell_patterns_do(pattern: str, text: str) -> None:
    wanted = re.fullmatch(fnmatch.translate(pattern.replace("[", "[[]")), text) is not None
    assert bool(glob(pattern)(text)) == wanted


def test_no_pattern_takes_long_to_fail() -> None:
    matches = glob("*a" * 300 + "b")
    assert not matches("a" * 1024)  # a matcher that goes back would try more ways than there are atoms


def test_what_a_variable_stands_for_is_never_a_wildcard() -> None:
    pieces = resolved(pieces_of("home/${aws:username}/*", True), {"aws:username": "*"})
    assert pieces is not None
    assert matcher(pieces)("home/*/f")
    assert not matcher(pieces)("home/bob/f")


def test_an_unknown_variable_has_no_value_but_its_default() -> None:
    assert resolved(pieces_of("${a:b}", True), {}) is None
    assert resolved(pieces_of("${a:b}", True), {"a:b": ["several"]}) is None
    assert resolved(pieces_of("${a:b, 'c'}", True), {}) is not None


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ("", grammar.FIRST_BYTE),
        (" {}", grammar.FIRST_BYTE),
        ("{", grammar.JSON),
        ('{"a": NaN}', grammar.JSON),
        ('{"a": 1, "a": 2}', grammar.JSON),
        ('{"a": "\\ud800"}', grammar.JSON),
        ('{"a":' * 100_000, grammar.JSON),
        ({}, grammar.MISSING),
        ({"Version": "2011-10-17", "Statement": []}, grammar.VERSION),
        ({"Version": ["2012-10-17"], "Statement": []}, grammar.VERSION),
        ({"Statement": []}, grammar.NO_STATEMENT),
        ({"Statement": "x"}, grammar.SYNTAX),
        ({"Statement": ["x"]}, grammar.SYNTAX),
        ({"Statement": [STATEMENT], "Extra": 1}, grammar.SYNTAX),
        ({"Statement": [STATEMENT], "Id": 1}, grammar.SYNTAX),
        (statement(Extra="x"), grammar.SYNTAX),
        (statement(Sid=1), grammar.SYNTAX),
        (statement(Effect=None), grammar.MISSING),
        (statement(Effect="allow"), grammar.EFFECT),
        (statement(Principal=None), grammar.MISSING),
        (statement(Principal=[]), grammar.PRINCIPAL),
        (statement(NotPrincipal="*"), grammar.SYNTAX),
        (statement(Principal=None, NotPrincipal="*"), grammar.SYNTAX),
        (statement(Action=None), grammar.MISSING),
        (statement(Action=[]), grammar.ACTION),
        (statement(Action=1), grammar.SYNTAX),
        (statement(Action=["s3:GetObject", 1]), grammar.SYNTAX),
        (statement(NotAction="s3:*"), grammar.SYNTAX),
        (statement(Resource=None), grammar.MISSING),
        (statement(Resource=""), grammar.RESOURCE),
        (statement(Condition="x"), grammar.SYNTAX),
        (statement(Condition={"StringEquals": "x"}), grammar.SYNTAX),
        (statement(Condition={"StringEquals": {"a": None}}), grammar.SYNTAX),
        (statement(Condition={"StringEquals": {"a": {}}}), grammar.SYNTAX),
        (statement(Condition={"stringEquals": {"a": "b"}}), grammar.OPERATOR),
        (statement(Condition={"NullIfExists": {"a": "true"}}), grammar.OPERATOR),
        (statement(Condition={"Any:StringEquals": {"a": "b"}}), grammar.OPERATOR),
        (statement(Condition={"NumericEquals": {"a": "b"}}), grammar.VALUE),
        (statement(Condition={"DateEquals": {"a": "b"}}), grammar.VALUE),
        (statement(Condition={"Bool": {"a": "b"}}), grammar.VALUE),
        (statement(Condition={"BinaryEquals": {"a": "é"}}), grammar.VALUE),
        (statement(Condition={"Null": {"a": "b"}}), grammar.VALUE),
        (statement(Condition={"IpAddress": {"a": "1.2.3.4/33"}}), grammar.ADDRESS),
        (statement(Condition={"IpAddress": {"a": []}}), ""),
        (statement(Sid="Two words, which S3's own examples have"), ""),
    ],
)  # fmt: skip
def test_each_fault_of_a_document_has_its_name(document: Any, kind: str) -> None:
    assert problem(document) == kind


def test_an_identity_policy_names_nobody() -> None:
    assert problem(statement(), grammar.IDENTITY) == grammar.SYNTAX
    assert problem(statement(Principal=None), grammar.IDENTITY) == ""


def test_the_first_fault_in_order_is_the_answer() -> None:
    """Each line repairs the fault that the line before was about."""
    broken = {"Effect": "allow", "Action": [], "Condition": {"x": {}}}
    for repair, kind in (
        ({}, grammar.EFFECT),
        ({"Effect": "Allow"}, grammar.MISSING),
        ({"Principal": ""}, grammar.PRINCIPAL),
        ({"Principal": "*"}, grammar.ACTION),
        ({"Action": "s3:GetObject"}, grammar.MISSING),
        ({"Resource": "arn:aws:s3:::b/*"}, grammar.OPERATOR),
        ({"Condition": {}}, ""),
    ):
        broken |= repair
        assert problem({"Statement": [broken]}) == kind


def test_the_limit_is_on_the_normal_form() -> None:
    fits = statement(Sid="x" * (20480 - len(json.dumps(parse_normal(statement(Sid=""))))))
    padded = json.dumps(fits, indent=400)
    assert len(padded) > 20480
    assert problem(padded) == ""
    assert problem(statement(Sid="x" * 20480)) == grammar.SIZE


def parse_normal(document: Any) -> Any:
    found = parse(json.dumps(document), RULES)
    assert not isinstance(found, Problem)
    return json.loads(found.normal)


def test_the_normal_form_orders_members_and_takes_the_brackets_off_single_values() -> None:
    sent = {
        "Statement": {
            "Resource": ["arn:aws:s3:::b/*"], "Action": ["s3:GetObject"], "Principal": {"AWS": ["*"]}, "Effect": "Deny",
        },
        "Version": "2012-10-17",
    }  # fmt: skip
    found = parse(json.dumps(sent), RULES)
    assert not isinstance(found, Problem)
    assert found.normal == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},'
        '"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}'
    )


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_takes_a_variable_that_may_have_no_value(operator: str) -> None:
    condition = compile_condition(operator, ["${aws:nothing}"], True)
    assert condition is not None
    assert condition("x", {}) == ("Not" in operator)
    assert condition(None, {}) == ("Not" in operator)


@pytest.mark.parametrize(
    ("operator", "values", "value", "holds"),
    [
        ("NumericEquals", ["10"], "10.0", True),
        ("NumericNotEquals", ["10"], "ten", True),
        ("DateEquals", ["2026-01-01T00:00:00Z"], "1767225600", True),
        ("Bool", ["true"], "TRUE", True),
        ("BinaryEquals", ["aGk="], "aGk=", True),
        ("IpAddress", ["10.0.0.0/8"], "::ffff:10.1.2.3", True),
        ("IpAddress", ["10.0.0.0/8"], "2001:db8::1", False),
        ("NotIpAddress", ["10.0.0.0/8"], "nonsense", True),
        ("ArnLike", ["arn:aws:iam::*:user/*"], "arn:aws:iam::1:user/a:b/c", True),
        ("ArnLike", ["arn:aws:*:user/*"], "arn:aws:iam::1:user/a", False),
        ("StringEqualsIgnoreCase", ["straße"], "STRASSE", True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a"], ["a", "c"], False),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "a"], False),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAnyValue:StringEquals", ["a"], ["c", "a"], True),
        ("ForAnyValue:StringNotEquals", ["a"], [], False),
        ("ForAnyValue:StringEqualsIfExists", ["a"], None, True),
        ("Null", ["true", "false"], None, True),
    ],
)
def test_operators_read_values_as_what_they_are(operator: str, values: list[str], value: Any, holds: bool) -> None:
    condition = compile_condition(operator, values, True)
    assert condition is not None
    assert condition(value, {}) is holds


def test_a_verdict_names_the_statement_and_the_key_that_decided() -> None:
    both = policy(
        {**STATEMENT, "Sid": "Reading", "Condition": {"StringEquals": {"aws:UserAgent": "me"}}},
        {**STATEMENT, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    )
    ask = ("s3:GetObject", "arn:aws:s3:::b/k")
    unmet = both.evaluate(ALICE, *ask, {})
    assert unmet.statement is not None
    assert (unmet.outcome, unmet.statement.label, unmet.key) == (NO_MATCH, "statement 'Reading'", "aws:useragent")
    assert both.evaluate(ALICE, *ask, {"aws:useragent": "me"}).outcome == ALLOW
    denied = both.evaluate(ALICE, *ask, {"aws:useragent": "me", "aws:securetransport": "false"})
    assert denied.statement is not None
    assert (denied.outcome, denied.statement.label, denied.key) == (DENY, "statement 2", "aws:securetransport")


def test_a_ruling_says_why_in_a_sentence() -> None:
    denying = policy({**STATEMENT, "Effect": "Deny", "Sid": "No"})
    ruling = decide(root_of("111122223333"), "s3:GetObject", "arn:aws:s3:::b/k", {}, owner="111122223333", policy=denying)
    assert (ruling.allowed, ruling.explicit, ruling.policy) == (False, True, "resource-based policy")
    assert ruling.because == "statement 'No' of the resource-based policy denies it"


def test_naming_the_user_frees_from_the_boundary_and_naming_the_account_does_not_even_allow() -> None:
    boundary = parse(json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}}))
    assert isinstance(boundary, Policy)
    bound = user_of("111122223333", "Alice", boundary=boundary)

    def allowed(principal: str) -> bool:
        found = policy({**STATEMENT, "Principal": {"AWS": principal}})
        return decide(bound, "s3:GetObject", "arn:aws:s3:::b/k", {}, owner="111122223333", policy=found).allowed

    assert allowed("arn:aws:iam::111122223333:user/Alice")
    assert not allowed("*")
    assert not allowed("111122223333")


@pytest.mark.parametrize(
    "element", ["", [], {}, {"AWS": []}, {"AWS": 1}, {"Aws": "*"}, {"AWS": "arn:aws:iam::1:user/a"}, {"CanonicalUser": "x"}]
)
def test_an_element_that_names_nobody_is_no_principal(element: Any) -> None:
    with pytest.raises(BadPrincipal):
        parse_principals(element)


def test_an_account_is_known_by_its_canonical_id_too() -> None:
    assert parse_principals({"CanonicalUser": canonical_id("111122223333")}).names(ALICE)
    assert not parse_principals({"CanonicalUser": canonical_id("444455556666")}).names(ALICE)


def test_not_principal_spares_a_session_only_with_its_role_and_account() -> None:
    session = session_of("111122223333", "App", "s1")
    names = ["111122223333", "arn:aws:iam::111122223333:role/App", session.arn]
    assert parse_principals({"AWS": names}).exempts(session)
    for left_out in range(3):
        assert not parse_principals({"AWS": names[:left_out] + names[left_out + 1 :]}).exempts(session)


members = st.sampled_from(["Effect", "Principal", "Action", "Resource", "Condition", "AWS", "StringEquals", "a"])
json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(statement=json_values, version=json_values)
def test_no_document_makes_the_parser_stumble(statement: Any, version: Any) -> None:
    for document in ({"Statement": statement}, {"Statement": statement, "Version": version}):
        assert isinstance(parse(json.dumps(document), RULES), (Policy, Problem))
