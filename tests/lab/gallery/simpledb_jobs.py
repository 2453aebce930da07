"""Jobs in SimpleDB, each of which one worker claims and does."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Jobs:
    """Takes a refusal for another's claim, though it may be its own, of an attempt whose reply was lost."""

    def __init__(self, aws):
        self.simpledb = aws.client("sdb")
        self.worker = aws.name

    def claim(self, job):
        try:
            self.simpledb.put_attributes(
                DomainName="jobs", ItemName=job, Attributes=replaced(state=f"claimed by {self.worker}"),
                Expected={"Name": "state", "Value": "ready", "Exists": True},
            )  # fmt: skip
            return True
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailed":
                raise
            return False


class OwnJobs(Jobs):
    """Looks whose the claim is."""

    def claim(self, job):
        return super().claim(job) or attributes(self.simpledb, "jobs", job)["state"] == f"claimed by {self.worker}"


def race(jobs):
    def setup(aws):
        domain(aws, "jobs").put_attributes(DomainName="jobs", ItemName="resize", Attributes=replaced(state="ready"))

    def first(aws):
        return jobs(aws).claim("resize")

    def second(aws):
        return jobs(aws).claim("resize")

    def check(aws, told):
        at_work = [name for name, claimed in told.items() if claimed]
        assert len(at_work) == 1, f"the job is done by {at_work or 'nobody'}"

    return Race((first, second), setup, check, ("lost",))


ENTRY = Entry("lost reply", Jobs, OwnJobs, race, takes="1 fault")
