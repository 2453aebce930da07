"""Settings that services share, in one JSON object of S3. Each service sets its own."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text


class Settings:
    """Reads, changes, writes: whoever writes last takes the settings of the other one along."""

    def __init__(self, s3):
        self.s3 = s3

    def read(self):
        found = self.s3.get_object(Bucket="config", Key="settings.json")
        return json.loads(found["Body"].read()), found["ETag"]

    def set(self, name, value):
        settings, _ = self.read()
        settings[name] = value
        self.s3.put_object(Bucket="config", Key="settings.json", Body=json.dumps(settings))


class CheckedSettings(Settings):
    """Writes only over what it has read, and reads again if that is gone."""

    def set(self, name, value):
        while True:
            settings, etag = self.read()
            if settings.get(name) == value:
                return
            settings[name] = value
            try:
                self.s3.put_object(Bucket="config", Key="settings.json", Body=json.dumps(settings), IfMatch=etag)
                return
            except ClientError as error:
                if code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                    raise


def race(settings):
    def setup(aws):
        bucket(aws, "config").put_object(Bucket="config", Key="settings.json", Body=b"{}")

    def billing(aws):
        settings(aws.client("s3")).set("currency", "EUR")

    def mailer(aws):
        settings(aws.client("s3")).set("sender", "us@example.com")

    def check(aws):
        kept = json.loads(text(aws.client("s3"), "config", "settings.json") or "")
        assert kept == {"currency": "EUR", "sender": "us@example.com"}, f"settings are lost; left are {kept}"

    return Race((billing, mailer), setup, check, ("lost", "conflict"))


ENTRY = Entry("order", Settings, CheckedSettings, race, takes="1 switch")
