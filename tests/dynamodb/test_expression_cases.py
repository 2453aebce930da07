"""What AWS says of expressions, case by case: recorded on AWS by several suites; `data/` names the source of each."""

from __future__ import annotations

import re

import pytest
from dynamodb_language import load, read_all

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors.expressions import classic
from condemu.dynamodb.queries.key_conditions import from_expression

REFUSED = load("expression_errors.json")
ACCEPTED = load("expressions_accepted.json")


def read(case):
    placeholders = read_all(case["operation"], case["request"])
    if case["request"].get("KeyConditionExpression") is not None:
        from_expression(placeholders.condition("KeyConditionExpression"), index_named="IndexName" in case["request"])


@pytest.mark.parametrize("case", REFUSED, ids=[case["id"] for case in REFUSED])
def test_a_wrong_expression_is_refused_as_aws_refuses_it(case):
    with pytest.raises(ServiceError) as refused:
        read(case)
    error = refused.value
    assert (error.row.code, error.row.status) == ("ValidationException", 400)
    if "message" in case:
        assert case["message"] in (error.message, classic(error).message)
    else:
        assert re.search(case.get("regex") or case["contains"], error.message)


@pytest.mark.parametrize("case", ACCEPTED, ids=[f"{case['id']}-{number}" for number, case in enumerate(ACCEPTED)])
def test_an_expression_that_aws_accepts_is_accepted(case):
    read(case)
