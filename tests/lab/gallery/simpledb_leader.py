"""A leader, elected for a term of 30 seconds by an item of SimpleDB. Terms are told apart by their end and their leader."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Leadership:
    """Prolongs its term by writing a new one, whoever leads meanwhile."""

    def __init__(self, aws):
        self.simpledb = aws.client("sdb")
        self.time = aws.time
        self.name = aws.name
        self.term = ""

    def end_of(self, term):
        return float(term.partition(" ")[0])

    def write(self, term, expected):
        """Write a term in place of an expected one; whether it is the one that is there now."""
        try:
            self.simpledb.put_attributes(
                DomainName="cluster", ItemName="leader", Attributes=replaced(term=term), Expected=expected
            )
        except ClientError as error:
            if code_of(error) not in ("ConditionalCheckFailed", "AttributeDoesNotExist"):
                raise
            return attributes(self.simpledb, "cluster", "leader").get("term") == term
        return True

    def next_term(self):
        return f"{self.time() + 30:.0f} {self.name}"

    def campaign(self):
        held = attributes(self.simpledb, "cluster", "leader").get("term")
        if held is not None and self.end_of(held) > self.time():
            return False
        expected = {"Name": "term", "Value": held, "Exists": True} if held is not None else {"Name": "term", "Exists": False}
        term = self.next_term()
        if self.write(term, expected):
            self.term = term
        return bool(self.term)

    def prolong(self):
        self.term = self.next_term()
        self.simpledb.put_attributes(DomainName="cluster", ItemName="leader", Attributes=replaced(term=self.term))

    def leads_until(self):
        return self.end_of(self.term) if self.term else 0.0


class ExpectedLeadership(Leadership):
    """Prolongs the term that it has, and none that began meanwhile."""

    def prolong(self):
        term = self.next_term()
        if not self.write(term, {"Name": "term", "Value": self.term, "Exists": True}):
            term = ""
        self.term = term


def race(leadership):
    def setup(aws):
        domain(aws, "cluster")

    def north(aws):
        own = leadership(aws)
        if own.campaign():
            own.prolong()
        return own.leads_until()

    def south(aws):
        own = leadership(aws)
        own.campaign()
        return own.leads_until()

    def check(aws, told):
        leading = [name for name, until in told.items() if until and until > aws.time()]
        assert len(leading) < 2, "north and south both lead"

    return Race((north, south), setup, check, ("lost",), time_passes=(31,))


ENTRY = Entry("lease", Leadership, ExpectedLeadership, race, takes="1 switch and 1 pause")
