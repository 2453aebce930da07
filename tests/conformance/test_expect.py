"""The expectations tell one kind of difference from another."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from conformance.expect import Difference, Refusal, accepted, atomic, refused, same, supported, unchanged


def refusing(status: int, code: str, message: str = "", **elements: str) -> Any:
    def call(**_: Any) -> Any:
        error = {"Code": code, "Message": message, **elements}
        raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}, "Operation")  # type: ignore[typeddict-item]

    return call


def kind_of(call: Any, *arguments: Any, **parameters: Any) -> str:
    with pytest.raises(Difference) as caught:
        call(*arguments, **parameters)
    return caught.value.kind


def test_an_expected_refusal_is_given_back() -> None:
    refusal = refused(refusing(412, "PreconditionFailed", "text", Condition="If-Match"), status=412, code="PreconditionFailed")
    assert (refusal.status, refusal.code, refusal.fields) == (412, "PreconditionFailed", {"Condition": "If-Match"})


def test_an_acceptance_where_a_refusal_is_due_is_a_condition_ignored() -> None:
    assert kind_of(refused, lambda **_: {}, status=412) == "ignored"


@pytest.mark.parametrize(
    ("expected", "kind"),
    [
        ({"status": 404}, "wrong code"),
        ({"status": 404, "message": "another text"}, "wrong code"),
        ({"status": 412, "code": "NoSuchKey"}, "wrong code"),
        ({"status": 412, "message": "another text"}, "wrong words"),
        ({"status": 412, "elements": {"Condition": "If-None-Match"}}, "wrong words"),
    ],
)
def test_any_other_refusal_has_a_wrong_code_or_wrong_words(expected: Any, kind: str) -> None:
    call = refusing(412, "PreconditionFailed", "text", Condition="If-Match")
    assert kind_of(refused, call, **expected) == kind


def test_a_code_is_not_compared_where_http_has_none() -> None:
    refused(refusing(412, "412", "Precondition Failed"), status=412, code="PreconditionFailed")


def test_not_implemented_is_a_kind_of_its_own_unless_it_is_what_aws_says() -> None:
    assert kind_of(refused, refusing(501, "NotImplemented"), status=412) == "unsupported"
    assert kind_of(accepted, refusing(501, "NotImplemented")) == "unsupported"
    refused(refusing(501, "NotImplemented"), status=501, code="NotImplemented")


def test_a_refusal_of_what_aws_accepts() -> None:
    assert kind_of(accepted, refusing(412, "PreconditionFailed")) == "refused"


def test_values_and_winners() -> None:
    assert kind_of(same, 1, 2, "a count") == "wrong result"
    assert kind_of(atomic, False, "two winners") == "not atomic"


def test_a_refused_call_that_changes_something_has_ignored_its_condition() -> None:
    state = [1]
    with pytest.raises(Difference) as caught, unchanged(lambda: list(state), "the state"):
        state.append(2)
    assert caught.value.kind == "ignored"


def test_a_refusal_reads_further_members_of_the_answer() -> None:
    error = ClientError({"Error": {"Code": "X"}, "Item": {"pk": {"S": "a"}}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Op")  # type: ignore[typeddict-item,typeddict-unknown-key]
    assert Refusal.of(error).body == {"Item": {"pk": {"S": "a"}}}


def test_who_has_no_such_operation_lost_no_race() -> None:
    with pytest.raises(Difference) as raised:
        supported([Refusal(412, "PreconditionFailed", ""), Refusal(501, "NotImplemented", "")])
    assert raised.value.kind == "unsupported"
    answers = [Refusal(412, "PreconditionFailed", ""), {"ok": 1}]
    assert supported(answers) is answers
