"""A large object of S3 is uploaded in parts, unless it is there already. A cleaner deletes outdated ones."""

from __future__ import annotations

import hashlib

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text

KEY = {"Bucket": "images", "Key": "disk"}
OUTDATED = f'"{hashlib.md5(b"outdated").hexdigest()}"'


class Upload:
    """Takes a 409 for an upload of the same by somebody else, though what S3 met may have been a deletion."""

    def __init__(self, s3):
        self.s3 = s3

    def upload(self, content):
        id = self.s3.create_multipart_upload(**KEY)["UploadId"]
        part = self.s3.upload_part(**KEY, UploadId=id, PartNumber=1, Body=content)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        self.s3.complete_multipart_upload(**KEY, UploadId=id, MultipartUpload=parts, IfNoneMatch="*")

    def is_there(self, content):
        return text(self.s3, "images", "disk") == content.decode()

    def ensure(self, content):
        try:
            self.upload(content)
        except ClientError as error:
            if code_of(error) == "PreconditionFailed":
                return self.is_there(content)
            if code_of(error) != "ConditionalRequestConflict":
                raise
        return True


class RepeatedUpload(Upload):
    """Begins the upload anew after a 409, as S3's guide says."""

    def ensure(self, content):
        while True:
            try:
                self.upload(content)
                return True
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return self.is_there(content)
                if code_of(error) != "ConditionalRequestConflict":
                    raise


def race(upload):
    def setup(aws):
        bucket(aws, "images").put_object(**KEY, Body=b"outdated")

    def builder(aws):
        return upload(aws.client("s3")).ensure(b"new")

    def cleaner(aws):
        aws.client("s3").delete_object(**KEY, IfMatch=OUTDATED)

    def check(aws, told):
        there = text(aws.client("s3"), "images", "disk")
        assert there == "new" or not told.builder, f"the image is said to be there, and there is {there}"

    return Race((builder, cleaner), setup, check, ("conflict",))


ENTRY = Entry("409", Upload, RepeatedUpload, race, takes="1 switch")
