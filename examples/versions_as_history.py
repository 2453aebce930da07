"""S3 Versioning as history: every write is kept, who overwrote what can be seen, and an older version can be brought back."""

from __future__ import annotations

from typing import Any

import boto3


def history(s3: Any, bucket: str, key: str) -> list[dict[str, Any]]:
    """The versions and delete markers of one key, newest first."""
    entries: list[dict[str, Any]] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        entries += [entry for entry in page.get("Versions", []) if entry["Key"] == key]
        entries += [{**entry, "Deleted": True} for entry in page.get("DeleteMarkers", []) if entry["Key"] == key]
    # The dates have whole seconds: the lists' own order decides among versions, and IsLatest says which one counts.
    return sorted(entries, key=lambda entry: (entry["IsLatest"], entry["LastModified"]), reverse=True)


def bring_back(s3: Any, bucket: str, key: str, version_id: str) -> str:
    """Make an older version the current one, by a copy that is a new version. Fails with 412 if somebody writes meanwhile.

    Versioning alone does not stop a lost update: it keeps what was lost. The condition stops it.
    """
    current = s3.head_object(Bucket=bucket, Key=key)["ETag"]
    source = {"Bucket": bucket, "Key": key, "VersionId": version_id}
    return str(s3.copy_object(Bucket=bucket, Key=key, CopySource=source, IfMatch=current)["VersionId"])


def main() -> None:
    s3 = boto3.client("s3")
    bucket = "example-history"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="page", Body=b"the good one")["VersionId"]
    s3.put_object(Bucket=bucket, Key="page", Body=b"a mistake")
    print("versions:", len(history(s3, bucket, "page")))
    bring_back(s3, bucket, "page", first)
    print("current:", s3.get_object(Bucket=bucket, Key="page")["Body"].read().decode())
    s3.delete_object(Bucket=bucket, Key="page")
    newest = history(s3, bucket, "page")[0]
    print("deleted:", newest.get("Deleted", False))
    s3.delete_object(Bucket=bucket, Key="page", VersionId=newest["VersionId"])  # without its marker it is there again
    print("current:", s3.get_object(Bucket=bucket, Key="page")["Body"].read().decode())


if __name__ == "__main__":
    main()
