"""Statements, from the text to what they read and change. Recorded on AWS (eu-west-2, 2026-10) unless said otherwise."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from condemu.core.calls import Call
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.store import MemoryStore
from condemu.dynamodb.data.values import decode_item, encode, encode_item, item_size
from condemu.dynamodb.partiql.parser import parse_statement
from condemu.dynamodb.partiql.statements import batch_execute_statement, execute_statement
from condemu.dynamodb.partiql.transactions import execute_transaction
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.state import changes, records
from condemu.dynamodb.state.keys import where_of_item
from condemu.dynamodb.state.records import TABLES, Index, KeySchema, Table, item_in

ACCOUNT = "000000000000"
H = Table(ACCOUNT, "us-east-1", "H", "id-h", 0.0, KeySchema((("pk", "S"),)), ())
HN = Table(ACCOUNT, "us-east-1", "HN", "id-hn", 0.0, KeySchema((("pk", "N"),)), ())
BY_OWNER = Index("by_owner", "GSI", KeySchema((("owner", "S"),), (("n", "N"),)), "ALL")
HR = Table(ACCOUNT, "us-east-1", "HR", "id-hr", 0.0, KeySchema((("pk", "S"),), (("sk", "S"),)), (), indexes=(BY_OWNER,))
ITEMS = {
    "H": [
        {"pk": "i", "ss": ("a",), "s": "str", "l": [1, {"x": 2}], "d": {"k": 1}},
        {"pk": "k", "a": 5},
    ],
    "HN": [{"pk": 1, "v": "one"}],
    "HR": [
        *({"pk": "a", "sk": str(n), "n": n, "owner": "me" if n % 2 else "you"} for n in range(6)),
        {"pk": "b", "sk": "0", "n": 9},
    ],
}


@pytest.fixture
def store():
    store = MemoryStore(ManualClock(), CountingIds())

    def fill(txn):
        for table in (H, HN, HR):
            txn.put(TABLES, (ACCOUNT, table.name, table.region), table)
            for item in ITEMS[table.name]:
                changes.put(txn, table, where_of_item(table, item), None, item, item_size(item))

    store.transact(fill)
    return store


def run(store, statement, *parameters, prepare=execute_statement, operation="ExecuteStatement", **members):
    given = {"Parameters": [encode(parameter) for parameter in parameters]} if parameters else {}
    request = DynamoRequest(operation, {"Statement": statement, **given, **members}, account=ACCOUNT, region="us-east-1")
    return decided(store, prepare(request))


def decided(store, plan):
    return asyncio.run(Engine(store).run(Call("dynamodb", consistent=plan.consistent), plan))


def select(store, statement, *parameters, **members):
    return [decode_item(row) for row in run(store, statement, *parameters, **members)["Items"]]


def read(store, table, **key):
    found = store.view(lambda txn: txn.get(records.ITEMS, where_of_item(table, key)))
    return None if found is None else item_in(found)


def refusal(store, statement, *parameters, **members):
    before = contents(store)
    with pytest.raises(ServiceError) as refused:
        run(store, statement, *parameters, **members)
    assert contents(store) == before
    return refused.value


def contents(store):
    return store.index, repr(store._tables)


# --- refusals

MALFORMED = "Statement wasn't well formed, can't be processed: "
AFTER, TERM = MALFORMED + "Unexpected token after expression", MALFORMED + "Unexpected term"
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
REFUSED = [
    ('SELECT * FROM "HN" WHERE pk = 1 foo', AFTER),
    ('UPDATE "HN" SET a = 9 WHERE pk = 970002 foo', AFTER),
    ('DELETE FROM "HN" WHERE pk = 970004 ORDER BY pk', AFTER),
    ('SELECT * FROM "HN" ORDER BY pk WHERE pk = 1', AFTER),
    ("INSERT INTO \"H\" t VALUE {'pk': 'x'}", AFTER),
    ("FROM \"H\" SET c = 1 WHERE pk = 'x'", AFTER),
    ('SELECT * FROM "HN" WHERE pk = 1e99999999999', MALFORMED),
    ('SELECT * FROM "HN" WHERE pk = 1.5e-2147483647', MALFORMED),
    ('SELECT * FROM "HN" WHERE pk = 1 /* note', MALFORMED),
    ("SELECT * FROM \"H\" t WHERE pk = 'x'", "Aliasing is not supported"),
    ("SELECT * FROM \"H\" AS t WHERE pk = 'x'", "Aliasing is not supported"),
    ("UPDATE \"H\" t SET a = 3 WHERE pk = 'x'", "Aliasing is not supported"),
    ("DELETE FROM \"H\" t WHERE pk = 'x'", "Aliasing is not supported"),
    ('SELECT * FROM "HN" WHERE pk = 1e-131',
     "Number underflow. Attempting to store a number with magnitude smaller than supported range under root"),
    ('SELECT * FROM "HN" WHERE pk = 123456789012345678901234567890123456789',
     "Attempting to store more than 38 significant digits in a Number under root"),
    ("INSERT INTO \"HN\" VALUE {'pk': 970007, 'l': [1, 1e126]}",
     "Number overflow. Attempting to store a number with magnitude larger than supported range under root[1]"),
    ('SELECT * FROM "H" WHERE', TERM),
    ('DELETE FROM "H" WHERE', TERM),
    ('SELECT * FROM "H" WHERE (', TERM),
    ("SELECT * FROM \"H\" WHERE pk =",
     "Statement wasn't well formed, can't be processed: Missing right-hand side expression of infix operator"),
    ("SELECT * FROM \"H\" WHERE SET = 1", "Statement wasn't well formed, can't be processed: Unexpected keyword"),
    ("SELECT * FROM \"H\" WHERE a.? = 1",
     "Statement wasn't well formed, can't be processed: Invalid path dot component"),
    ("SELECT * FROM 'H'", "Statement wasn't well formed, can't be processed: Expected identifier for simple path"),
    ("x IS INT4", "Unsupported operation: IsType"),
    ("SELECT * FROM \"H\" WHERE pk = 'a' AND x IS FOO", MALFORMED + "Expected type name"),
    ('SELECT * FROM "H" WHERE IS NULL', MALFORMED + "Unexpected operator"),
    ('FROM "H" SET c = 1', NO_KEY),
    ('FROM "H" REMOVE a', NO_KEY),
    ('FROM "H" WHERE a = 1 SET c = 1', NO_KEY),
    ("UPDATE \"HR\" SET c = 1 WHERE pk = 'a'", NO_KEY),
    ("DELETE FROM \"HR\" WHERE pk = 'a' OR sk = '0'", NO_KEY),
    ("FROM \"H-never-created\" WHERE pk = 'x' SET c = 1", "Requested resource not found"),
    ("SELECT * FROM H.nope", "The table does not have the specified index"),
    ("SELECT * FROM \"HR\" WHERE pk = 'a' AND x = '1' OR pk = 'a' AND sk = '2'",
     "Overlapping conditions with range keys are not supported in where clause"),
    ("SELECT * FROM \"H\" WHERE pk = 'i' AND attribute_exists('ss')",
     "Operator or function requires a document path; operator or function: attribute_exists"),
    ("SELECT * FROM \"H\" WHERE pk = 'i' AND attribute_exists()",
     "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0"),
    ("SELECT * FROM \"H\" WHERE pk = 'i' AND attribute_exists(ss, ns)",
     "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"),
    ("SELECT * FROM \"H\" WHERE pk = 'i' AND EXISTS(ss)", "Unrecognized function: exists at 1:38:6"),
    ("UPDATE \"H\" SET ss = set_add(ss) WHERE pk = 'i'", "SET_ADD must have exactly two arguments at 1:21:7"),
    ("UPDATE \"H\" SET ss = set_add(s, <<'x'>>) WHERE pk = 'i'",
     "The first argument of SET_ADD must be the attribute that is set at 1:21:7"),
    ("UPDATE \"H\" SET ss = set_add(ss, <<1>>) WHERE pk = 'i'", "An operand in the update expression has an incorrect data type"),
    ("UPDATE \"H\" SET s = set_add(s, <<'x'>>) WHERE pk = 'i'", "An operand in the update expression has an incorrect data type"),
    ("UPDATE \"H\" SET ss = set_add(ss, <<>>) WHERE pk = 'i'", "Empty bags are not supported"),
    ("UPDATE \"H\" SET pk = 'j' WHERE pk = 'i'",
     "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"),
    ("SELECT * FROM \"H\" WHERE pk = ?", "Number of parameters in request and statement don't match."),
    ("SELECT * FROM HR ORDER BY sk", "Must have WHERE clause in the statement when using ORDER BY clause."),
    ("SELECT * FROM HR WHERE sk = '1' ORDER BY sk",
     "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."),
    ("SELECT * FROM HR WHERE pk = 'a' ORDER BY n", "Variable reference n in ORDER BY clause must be part of the primary key"),
    ("DELETE FROM H WHERE pk = 'k' RETURNING ALL NEW *", "Unsupported operation: RETURNING ALL NEW *"),
    ("EXISTS(SELECT * FROM H WHERE pk = 'k' AND a = 5)", "EXISTS is only supported within ExecuteTransaction"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "text"), REFUSED, ids=[statement for statement, _ in REFUSED])
def test_a_wrong_statement_is_refused_and_changes_nothing(store, statement, text):
    error = refusal(store, statement)
    assert error.message == text
    assert error.row.code == ("ResourceNotFoundException" if "not found" in text else "ValidationException")


def test_an_index_of_which_all_is_read_consistently_must_be_local(store):
    assert refusal(store, "SELECT * FROM HR.by_owner", ConsistentRead=True).message == (
        "Consistent reads are not supported on global secondary indexes"
    )


@pytest.mark.parametrize("token", ["x", "", "W10=", "WyJhIl0=", "WyJhIiwgMV0=", "W1tbW1tb", "IsK1Ig=="])
def test_a_next_token_that_is_none_is_refused(store, token):
    assert refusal(store, "SELECT * FROM HR", NextToken=token).message == "The provided NextToken is invalid"


# --- conditional writes

FAILED = "ConditionalCheckFailedException"
CONDITIONS = [
    # statement, refused with or None, where to look, the item there afterwards
    ("INSERT INTO H VALUE {'pk': 'k', 'a': 6}", "DuplicateItemException", "k", {"pk": "k", "a": 5}),
    ("INSERT INTO H VALUE {'pk': 'new', 'a': {'x': [1.50, true, null, <<'b', 'a'>>]}}", None, "new",
     {"pk": "new", "a": {"x": [Decimal("1.5"), True, None, ("a", "b")]}}),
    ("UPDATE H SET a = 6 WHERE pk = 'k'", None, "k", {"pk": "k", "a": 6}),
    ("UPDATE H SET a = 6 WHERE pk = 'k' AND a = 5", None, "k", {"pk": "k", "a": 6}),
    ("UPDATE H SET a = 6 WHERE pk = 'k' AND a = 4", FAILED, "k", {"pk": "k", "a": 5}),
    ("UPDATE H SET z = 2 WHERE pk = 'k' AND attribute_exists(nope)", FAILED, "k", {"pk": "k", "a": 5}),
    ("UPDATE H SET z = 2 WHERE pk = 'k' AND Attribute_Not_Exists(z) = true", None, "k", {"pk": "k", "a": 5, "z": 2}),
    ("UPDATE H SET z = 1 WHERE pk = 'absent'", FAILED, "absent", None),
    ("UPDATE H SET z = 1 WHERE pk = 'absent' AND attribute_not_exists(pk)", FAILED, "absent", None),
    ("UPDATE H SET a = a + 1 SET b = 'x', c = a REMOVE d WHERE 'k' = pk", None, "k", {"pk": "k", "a": 6, "b": "x", "c": 5}),
    ("FROM H WHERE pk = 'k' SET a = a - 1", None, "k", {"pk": "k", "a": 4}),
    ("FROM H WHERE pk = 'absent' SET c = 1", FAILED, "absent", None),
    ("UPDATE H SET ss = set_add(ss, <<'b'>>) SET l[0] = 9 WHERE pk = 'i'", None, "i",
     {"pk": "i", "ss": ("a", "b"), "s": "str", "l": [9, {"x": 2}], "d": {"k": 1}}),
    ("UPDATE H SET ss = set_delete(ss, <<'a'>>) REMOVE l, d WHERE pk = 'i'", None, "i", {"pk": "i", "s": "str"}),
    ("UPDATE H SET l = list_append(l, ['z']) REMOVE ss, s, d WHERE pk = 'i'", None, "i", {"pk": "i", "l": [1, {"x": 2}, "z"]}),
    ("DELETE FROM H WHERE pk = 'k'", None, "k", None),
    ("DELETE FROM H WHERE pk = 'k' AND a > 4 AND a IN [5, 6]", None, "k", None),
    ("DELETE FROM H WHERE pk = 'k' AND attribute_exists(nope)", FAILED, "k", {"pk": "k", "a": 5}),
    ("DELETE FROM H WHERE pk = 'absent'", None, "absent", None),
    ("DELETE FROM H WHERE pk = 'absent' AND a = 5", FAILED, "absent", None),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "code", "key", "after"), CONDITIONS, ids=[row[0] for row in CONDITIONS])
def test_a_write_is_conditional(store, statement, code, key, after):
    if code is None:
        assert run(store, statement) == {"Items": []}
    else:
        error = refusal(store, statement)
        assert error.row.code == code
        assert error.because
    assert read(store, H, pk=key) == after


def test_parameters_are_values_of_any_type(store):
    value = {"deep": [1, b"x", ("s",), None]}
    run(store, "INSERT INTO H VALUE {'pk': ?, 'v': ?}", "p", value)
    assert select(store, "SELECT v FROM H WHERE pk = ? AND v = ?", "p", value) == [{"v": value}]
    run(store, "INSERT INTO H VALUE ?", {"pk": "whole"})
    assert read(store, H, pk="whole") == {"pk": "whole"}


@pytest.mark.parametrize(
    ("returning", "row"),
    [
        ("", None),
        (" RETURNING ALL OLD *", {"pk": "k", "a": 5}),
        (" RETURNING ALL NEW *", {"pk": "k", "a": 6}),
        (" RETURNING MODIFIED OLD *", {"a": 5}),
        (" returning modified new *", {"a": 6}),
    ],
)
def test_returning_answers_the_row(store, returning, row):
    assert select(store, "UPDATE H SET a = 6 WHERE pk = 'k'" + returning) == ([] if row is None else [row])


def test_a_delete_returns_what_was_there(store):
    assert select(store, "DELETE FROM H WHERE pk = 'k' RETURNING ALL OLD *") == [{"pk": "k", "a": 5}]
    assert select(store, "DELETE FROM H WHERE pk = 'k' RETURNING ALL OLD *") == []


@pytest.mark.parametrize("statement", ["INSERT INTO H VALUE {'pk': 'k'}", "UPDATE H SET a = 1 WHERE pk = 'k' AND a = 1"])
def test_a_refused_write_answers_with_the_item_when_asked(store, statement):
    assert refusal(store, statement).elements == []
    error = refusal(store, statement, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert error.elements == [("Item", encode_item({"pk": "k", "a": 5}))]


# --- reading

SELECTED = [
    ("SELECT * FROM H WHERE pk = 'k'", [{"pk": "k", "a": 5}]),
    ('select a, pk from "H" where "pk" = \'k\'', [{"a": 5, "pk": "k"}]),
    ("SELECT l[1].x, d.k, l[0] FROM H WHERE pk = 'i'", [{"x": 2, "k": 1, "_3": 1}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND sk > '3'", [{"sk": "4"}, {"sk": "5"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND '3' < sk", [{"sk": "4"}, {"sk": "5"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND sk BETWEEN '1' AND '2'", [{"sk": "1"}, {"sk": "2"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND begins_with(sk, '4')", [{"sk": "4"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND sk = '4' AND n = 4", [{"sk": "4"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND n IN [1, 5] ORDER BY sk DESC", [{"sk": "5"}, {"sk": "1"}]),
    ("SELECT pk, sk FROM HR WHERE pk IN ('b', 'a', 'b') AND sk = '0'", [{"pk": "a", "sk": "0"}, {"pk": "b", "sk": "0"}]),
    ("SELECT n FROM HR WHERE n = 9", [{"n": 9}]),
    ("SELECT n FROM HR WHERE pk = 'a' AND (n = 1 OR NOT n < 5)", [{"n": 1}, {"n": 5}]),
    ("SELECT n FROM HR.by_owner WHERE owner = 'me' AND n > 1", [{"n": 3}, {"n": 5}]),
    ('SELECT n FROM "HR"."by_owner" WHERE owner = \'me\' ORDER BY n DESC', [{"n": 5}, {"n": 3}, {"n": 1}]),
    ("SELECT pk FROM HR WHERE owner IS MISSING", [{"pk": "b"}]),
    ("SELECT sk FROM HR WHERE pk = 'a' AND owner IS NOT MISSING AND owner IS STRING AND n IS NOT NULL AND n NOT IN [0, 1, 2, 4]",
     [{"sk": "3"}, {"sk": "5"}]),
    ("SELECT v FROM HN WHERE pk = 1.0 -- the only one", [{"v": "one"}]),
    ("SELECT v FROM HN WHERE pk = - - 1 /* and no other */", [{"v": "one"}]),
    ("SELECT s FROM H WHERE pk = 'i' AND size(s) = 3 AND contains(ss, 'a') AND attribute_type(d, 'M')", [{"s": "str"}]),
    ("SELECT pk FROM H WHERE pk = 'it''s'", []),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "found"), SELECTED, ids=[row[0] for row in SELECTED])
def test_a_select_finds(store, statement, found):
    assert select(store, statement) == found


@pytest.mark.parametrize("order", ["", " ORDER BY sk DESC"])
@pytest.mark.parametrize("limit", [1, 2, 6, 7])
def test_pages_of_a_select_make_up_the_whole(store, limit, order):
    statement = "SELECT sk FROM HR WHERE pk = 'a' AND n <> 2" + order
    token, found, pages = None, [], 0
    while pages == 0 or token is not None:
        page = run(store, statement, Limit=limit, NextToken=token)
        assert len(page["Items"]) <= limit
        assert ("LastEvaluatedKey" in page) == ("NextToken" in page)
        found += page["Items"]
        token, pages = page.get("NextToken"), pages + 1
    assert [row["sk"]["S"] for row in found] == sorted("01345", reverse=bool(order))
    assert pages == 6 // limit + 1


# --- batches


def batch(store, *statements, **members):
    request = DynamoRequest(
        "BatchExecuteStatement",
        {"Statements": [{"Statement": statement, **members} for statement in statements]},
        account=ACCOUNT,
        region="us-east-1",
    )
    return decided(store, batch_execute_statement(request))["Responses"]


def test_a_batch_of_writes_answers_each_for_itself(store):
    answers = batch(
        store,
        "INSERT INTO H VALUE {'pk': 'k'}",
        "UPDATE H SET a = 6 WHERE pk = 'k'",
        "UPDATE H SET a = 7 WHERE pk = 'k' AND a = 5",
        "DELETE FROM Nope WHERE pk = 'k'",
        "DELETE FROM H WHERE",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert answers == [
        {
            "Error": {
                "Code": "DuplicateItem",
                "Message": "Duplicate primary key exists in table",
                "Item": {"pk": {"S": "k"}, "a": {"N": "5"}},
            },
            "TableName": "H",
        },
        {"TableName": "H"},
        {
            "Error": {
                "Code": "ConditionalCheckFailed",
                "Message": "The conditional request failed",
                "Item": {"pk": {"S": "k"}, "a": {"N": "6"}},
            },
            "TableName": "H",
        },
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}, "TableName": "Nope"},
        {"Error": {"Code": "ValidationError", "Message": TERM}},
    ]
    assert read(store, H, pk="k") == {"pk": "k", "a": 6}


def test_a_batch_reads_items_by_their_whole_keys(store):
    answers = batch(store, "SELECT a FROM H WHERE pk = 'k'", "SELECT * FROM H WHERE pk = 'no'", "SELECT * FROM HR WHERE pk = 'a'")
    assert answers[:2] == [{"TableName": "H", "Item": {"a": {"N": "5"}}}, {"TableName": "H"}]
    assert answers[2]["Error"] == {
        "Code": "ValidationError",
        "Message": "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
    }


def test_a_batch_reads_or_writes(store):
    before = contents(store)
    with pytest.raises(ServiceError) as refused:
        batch(store, "SELECT * FROM H WHERE pk = 'k'", "DELETE FROM H WHERE pk = 'k'")
    assert refused.value.message == "BatchExecuteStatement cannot contain both read and write statements"
    assert contents(store) == before


# --- transactions


def transact(store, *statements, token=None, **members):
    wire = [{"Statement": statement, **members} for statement in statements]
    request = DynamoRequest(
        "ExecuteTransaction",
        {"TransactStatements": wire, "ClientRequestToken": token},
        account=ACCOUNT,
        region="us-east-1",
    )
    return decided(store, execute_transaction(request))


def refused_transaction(store, *statements, **members):
    before = contents(store)
    with pytest.raises(ServiceError) as refused:
        transact(store, *statements, **members)
    assert contents(store) == before
    return refused.value


def test_a_transaction_writes_all_or_nothing_and_gives_every_reason(store):
    good = ["INSERT INTO H VALUE {'pk': 'n'}", "UPDATE H SET a = a + 1 WHERE pk = 'k' AND a = 5", "DELETE FROM HN WHERE pk = 1"]
    error = refused_transaction(
        store, *good, "INSERT INTO H VALUE {'pk': 'i'}", "EXISTS(SELECT * FROM HR WHERE pk = 'b' AND sk = '0' AND n = 8)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )  # fmt: skip
    assert error.row.code == "TransactionCanceledException"
    reasons = error.fields["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "None", "None", "DuplicateItem", "ConditionalCheckFailed"]
    assert reasons[0] == {"Code": "None"}
    assert reasons[4]["Item"] == encode_item({"pk": "b", "sk": "0", "n": 9})
    assert transact(store, *good, "EXISTS(SELECT * FROM HR WHERE pk = 'b' AND sk = '0' AND n = 9)") == {"Responses": []}
    assert read(store, H, pk="n") == {"pk": "n"}
    assert read(store, H, pk="k") == {"pk": "k", "a": 6}
    assert read(store, HN, pk=1) is None


def test_a_transaction_reads_items_together(store):
    answers = transact(store, "SELECT a FROM H WHERE pk = 'k'", "SELECT * FROM H WHERE pk = 'no'")["Responses"]
    assert answers == [{"Item": {"a": {"N": "5"}}}, {}]


IN_A_TRANSACTION = [
    (["SELECT * FROM H WHERE pk = 'i' AND attribute_exists(ss)"],
     "Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the"
     " where clause."),
    (["INSERT INTO H VALUE {'pk': 'n'}", "EXISTS(SELECT * FROM H WHERE pk = 'k')"],
     "Validation failed in TransactStatements[1]: EXISTS() must contain a single item read with additional condition"),
    (["INSERT INTO H VALUE {'pk': 'n'}", "DELETE FROM H WHERE"], f"Validation failed in TransactStatements[1]: {TERM}"),
    (["DELETE FROM H WHERE a = 1"], f"Validation failed in TransactStatements[0]: {NO_KEY}"),
    (["INSERT INTO H VALUE {'pk': 'n'}", "SELECT * FROM H WHERE pk = 'k'"],
     "ExecuteTransaction cannot contain both read and write statements"),
    (["INSERT INTO H VALUE {'pk': 'n'}", "DELETE FROM H WHERE pk = 'n'"],
     "Transaction request cannot include multiple operations on one item"),
    (["DELETE FROM Nope WHERE pk = 'n'"], "Requested resource not found"),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "text"), IN_A_TRANSACTION)
def test_a_wrong_statement_refuses_the_transaction(store, statements, text):
    assert refused_transaction(store, *statements).message == text


def test_a_token_makes_a_transaction_take_effect_once(store):
    statement = "UPDATE H SET a = a + 1 WHERE pk = 'k'"
    for _ in range(3):
        assert transact(store, statement, token="t") == {"Responses": []}
    assert read(store, H, pk="k") == {"pk": "k", "a": 6}
    error = refused_transaction(store, "UPDATE H SET a = a + 2 WHERE pk = 'k'", token="t")
    assert error.row.code == "IdempotentParameterMismatchException"
    store.clock.advance(601)
    transact(store, statement, token="t")
    assert read(store, H, pk="k") == {"pk": "k", "a": 7}


def test_a_cancelled_transaction_does_not_use_up_its_token(store):
    statement = "UPDATE H SET b = 1 WHERE pk = 'k' AND a = 6"
    refused_transaction(store, statement, token="t")
    run(store, "UPDATE H SET a = 6 WHERE pk = 'k'")
    transact(store, statement, token="t")
    assert read(store, H, pk="k") == {"pk": "k", "a": 6, "b": 1}


# --- no statement is more than a refusal

scraps = st.sampled_from([
    "SELECT ", "* ", "FROM ", "H ", "HR ", '"HR"', ".by_owner ", "WHERE ", "pk ", "sk ", "= ", "'a' ", "1 ", "? ", "AND ", "OR ",
    "NOT ", "IN ", "[", "]", "(", ")", "<<", ">>", "{", "}", "'pk':", ",", "IS ", "NULL ", "MISSING ", "BETWEEN ", "UPDATE ",
    "SET ", "REMOVE ", "INSERT ", "INTO ", "VALUE ", "DELETE ", "ORDER BY ", "RETURNING ALL OLD *", "EXISTS(", "size(",
    "set_add(", "+ ", "- ", "e1", "\x00", "/*", "--", "'", '"', "1e999 ", "true ", "[0]", ".x",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(scraps, max_size=16).map("".join))
@example("SELECT * FROM H WHERE " + "(" * 4000)
@example("SELECT * FROM H WHERE " + "NOT " * 2000 + "pk = 'a'")
@example("SELECT * FROM H WHERE " + "pk = 'a' AND " * 600 + "pk = 'b'")
@example("UPDATE H SET a = " + "1 + " * 2000 + "1 WHERE pk = 'k'")
@example("INSERT INTO H VALUE " + "{'a': " * 1300 + "1")
@example(" " * 8190 + "\x00")
@example("-- " * 2700 + "\n\x00")
def test_no_statement_whatever_is_more_than_a_refusal(text):
    store = MemoryStore(ManualClock(), CountingIds())
    store.transact(lambda txn: [txn.put(TABLES, (ACCOUNT, table.name, table.region), table) for table in (H, HN, HR)])
    outcome: Any
    try:
        outcome = run(store, text)
    except ServiceError as error:
        outcome = error.message
    assert outcome
    with pytest.raises(ServiceError):
        parse_statement(text + ")")
