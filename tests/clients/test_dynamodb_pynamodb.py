"""PynamoDB: models with a version attribute, conditions, transactions, indexes."""

from __future__ import annotations

import itertools

import pytest

pytest.importorskip("pynamodb", reason="PynamoDB is not installed")

from client_settings import ACCESS_KEY, REGION, SECRET_KEY
from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, VersionAttribute
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

_numbers = itertools.count(1)


@pytest.fixture
def office(endpoint):
    """A model over a table of its own."""
    where = endpoint

    class ByCity(GlobalSecondaryIndex):
        class Meta:
            index_name = "by-city"
            projection = AllProjection()

        city = UnicodeAttribute(hash_key=True)
        seats = NumberAttribute(range_key=True)

    class Office(Model):
        class Meta:
            table_name = f"offices-{next(_numbers)}"
            billing_mode = "PAY_PER_REQUEST"
            host = where
            region = REGION
            aws_access_key_id = ACCESS_KEY
            aws_secret_access_key = SECRET_KEY
            max_retry_attempts = 0

        name = UnicodeAttribute(hash_key=True)
        city = UnicodeAttribute(null=True)
        seats = NumberAttribute(default=0)
        people = UnicodeSetAttribute(null=True)
        log = ListAttribute(null=True)
        version = VersionAttribute()
        by_city = ByCity()

    Office.create_table(wait=True)
    return Office


def test_a_version_attribute_refuses_who_comes_second(office):
    office("a", city="Rome").save()
    first, second = office.get("a"), office.get("a")
    first.seats = 5
    first.save()
    assert first.version == 2
    second.seats = 6
    with pytest.raises(PutError) as refused:
        second.save()
    assert refused.value.cause_response_code == "ConditionalCheckFailedException"
    with pytest.raises(UpdateError):
        second.update(actions=[office.seats.add(1)])
    with pytest.raises(DeleteError):
        second.delete()
    second.refresh()
    assert (second.seats, second.version) == (5, 2)
    second.update(actions=[office.seats.add(1), office.people.set({"x"}), office.log.set(["y"])])
    second.update(actions=[office.people.add({"z"}), office.log.set(office.log.append(["w"]))], condition=office.seats >= 6)
    found = office.get("a", consistent_read=True)
    assert (found.seats, found.people, found.log, found.version) == (6, {"x", "z"}, ["y", "w"], 4)
    found.delete()
    assert office.count() == 0


def test_conditions_and_indexes(office):
    for number in range(5):
        office(f"o{number}", city="Rome", seats=number).save()
    assert [one.seats for one in office.by_city.query("Rome", office.seats > 1, scan_index_forward=False)] == [4, 3, 2]
    assert sorted(one.name for one in office.scan(office.seats.is_in(1, 3) | office.name.startswith("o4"))) == ["o1", "o3", "o4"]
    with pytest.raises(UpdateError):
        condition = office.city.does_not_exist() | office.city.contains("X")
        office.get("o1").update(actions=[office.city.remove()], condition=condition)


def test_transactions_hold_or_nothing_does(office):
    office("a").save()
    connection = office._get_connection().connection
    stale = office.get("a")
    office.get("a").save()
    with pytest.raises(TransactWriteError) as refused, TransactWrite(connection=connection) as transaction:
        transaction.save(stale)
        transaction.save(office("b"))
    assert [reason and reason.code for reason in refused.value.cancellation_reasons] == ["ConditionalCheckFailed", None]
    with TransactWrite(connection=connection, client_request_token="t") as transaction:
        transaction.update(office.get("a"), actions=[office.seats.set(9)])
        transaction.save(office("b"))
    with TransactGet(connection=connection) as reading:
        futures = [reading.get(office, name) for name in ("a", "b")]
    assert [future.get().seats for future in futures] == [9, 0]
