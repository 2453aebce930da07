"""When a condition holds: the rules of `conditions.py`, line by line. Recorded on AWS by Alternator's suite."""

from __future__ import annotations

import re

import pytest
from dynamodb_language import condition

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import decode_item

ITEM = decode_item({
    "s": {"S": "hello"}, "t": {"S": "hello"}, "n": {"N": "10"}, "m": {"N": "1e1"}, "f": {"N": "0.5"}, "b": {"B": "gA=="},
    "yes": {"BOOL": True}, "null_": {"NULL": True}, "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["1", "2.50"]}, "bs": {"BS": ["AA=="]},
    "l": {"L": [{"N": "1"}, {"S": "x"}, {"SS": ["p", "q"]}, {"L": []}]}, "d": {"M": {"k": {"N": "1"}, "z": {"L": [{"S": "in"}]}}},
    "empty_": {"S": ""},
})  # fmt: skip
VALUES = {
    ":hello": {"S": "hello"}, ":hell": {"S": "hell"}, ":ell": {"S": "ell"}, ":hellp": {"S": "hellp"}, ":empty": {"S": ""},
    ":10": {"N": "10.0"}, ":9": {"N": "9"}, ":11": {"N": "11"}, ":1": {"N": "1"}, ":5": {"N": "5"}, ":2": {"N": "2"},
    ":true": {"BOOL": True}, ":null": {"NULL": True}, ":b7f": {"B": "fw=="}, ":b80": {"B": "gA=="}, ":b00": {"B": "AA=="},
    ":ss": {"SS": ["a", "b"]}, ":ns": {"NS": ["2.5", "1.0"]}, ":qp": {"SS": ["q", "p"]}, ":l0": {"L": []}, ":a": {"S": "a"},
    ":d": {"M": {"z": {"L": [{"S": "in"}]}, "k": {"N": "1.0"}}}, ":S": {"S": "S"}, ":M": {"S": "M"}, ":NULL": {"S": "NULL"},
    ":SS": {"S": "SS"}, ":x": {"S": "x"}, ":bool1": {"L": [{"BOOL": True}]},
}  # fmt: skip

HOLDS = """
s = :hello               s = t                    n = :10                  n = m
yes = :true              null_ = :null            ss = :ss                 ns = :ns
d = :d                   l[2] = :qp               b = :b80                 l[0] = :1
s <> :hell               n <> :hello              nope <> :hello           nope <> nada             :hello <> nope
n < :11                  n <= :10                 n > :9                   n >= m                   s > :hell
s < :hellp               b > :b7f                 f < :1                   empty_ < :a              :9 < n
n BETWEEN :9 AND :11     n BETWEEN :10 AND m      s BETWEEN :hell AND :hellp                        b BETWEEN :b7f AND :b80
n IN (:9, :10)           s IN (:9, :true, t)      ss IN (:ss)              d IN (:1, :d)            null_ IN (:null)
attribute_exists(s)      attribute_exists(d.k)    attribute_exists(l[3])   attribute_exists(null_)
attribute_not_exists(nope)                        attribute_not_exists(s.x)                         attribute_not_exists(l[4])
attribute_not_exists(d[0])                        attribute_not_exists(l.k)
attribute_type(s, :S)    attribute_type(d, :M)    attribute_type(null_, :NULL)                      attribute_type(ss, :SS)
attribute_type(:1, :N1)  begins_with(s, :hell)    begins_with(s, :empty)   begins_with(:hello, s)   begins_with(b, :b80)
contains(s, :ell)        contains(s, :empty)      contains(ss, :a)         contains(ns, :1)         contains(bs, :b00)
contains(l, :x)          contains(l, :qp)         contains(l, :l0)         contains(b, :b80)        contains(:hello, :ell)
size(s) = :5             size(ss) = :2            size(d) = :2             size(l) > :2             size(b) = :1
size(empty_) < :1        size(:hello) = :5        size(s) > size(ss)       size(s) <> :hello
NOT s = :hell            NOT nope = :hello        NOT n < :hello           NOT NOT s = :hello       s = :hell OR s = :hello
NOT contains(d, :1)      NOT size(n) = :2
"""
FAILS = """
s = :10                  nope = nada              nope = :hello            n = :true                l[0] = :true
s <> :hello              ss <> :ss                n <> m                   yes = :1                 l = :bool1
n < :hello               s < :9                   nope < :9                nope >= nada             yes < n
null_ <= n               ss > :9                  d < n                    l < s                    b < :b7f
n BETWEEN s AND t        n BETWEEN :11 AND m      nope BETWEEN :9 AND :11  n BETWEEN :hell AND :hellp
n IN (:9, :11)           nope IN (:9, nada)       yes IN (:1)
attribute_exists(nope)   attribute_exists(s.x)    attribute_not_exists(null_)                       attribute_exists(d.k.x)
attribute_type(nope, :S)  attribute_type(n, :S)    begins_with(n, :hell)    begins_with(nope, :hell)
contains(n, :1)          contains(d, :hello)      contains(ss, :1)         contains(l, :true)       contains(nope, :1)
contains(s, :1)          contains(ss, :ss)        contains(ns, :true)
size(n) = :2             size(yes) = :1           size(nope) = :1          size(null_) < :9         size(s) = :hello
NOT attribute_exists(s)  NOT nope <> :hello       s = :hello AND s = :hell  nope = :1 OR nope < :1
"""


def texts(table):
    return [text for line in table.strip().splitlines() for text in re.split(r"\s{2,}", line)]


def bound(text):
    values = VALUES | {":N1": {"S": "N"}}
    return condition(text, {name: values[name] for name in re.findall(r":\w+", text)} or None)


@pytest.mark.parametrize("text", texts(HOLDS))
def test_it_holds(text):
    assert bound(text).holds(ITEM)
    assert bound(text).refusal(ITEM) is None


@pytest.mark.parametrize("text", texts(FAILS))
def test_it_does_not_hold(text):
    assert not bound(text).holds(ITEM)
    error = bound(text).refusal(ITEM)
    assert isinstance(error, ServiceError)
    assert (error.row.code, error.row.status, error.message) == (
        "ConditionalCheckFailedException", 400, "The conditional request failed",
    )  # fmt: skip
    assert error.because
    assert error.because.isascii()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("attribute_not_exists(pk)", True),
        ("a = :v", False),
        ("a <> :v", True),
        ("NOT a = :v", True),
        ("attribute_exists(pk) OR a = :v", False),
    ],
)
def test_a_missing_item_is_like_one_without_attributes(text, holds):
    values = {":v": {"N": "1"}} if ":v" in text else None
    assert condition(text, values).holds(None) is holds
    assert condition(text, values).holds({}) is holds


def test_a_name_with_a_dot_is_one_step():
    assert condition("#n = :v", {":v": {"N": "1"}}, {"#n": "a.b"}).holds({"a.b": 1, "a": {"b": 2}})


@pytest.mark.parametrize(
    ("text", "item", "because"),
    [
        ("v = :o AND attribute_exists(pk)", {"v": 7}, "v = 5 does not hold: v is 7"),
        ("attribute_exists(pk) AND v = :o", {"v": 5}, "attribute_exists(pk) does not hold: pk is missing"),
        (
            "v = :o OR a.b[1] = :o",
            {"a": {"b": [1]}},
            "v = 5 does not hold: v is missing; a.b[1] = 5 does not hold: a.b[1] is missing",
        ),
        ("NOT v IN (:o)", {"v": 5}, "NOT was wanted of v IN (5), which holds: v is 5"),
        ("v = :o", None, "there is no such item, and v = 5 does not hold: v is missing"),
        ("#x = :o", {"ü\n": "ä"}, "\\xfc\\n = 5 does not hold: \\xfc\\n is '\\xe4'"),
    ],
)
def test_a_refusal_says_what_it_found(text, item, because):
    names = {"#x": "ü\n"} if "#x" in text else None
    values = {":o": {"N": "5"}} if ":o" in text else None
    error = condition(text, values, names).refusal(item)
    assert error is not None
    assert error.because == because


# The conditions that the lock client of awslabs sends, and python-dynamodb-lock, and Powertools: condition | item | holds
LOCK = {"key": "k", "sort": "s", "rvn": "v1", "owner": "me", "released": "1"}
LOCK_NAMES = {"#pk": "key", "#sk": "sort", "#rvn": "rvn", "#on": "owner", "#ir": "released"}
LOCK_VALUES = {":rvn": {"S": "v1"}, ":on": {"S": "me"}, ":ir": {"S": "1"}}
LOCK_SHAPES = [
    ("attribute_not_exists(#pk)", False),
    ("attribute_not_exists(#pk) AND attribute_not_exists(#sk)", False),
    ("attribute_exists(#pk) AND #rvn = :rvn", True),
    ("attribute_exists(#pk) AND attribute_exists(#sk) AND #rvn = :rvn", True),
    ("attribute_exists(#pk) AND #ir = :ir", True),
    ("attribute_exists(#pk) AND attribute_exists(#sk) AND #ir = :ir", True),
    ("(attribute_exists(#pk) AND #rvn = :rvn AND #ir = :ir)", True),
    ("(attribute_exists(#pk) AND attribute_exists(#sk) AND #rvn = :rvn AND #ir = :ir)", True),
    ("attribute_exists(#pk) AND #rvn = :rvn AND #on = :on", True),
    ("attribute_exists(#pk) AND attribute_exists(#sk) AND #rvn = :rvn AND #on = :on ", True),
    ("NOT(attribute_exists(#pk) AND attribute_exists(#sk))", False),
    ("attribute_not_exists(#pk) OR #rvn <> :rvn OR (#on = :on AND attribute_exists(#ir) AND #ir = :ir)", True),
]


@pytest.mark.parametrize(("text", "holds"), LOCK_SHAPES)
def test_the_conditions_of_lock_clients(text, holds):
    names = {name: attribute for name, attribute in LOCK_NAMES.items() if name in text}
    values = {name: value for name, value in LOCK_VALUES.items() if name in text}
    bound = condition(text, values or None, names)
    assert bound.holds(LOCK) is holds
    assert bound.holds(None) is text.startswith(("attribute_not", "NOT("))
    if values:
        stolen = bound.holds(LOCK | {"rvn": "v2", "owner": "you", "released": "0"})
        assert stolen is ("<>" in text)
