"""A data set in S3: files, and an object that names the current one."""

from __future__ import annotations

from gallery.entry import Entry, Race, bucket, text


class Pointer:
    """Names the file, then writes it. Who is stopped in between leaves a name with nothing behind it."""

    def __init__(self, s3):
        self.s3 = s3

    def write(self, name, content):
        self.s3.put_object(Bucket="data", Key=name, Body=content)

    def publish(self, name, content):
        self.write("current", name)
        self.write(name, content)


class FilesFirst(Pointer):
    """Writes the file, then names it."""

    def publish(self, name, content):
        self.write(name, content)
        self.write("current", name)


def race(pointer):
    def setup(aws):
        FilesFirst(bucket(aws, "data")).publish("v1", b"old")

    def builder(aws):
        pointer(aws.client("s3")).publish("v2", b"new")

    def check(aws):
        s3 = aws.client("s3")
        current = text(s3, "data", "current")
        assert text(s3, "data", current or "") is not None, f"the current file is {current}, and there is none"

    return Race((builder,), setup, check, ("crash", "crash-after", "lost"))


ENTRY = Entry("crash", Pointer, FilesFirst, race, takes="1 fault")
