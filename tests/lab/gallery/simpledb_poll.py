"""A poll in SimpleDB: the names of those who are for it, and a version."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Poll:
    """Expects the version that it has read, and writes none: it stays as it is, and every vote meets what it expects."""

    def __init__(self, aws):
        self.simpledb = aws.client("sdb")
        self.name = aws.name

    def read(self):
        found = attributes(self.simpledb, "polls", "picnic")
        return found["names"].split(), int(found["version"])

    def change(self, names, version):
        return {"names": " ".join(names)}

    def vote(self):
        while True:
            names, version = self.read()
            if self.name in names:
                return
            changed = replaced(**self.change([*names, self.name], version))
            expected = {"Name": "version", "Value": str(version), "Exists": True}
            try:
                self.simpledb.put_attributes(DomainName="polls", ItemName="picnic", Attributes=changed, Expected=expected)
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailed":
                    raise
            else:
                return


class VersionedPoll(Poll):
    """Writes the next version with the names."""

    def change(self, names, version):
        return {**super().change(names, version), "version": str(version + 1)}


def race(poll):
    def setup(aws):
        domain(aws, "polls").put_attributes(DomainName="polls", ItemName="picnic", Attributes=replaced(names=" ", version="1"))

    def ann(aws):
        poll(aws).vote()

    def ben(aws):
        poll(aws).vote()

    def check(aws):
        names = sorted(attributes(aws.client("sdb"), "polls", "picnic")["names"].split())
        assert names == ["ann", "ben"], f"ann and ben have voted, and counted are {names}"

    return Race((ann, ben), setup, check, ("lost",))


ENTRY = Entry("wrong key", Poll, VersionedPoll, race, takes="1 switch")
