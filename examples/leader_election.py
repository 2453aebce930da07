"""Leader election with a lease: one S3 object, If-None-Match to create it, If-Match to renew it and to take it over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

REFUSALS = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")  # 412, 409 and 404: somebody was faster


@dataclass(frozen=True)
class Lease:
    """What the leader holds. `term` grows with every change of leader; give it to whatever the leader writes."""

    leader: str
    term: int
    until: float
    etag: str


class Election:
    """One candidate's view of the lease at `bucket/key`. Call `lead` again well before the lease ends."""

    def __init__(
        self, s3: Any, bucket: str, key: str, me: str, *, seconds: float = 30, clock: Callable[[], float] = time.time
    ) -> None:
        self.s3 = s3
        self.place = {"Bucket": bucket, "Key": key}
        self.me = me
        self.seconds = seconds
        self.clock = clock

    def lead(self) -> Lease | None:
        """Create the lease, renew one's own or take over one that has ended. None: somebody else leads."""
        try:
            found = self.s3.get_object(**self.place)
        except self.s3.exceptions.NoSuchKey:
            return self._write(1, IfNoneMatch="*")
        lease = json.load(found["Body"])
        mine = lease["leader"] == self.me
        if not mine and lease["until"] > self.clock():
            return None
        return self._write(lease["term"] + (not mine), IfMatch=found["ETag"])

    def resign(self, lease: Lease) -> None:
        """End one's own lease now. The object stays, so that terms go on growing."""
        self._write(lease.term, seconds=0, IfMatch=lease.etag)

    def _write(self, term: int, *, seconds: float | None = None, **condition: str) -> Lease | None:
        until = self.clock() + (self.seconds if seconds is None else seconds)
        # `write` makes every lease different from all others, so that no two of them have the same ETag.
        lease = {"leader": self.me, "term": term, "until": until, "write": uuid4().hex}
        try:
            etag = self.s3.put_object(**self.place, Body=json.dumps(lease).encode(), **condition)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                raise
            return self._if_it_was_me(lease)
        return Lease(self.me, term, until, etag)

    def _if_it_was_me(self, lease: dict[str, Any]) -> Lease | None:
        """The SDK repeats a request whose reply was lost; the second one is then refused because of the first."""
        try:
            found = self.s3.get_object(**self.place)
        except self.s3.exceptions.NoSuchKey:
            return None
        if json.load(found["Body"]) != lease:
            return None
        return Lease(self.me, lease["term"], lease["until"], found["ETag"])


def main() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="example-election")
    alice = Election(s3, "example-election", "leader", "alice")
    bob = Election(s3, "example-election", "leader", "bob")
    won = alice.lead()
    assert won is not None
    print("alice leads in term", won.term)
    print("bob leads:", bob.lead() is not None)
    renewed = alice.lead()
    assert renewed is not None
    print("alice renews; the term is still", renewed.term)
    alice.resign(renewed)
    taken = bob.lead()
    assert taken is not None
    print("alice resigns, bob leads in term", taken.term)


if __name__ == "__main__":
    main()
