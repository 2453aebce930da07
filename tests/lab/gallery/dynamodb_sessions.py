"""Sessions of users in DynamoDB, each for half an hour."""

from __future__ import annotations

from gallery.entry import Entry, Race, item_of, table

KEY = {"session": {"S": "s-1"}}
MINUTES = 60


class Sessions:
    """A session is good as long as it is there. DynamoDB deletes what has expired when it gets to it, some days later at most."""

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time

    def log_in(self):
        expires = int(self.time()) + 30 * MINUTES
        self.dynamodb.put_item(TableName="sessions", Item={**KEY, "expires": {"N": str(expires)}})
        return expires

    def is_good(self, session):
        return True

    def enter(self):
        """When the user entered; None if the user may not."""
        session = item_of(self.dynamodb, "sessions", KEY)
        return self.time() if session and self.is_good(session) else None


class TimedSessions(Sessions):
    """A session is good until it expires. The time to live only tidies up."""

    def is_good(self, session):
        return float(session["expires"]["N"]) > self.time()


def race(sessions):
    def setup(aws):
        table(aws, "sessions", "session").update_time_to_live(
            TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )

    def user(aws):
        own = sessions(aws)
        return own.log_in(), own.enter()

    def check(aws, told):
        expires, entered = told.user
        assert entered is None or entered < expires, f"a user has entered {entered - expires:.0f} seconds after the session's end"

    return Race((user,), setup, check, ("late", "lost"), time_passes=(31 * MINUTES,))


ENTRY = Entry("TTL deletion", Sessions, TimedSessions, race, takes="1 fault and 1 pause")
