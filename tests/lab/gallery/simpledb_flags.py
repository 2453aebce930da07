"""Two machines keep out of each other's way by flags in SimpleDB: raise yours, then look whether another one is up."""

from __future__ import annotations

from gallery.entry import Entry, Race, domain


class Flags:
    """Looks without ConsistentRead, and may not see a flag that was raised before its own."""

    consistent = False

    def __init__(self, aws):
        self.simpledb = aws.client("sdb")
        self.name = aws.name

    def raise_flag(self):
        self.simpledb.put_attributes(DomainName="flags", ItemName="crossing", Attributes=[{"Name": "up", "Value": self.name}])

    def flags(self):
        found = self.simpledb.get_attributes(DomainName="flags", ItemName="crossing", ConsistentRead=self.consistent)
        return {each["Value"] for each in found.get("Attributes", [])}

    def enter(self):
        self.raise_flag()
        return self.flags() <= {self.name}


class ConsistentFlags(Flags):
    """Sees every flag that was raised before."""

    consistent = True


def race(flags):
    def setup(aws):
        domain(aws, "flags")

    def east(aws):
        return flags(aws).enter()

    def west(aws):
        return flags(aws).enter()

    def check(aws, told):
        assert not (told.east and told.west), "east and west are both on the crossing"

    return Race((east, west), setup, check, ("stale", "lost"))


ENTRY = Entry("stale read", Flags, ConsistentFlags, race, takes="1 fault")
