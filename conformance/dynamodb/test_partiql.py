"""PartiQL: a WHERE is a condition, an INSERT never overwrites, an UPDATE never creates."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from .steps import put, stored

pytestmark = pytest.mark.needs("dynamodb.partiql")


@pytest.mark.tier("core")
def test_insert_never_overwrites(dynamodb: Any, table: str, key: str) -> None:
    """INSERT of an item that is there answers DuplicateItemException and leaves it as it was.

    Source: DynamoDB Developer Guide, "PartiQL insert statements"; recorded by published suites [third-party]
    """
    statement = f"INSERT INTO \"{table}\" VALUE {{'pk': '{key}', 'v': 1}}"
    accepted(dynamodb.execute_statement, Statement=statement)
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.execute_statement, Statement=statement,
            status=400, code="DuplicateItemException", message="Duplicate primary key exists in table",
        )  # fmt: skip


@pytest.mark.tier("core")
def test_update_is_judged_by_its_where(dynamodb: Any, table: str, key: str) -> None:
    """UPDATE writes when the rest of its WHERE holds, and answers ConditionalCheckFailedException otherwise.

    Source: DynamoDB Developer Guide, "PartiQL update statements"; recorded by published suites [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    statement = f'UPDATE "{table}" SET v = 2 WHERE pk = ? AND v = 1'
    accepted(dynamodb.execute_statement, Statement=statement, Parameters=[{"S": key}])
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.execute_statement, Statement=statement, Parameters=[{"S": key}],
            status=400, code="ConditionalCheckFailedException", message="The conditional request failed",
        )  # fmt: skip
    same(stored(dynamodb, table, key)["v"], {"N": "2"}, "the value")


@pytest.mark.tier("core")
def test_update_never_creates(dynamodb: Any, table: str, key: str) -> None:
    """UPDATE of a missing item answers ConditionalCheckFailedException and creates nothing.

    Source: recorded by published suites against AWS [third-party]
    """
    refused(
        dynamodb.execute_statement, Statement=f'UPDATE "{table}" SET v = 2 WHERE pk = ?', Parameters=[{"S": key}],
        status=400, code="ConditionalCheckFailedException",
    )  # fmt: skip
    same(stored(dynamodb, table, key), None, "the item")


def test_delete_of_a_missing_item_succeeds_without_a_condition(dynamodb: Any, table: str, key: str) -> None:
    """DELETE of a missing item succeeds; with a further condition that is false on what is there it is refused.

    Source: recorded by published suites against AWS [third-party]
    """
    statement = f'DELETE FROM "{table}" WHERE pk = ?'
    accepted(dynamodb.execute_statement, Statement=statement, Parameters=[{"S": key}])
    put(dynamodb, table, key, v={"N": "1"})
    refused(
        dynamodb.execute_statement, Statement=f"{statement} AND v = 9", Parameters=[{"S": key}],
        status=400, code="ConditionalCheckFailedException",
    )  # fmt: skip
    accepted(dynamodb.execute_statement, Statement=f"{statement} AND v = 1", Parameters=[{"S": key}])
    same(stored(dynamodb, table, key), None, "the item")


def test_a_transaction_of_statements_is_all_or_nothing(dynamodb: Any, table: str, key: str) -> None:
    """ExecuteTransaction writes nothing when an EXISTS or a WHERE does not hold, and gives every statement its reason.

    Source: DynamoDB Developer Guide, "Performing transactions with PartiQL" [documented]
    """
    put(dynamodb, table, f"{key}-a", v={"N": "1"})
    statements = [
        {"Statement": f"EXISTS(SELECT * FROM \"{table}\" WHERE pk = '{key}-a' AND v = 9)"},
        {"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': '{key}-b'}}"},
    ]
    refused(
        dynamodb.execute_transaction, TransactStatements=statements,
        status=400, code="TransactionCanceledException",
    )  # fmt: skip
    same(stored(dynamodb, table, f"{key}-b"), None, "the second item")


def test_a_where_must_pin_the_key(dynamodb: Any, table: str) -> None:
    """UPDATE without an equality on the whole key is refused.

    Source: recorded by published suites against AWS [third-party]
    """
    refused(
        dynamodb.execute_statement, Statement=f'UPDATE "{table}" SET v = 2 WHERE v = 1',
        status=400, code="ValidationException",
        message="Where clause does not contain a mandatory equality on all key attributes",
    )  # fmt: skip


@pytest.mark.parametrize("columns", ["v, *", "*, v", "* v"])
@pytest.mark.tier("exact")
def test_a_star_among_columns_is_an_unexpected_term(dynamodb: Any, table: str, columns: str) -> None:
    """`SELECT *` with another column beside the star is not well formed: Unexpected term.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(
        dynamodb.execute_statement, Statement=f'SELECT {columns} FROM "{table}"', status=400, code="ValidationException",
        message="Statement wasn't well formed, can't be processed: Unexpected term",
    )  # fmt: skip


@pytest.mark.parametrize("members", ["'a', 'a'", "1, 1.0"])
@pytest.mark.tier("exact")
def test_a_set_with_a_member_twice_is_refused_before_the_condition(dynamodb: Any, table: str, key: str, members: str) -> None:
    """A set literal in which a member stands twice is a ValidationException, even where the WHERE does not hold.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.execute_statement, Statement=f'UPDATE "{table}" SET s = <<{members}>> WHERE pk = ? AND v = 9',
            Parameters=[{"S": key}], status=400, code="ValidationException",
        )  # fmt: skip


@pytest.mark.tier("exact")
def test_a_validation_error_in_a_batch_of_statements_names_no_table(dynamodb: Any, table: str, key: str) -> None:
    """In BatchExecuteStatement a ValidationError stands without TableName, another refusal with it.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    answer = accepted(
        dynamodb.batch_execute_statement,
        Statements=[
            {"Statement": f"INSERT INTO \"{table}\" VALUE {{'other': 1}}"},
            {"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': '{key}'}}"},
        ],
    )
    same([sorted(one) for one in answer["Responses"]], [["Error"], ["Error", "TableName"]], "the members")
    same([one["Error"]["Code"] for one in answer["Responses"]], ["ValidationError", "DuplicateItem"], "the codes")
