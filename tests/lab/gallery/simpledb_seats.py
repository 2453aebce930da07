"""Seats of a theater in SimpleDB: whoever books first has the seat."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Seats:
    """Looks whether the seat is free, then writes a name on it."""

    def __init__(self, simpledb):
        self.simpledb = simpledb

    def holder(self, seat):
        return attributes(self.simpledb, "seats", seat).get("holder")

    def book(self, seat, name):
        if self.holder(seat) is not None:
            return False
        self.simpledb.put_attributes(DomainName="seats", ItemName=seat, Attributes=replaced(holder=name))
        return True


class ExpectedSeats(Seats):
    """Writes the name only where there is none. A refusal may come of its own first attempt, so it looks whose name it is."""

    def book(self, seat, name):
        try:
            self.simpledb.put_attributes(
                DomainName="seats", ItemName=seat, Attributes=replaced(holder=name), Expected={"Name": "holder", "Exists": False}
            )
            return True
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailed":
                raise
            return self.holder(seat) == name


def race(seats):
    def setup(aws):
        domain(aws, "seats")

    def ann(aws):
        return seats(aws.client("sdb")).book("12A", "ann")

    def ben(aws):
        return seats(aws.client("sdb")).book("12A", "ben")

    def check(aws, told):
        sold = [name for name, has_it in told.items() if has_it]
        assert len(sold) < 2, "seat 12A is sold twice"
        assert sold == [seats(aws.client("sdb")).holder("12A")], f"seat 12A was promised to {sold}"

    return Race((ann, ben), setup, check, ("lost",))


ENTRY = Entry("order", Seats, ExpectedSeats, race, takes="1 switch")
