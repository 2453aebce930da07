"""Tokens, the words of a syntax error, and what the parsers make of a text."""

from __future__ import annotations

import pytest
from dynamodb_language import condition, message, update

from condemu.core.errors import ServiceError
from condemu.dynamodb.expressions.nodes import And, Between, Call, Clause, Comparison, In, Not, Or, Path, Sum, ValueRef
from condemu.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update

# expression | token | near, as recorded on AWS
UPDATES = """
SET attrName = 3                     | 3      | = 3
SET ) 3                              | )      | SET ) 3
RESET NonExistent value              | RESET  | RESET NonExistent
SET #a a = 5                         | a      | #a a =
SET x = a,                           | <EOF>  | ,
SET MyStr = NoExist + + :_val        | +      | + + :_val
SET MyStr = (:_val + (:val2          | <EOF>  | :val2
SET a = _idid                        | _      | = _idid
SET|                                 | |      | SET|
REMOVE if_not_exists(a,b)            | (      | if_not_exists(a
INVALID SYNTAX                       | INVALID | INVALID SYNTAX
SET MyStr = myNum Mystr2 myNum2      | Mystr2 | myNum Mystr2 myNum2
SET MyStr = myNum + 1                | 1      | + 1
ADD str_set bad_value                | bad_value | str_set bad_value
SET MyStr[ 3                         | <EOF>  | 3
"""
CONDITIONS = """
!!! INVALID !!!                      | !      | !!
attribute_not_exists(                | <EOF>  | (
a                                    | <EOF>  | a
NOT :v                               | <EOF>  | :v
a = b = c                            | =      | b = c
(a) AND b = c                        | AND    | ) AND b
a IN ()                              | )      | ()
a BETWEEN b OR c                     | OR     | b OR c
#id = :id - 1                        | -      | :id - 1
#articleId attribute_not_exists :x   | attribute_not_exists | #articleId attribute_not_exists :x
a[:i] = :v                           | :i     | [:i]
size(a)[0] > b                       | [      | )[0
between = :v                         | between | between =
(a = b))                             | )      | ))
"""


def rows(table):
    return list(_rows(table))


def _rows(table):
    for line in table.strip().splitlines():
        expression, rest = line.split(" | ", 1) if " | " in line else line.split("| ", 1)
        token, near = rest.strip().rsplit(" | ", 1)
        yield expression.strip(), token.strip(), near.strip()


@pytest.mark.parametrize(("expression", "token", "near"), rows(UPDATES))
def test_an_update_names_the_token_and_what_is_near(expression, token, near):
    with pytest.raises(ServiceError) as refused:
        update(expression)
    assert message(refused.value) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(("expression", "token", "near"), rows(CONDITIONS))
def test_a_condition_names_the_token_and_what_is_near(expression, token, near):
    with pytest.raises(ServiceError) as refused:
        condition(expression)
    assert message(refused.value) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(
    ("expression", "near"),
    [("  RESET NonExistent value", "  RESET NonExistent"), ("SET MyStr[ 3 ", "3 "), ("   ", "   ")],
)
def test_blanks_at_either_end_are_kept_in_what_is_near(expression, near):
    with pytest.raises(ServiceError) as refused:
        update(expression)
    assert message(refused.value).endswith(f'near: "{near}"')


def test_the_first_and_after_between_belongs_to_it():
    text = "a BETWEEN :x AND :y AND b = :z"
    between = Between(Path(("a",)), ValueRef(":x"), ValueRef(":y"))
    assert parse_condition("", text) == And((between, Comparison("=", Path(("b",)), ValueRef(":z"))))


def test_not_binds_tighter_than_and_and_that_tighter_than_or():
    a, b, c = (Call("attribute_exists", (Path((name,)),)) for name in "abc")
    text = "attribute_exists(a) or not not attribute_exists(b) AND attribute_exists(c)"
    assert parse_condition("", text) == Or((a, And((Not(2, b), c))))


@pytest.mark.parametrize("blank", ["", " ", "\t", "\r\n", "  \n "])
def test_blanks_may_stand_between_any_tokens(blank):
    text = "(,#a,.,b,[,01,],),=,size,(,:v,)".replace(",", blank)
    expected = Comparison("=", Path(("#a", "b", 1)), Call("size", (ValueRef(":v"),)))
    assert parse_condition("", text) == expected


def test_an_update_keeps_the_order_of_its_clauses():
    found = parse_update("", "SET a = b + :v, c[0] = (d) rEmOvE e.f ADD g :v delete h :v")
    assert found.sections == ("SET", "REMOVE", "ADD", "DELETE")
    assert found.clauses == (
        Clause("SET", Path(("a",)), Sum("+", Path(("b",)), ValueRef(":v"))),
        Clause("SET", Path(("c", 0)), Path(("d",))),
        Clause("REMOVE", Path(("e", "f")), None),
        Clause("ADD", Path(("g",)), ValueRef(":v")),
        Clause("DELETE", Path(("h",)), ValueRef(":v")),
    )


def test_in_takes_operands_of_every_kind():
    expected = In(Path(("a",)), (ValueRef(":x"), Path(("b",)), Call("size", (Path(("c",)),))))
    assert parse_condition("", "a IN (:x, b, size(c))") == expected


def test_a_projection_is_a_list_of_paths():
    assert parse_projection("", "a, #b.c[2]") == (Path(("a",)), Path(("#b", "c", 2)))


REDUNDANT = """
((a = :v))                      yes
((attribute_exists(a)))         yes
(((a=b) AND c=d))               yes
a = ((b))                       yes
(a = :v)                        no
((a=:v) AND b=:v)               no
(a=b) AND (c=d)                 no
((a=b) OR (c=d)) AND e=f        no
(NOT (a=b))                     no
size((a)) = :v                  no
(a) BETWEEN (b) AND (c)         no
"""


@pytest.mark.parametrize(("text", "redundant"), [line.rsplit(None, 1) for line in REDUNDANT.strip().splitlines()])
def test_parentheses_are_redundant_exactly_when_they_hold_only_parentheses(text, redundant):
    if redundant == "no":
        parse_condition("ConditionExpression", text)
        return
    with pytest.raises(ServiceError) as refused:
        parse_condition("ConditionExpression", text)
    assert message(refused.value) == "The expression has redundant parentheses;"


@pytest.mark.parametrize(
    ("text", "text_of_refusal"),
    [
        ("(" * 2000, "The expression has redundant parentheses;"),
        ("(a=:v AND " * 302 + "a=:v" + ")" * 302, "The expression contains too many operators; operator count: 605"),
        ("NOT " * 300 + "a=:v", "The expression contains too many operators; operator count: 301"),
        ("size(" * 290 + "a" + ")" * 290 + "=:v", "Incorrect operand type for operator or function; "),
    ],
)
def test_no_depth_of_nesting_is_more_than_a_refusal(text, text_of_refusal):
    with pytest.raises(ServiceError) as refused:
        condition(text, {":v": {"N": "1"}})
    assert message(refused.value).startswith(text_of_refusal)


def test_conditions_and_sums_are_read_and_evaluated_as_deep_as_300_operators_go():
    deep = "(NOT " * 299 + "a=:v" + ")" * 299
    assert condition(deep, {":v": {"N": "1"}}).holds({"a": 2})
    assert condition("a=:v OR (" * 149 + "a=:v" + ")" * 149, {":v": {"N": "1"}}).holds({"a": 1})
    assert update("SET b = " + "(a + " * 290 + "a" + ")" * 290).apply({"a": 1}, {}) == {"a": 1, "b": 291}


@pytest.mark.parametrize(("size", "fits"), [(4096, True), (4097, False)])
def test_the_text_may_have_4096_bytes_whatever_they_are(size, fits):
    text = "a = :v" + " " * (size - 6)
    if fits:
        condition(text, {":v": {"S": "x" * 9000}})
        return
    with pytest.raises(ServiceError) as refused:
        condition(text, {":v": {"S": "x"}})
    assert message(refused.value) == f"Expression size has exceeded the maximum allowed size; expression size: {size}"
