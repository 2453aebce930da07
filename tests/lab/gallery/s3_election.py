"""The leader of a cluster is whoever creates the object of the term."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text


class Election:
    """Takes every refusal for a lost election, the 409 too, with which S3 only says that it could not decide just now."""

    def __init__(self, aws):
        self.s3 = aws.client("s3")
        self.name = aws.name

    def stand(self, term):
        try:
            self.s3.put_object(Bucket="cluster", Key=term, Body=self.name, IfNoneMatch="*")
            return True
        except ClientError as error:
            if code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            return text(self.s3, "cluster", term) == self.name


class PatientElection(Election):
    """Stands again after a 409, until somebody is elected."""

    def stand(self, term):
        while True:
            if super().stand(term):
                return True
            if text(self.s3, "cluster", term) is not None:
                return False


def race(election):
    def setup(aws):
        bucket(aws, "cluster")

    def north(aws):
        return election(aws).stand("term-7")

    def check(aws, told):
        assert told.north, "north stood alone, and nobody leads"

    return Race((north,), setup, check, ("conflict", "lost"))


ENTRY = Entry("409", Election, PatientElection, race, takes="1 fault")
