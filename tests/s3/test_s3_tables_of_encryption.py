"""The tables of docstrings are what the code does: keys of the client's own, what answers tell of encryption, and archives."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256
from typing import Any

import pytest
from s3_tables import table
from s3_uploads import begin, complete, upload
from s3_wire import Answer, Wire

from condemu.auth.authentication import VERSION_2, Authentication
from condemu.auth.principals import root_of
from condemu.s3.errors import encryption as rows
from condemu.s3.objects.restore import TAKES

Row = dict[str, str]
KEY, OTHER = b"k" * 32, b"o" * 32
PREFIX = "x-amz-server-side-encryption-customer-"
BLOCKS_NOTHING = b"<BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType></BlockedEncryptionTypes>"
NONE = b"<ServerSideEncryptionConfiguration><Rule>" + BLOCKS_NOTHING + b"</Rule></ServerSideEncryptionConfiguration>"


def key(data: bytes, prefix: str = PREFIX) -> dict[str, str]:
    """The three headers of a key."""
    digest = b64encode(md5(data).digest()).decode()
    return {f"{prefix}algorithm": "AES256", f"{prefix}key": b64encode(data).decode(), f"{prefix}key-md5": digest}


def allow(s3: Wire) -> Wire:
    """Let the bucket take keys of the client's own."""
    assert s3("PUT", "/bucket", NONE, query="encryption").status == 200
    return s3


def coded(answer: Answer) -> str:
    return f"{answer.status} {answer.code}" if answer.code is not None else str(answer.status)


@pytest.mark.parametrize("row", table("requests/encryption.py"))
def test_what_a_key_is(s3: Wire, row: Row) -> None:
    allow(s3)
    data = KEY[: int(row["key"].split()[0])] if "key" in row else KEY
    sent = key(data)
    sent[f"{PREFIX}algorithm"] = row.get("algorithm", "")
    if row.get("MD5") == "wrong":
        sent[f"{PREFIX}key-md5"] = b64encode(md5(b"").digest()).decode()
    for column, name in (("algorithm", "algorithm"), ("key", "key"), ("MD5", "key-md5")):
        if column not in row:
            del sent[PREFIX + name]
    if "x-amz-server-side-encryption" in row:
        sent["x-amz-server-side-encryption"] = row["x-amz-server-side-encryption"]
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", b"data", headers=sent)
    assert coded(answer) == row["answer"]
    assert answer.status == 200 or s3.everything() == before


@pytest.mark.parametrize("row", table("objects/encryption.py", "check_readable"))
@pytest.mark.parametrize("method", ["GET", "HEAD", "attributes", "copy"])
def test_what_a_read_needs(s3: Wire, row: Row, method: str) -> None:
    allow(s3).put("key", b"data", **(key(KEY) if row["the object is"] == "SSE-C" else {}))
    prefix = f"x-amz-copy-source-{PREFIX[6:]}" if method == "copy" else PREFIX
    data = {"its key": KEY, "another key": OTHER, "a key": OTHER}.get(row.get("the request has", ""))
    sent = key(data, prefix) if data is not None else {}
    before = s3.everything()
    if method == "copy":
        answer = s3.copy("bucket/key", "to", **sent)
    elif method == "attributes":
        answer = s3("GET", "/bucket/key", query="attributes", headers={**sent, "x-amz-object-attributes": "ETag"})
    else:
        answer = s3(method, "/bucket/key", headers=sent)
    assert (str(answer.status) if method == "HEAD" else coded(answer)) == row["answer"][: 3 if method == "HEAD" else None]
    assert answer.status == 200 or s3.everything() == before


ASKED: dict[str, dict[str, str]] = {
    "SSE-S3": {"x-amz-server-side-encryption": "AES256"},
    "SSE-KMS": {"x-amz-server-side-encryption": "aws:kms"},
    "DSSE": {"x-amz-server-side-encryption": "aws:kms:dsse"},
    "SSE-C": key(KEY),
}


@pytest.mark.parametrize("row", table("objects/encryption.py"))
def test_how_an_object_is_encrypted(s3: Wire, row: Row) -> None:
    allow(s3)
    for name in row["asked for"].split(", "):
        first, second = (s3.put("key", b"data", **ASKED[name]) for _ in range(2))
        plain = f'"{md5(b"data").hexdigest()}"'
        assert [first["etag"] == plain, second["etag"] == first["etag"]] == [row["ETag"].startswith("MD5")] * 2
        read = s3.get("key", **(key(KEY) if row.get("a read needs") == "the key" else {}))
        for answer in (second, read):
            assert answer["x-amz-server-side-encryption"] == ASKED[name].get("x-amz-server-side-encryption")
            assert (answer["x-amz-server-side-encryption-aws-kms-key-id"] is not None) == ("ARN" in row["answers tell"])
            told = answer[f"{PREFIX}algorithm"], answer[f"{PREFIX}key-md5"]
            assert told == (("AES256", key(KEY)[f"{PREFIX}key-md5"]) if name == "SSE-C" else (None, None))
        assert (read.status, read.body) == (200, b"data")


@pytest.mark.parametrize("row", table("objects/restore.py"))
def test_how_long_a_restoration_takes(row: Row) -> None:
    number, unit = row["takes"].split()
    seconds = int(number) * {"minutes": 60, "hours": 3600}[unit]
    assert TAKES[row["the object is in"], row["a tier of"]] == seconds
    assert len(TAKES) == len(table("objects/restore.py"))


@pytest.mark.parametrize("row", table("objects/restore.py", "restore_object"))
def test_what_a_restoration_answers(s3: Wire, row: Row) -> None:
    def restored(tier: str) -> Answer:
        body = f"<RestoreRequest><Days>1</Days><GlacierJobParameters><Tier>{tier}</Tier></GlacierJobParameters></RestoreRequest>"
        return s3("POST", "/bucket/key", body.encode(), query="restore")

    what = row["the object"]
    s3.put("key", b"", **{"x-amz-storage-class": "STANDARD" if what == "is in no archive" else "GLACIER"})
    if what.startswith(("is being restored", "has a copy")):
        assert restored("Standard").status == 202
    if what == "has a copy":
        s3.clock.advance(5 * 3600)
    assert coded(restored("Expedited" if "faster" in what else "Standard")) == row["answer"]


# what no table says


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        ("0123abcd-0123-0123-0123-0123456789ab", "arn:aws:kms:us-east-1:000000000000:key/0123abcd-0123-0123-0123-0123456789ab"),
        ("arn:aws:kms:us-east-1:111122223333:key/0123abcd-0123-0123-0123-0123456789ab", None),
        ("fake-key-id", rows.KMS_NO_SUCH_KEY),
        ("aws/s3", rows.KMS_NO_SUCH_KEY),
        ("arn:aws:kms:us-west-2:111122223333:key/0123abcd-0123-0123-0123-0123456789ab", rows.KMS_OTHER_REGION),
    ],
)
def test_which_keys_kms_could_have(s3: Wire, named: str, answer: Any) -> None:
    headers = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": named}
    before = s3.everything()
    told = s3.put("key", b"data", **headers)
    if answer is None or isinstance(answer, str):
        assert told["x-amz-server-side-encryption-aws-kms-key-id"] == (answer or named)
        return
    assert (told.status, told.code) == (answer.status, answer.code)
    assert told.message == answer.message.format(Key=named, Region="us-west-2")
    assert s3.everything() == before


def test_an_alias_is_a_key_of_its_own_and_aws_s3_is_the_default(s3: Wire) -> None:
    def arn(named: str | None) -> str | None:
        header = {} if named is None else {"x-amz-server-side-encryption-aws-kms-key-id": named}
        return s3.put("key", b"", **{"x-amz-server-side-encryption": "aws:kms", **header})[
            "x-amz-server-side-encryption-aws-kms-key-id"
        ]

    default = arn(None)
    assert default == arn("alias/aws/s3") == arn("arn:aws:kms:us-east-1:000000000000:alias/aws/s3")
    assert default is not None
    assert default.startswith("arn:aws:kms:us-east-1:000000000000:key/")
    assert arn("alias/mine") not in (default, None)


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ({"x-amz-server-side-encryption": ""}, rows.UNSUPPORTED_METHOD),
        ({"x-amz-server-side-encryption": "aws:KMS"}, rows.UNSUPPORTED_METHOD),
        ({"x-amz-server-side-encryption-aws-kms-key-id": "alias/a"}, rows.KMS_KEY_ALONE),
        (
            {"x-amz-server-side-encryption": "AES256", "x-amz-server-side-encryption-aws-kms-key-id": "alias/a"},
            rows.KMS_KEY_ALONE,
        ),
        ({"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-context": "{}"}, rows.KMS_CONTEXT),
        ({"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-context": "WzFd"}, rows.KMS_CONTEXT),
    ],
)
def test_what_is_no_encryption_with_kms(s3: Wire, headers: dict[str, str], row: Any) -> None:
    before = s3.everything()
    answer = s3.put("key", b"", **headers)
    assert (answer.status, answer.code, answer.message) == (400, row.code, row.message)
    assert s3.everything() == before
    assert s3("POST", "/bucket/key", query="uploads", headers=headers).message == row.message


def test_a_context_and_a_bucket_key_are_told_as_they_are_asked_for(s3: Wire) -> None:
    context = b64encode(b'{"a": "b"}').decode()
    headers = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-bucket-key-enabled": "true"}
    put = s3.put("key", b"", **headers, **{"x-amz-server-side-encryption-context": context})
    assert put["x-amz-server-side-encryption-context"] == context
    read = s3.get("key")
    for answer in (put, read):
        assert answer["x-amz-server-side-encryption-bucket-key-enabled"] == "true"
    assert read["x-amz-server-side-encryption-context"] is None
    headers["x-amz-server-side-encryption"] = "aws:kms:dsse"  # for which there are none
    assert s3.put("key", b"", **headers)["x-amz-server-side-encryption-bucket-key-enabled"] is None


def test_the_default_of_the_bucket_holds_where_a_request_is_silent(s3: Wire) -> None:
    body = (
        b"<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
        b"<KMSMasterKeyID>0123abcd-0123-0123-0123-0123456789ab</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>"
        b"<BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
    )
    assert s3("PUT", "/bucket", body, query="encryption").status == 200
    default = s3.put("key", b"data")
    assert default["x-amz-server-side-encryption"] == "aws:kms"
    assert (default["x-amz-server-side-encryption-aws-kms-key-id"] or "").endswith(":key/0123abcd-0123-0123-0123-0123456789ab")
    assert default["x-amz-server-side-encryption-bucket-key-enabled"] == "true"
    assert s3.put("key", b"data", **{"x-amz-server-side-encryption": "AES256"})["etag"] == f'"{md5(b"data").hexdigest()}"'


def test_a_bucket_blocks_keys_of_ones_own_until_it_is_told_otherwise(s3: Wire) -> None:
    before = s3.everything()
    refused, row = s3.put("key", b"data", **key(KEY)), rows.CUSTOMER_KEYS_BLOCKED
    assert (refused.status, refused.code) == (403, "AccessDenied")
    assert (refused.message or "").endswith(row.message[-120:])
    assert s3("POST", "/bucket/key", query="uploads", headers=key(KEY)).code == "AccessDenied"
    assert s3.everything() == before
    allow(s3)
    assert s3.put("key", b"data", **key(KEY)).status == 200
    aes = NONE.replace(BLOCKS_NOTHING, b"")
    assert s3("PUT", "/bucket", aes, query="encryption").status == 200  # which leaves what is blocked as it is
    assert s3.put("key", b"data", **key(KEY)).status == 200
    assert s3("DELETE", "/bucket", query="encryption").status == 204
    assert s3.put("key", b"data", **key(KEY)).status == 403
    assert s3.get("key", **key(KEY)).body == b"data"  # what is there can be read


def without(name: str) -> dict[str, str | None]:
    return {PREFIX + name: None}


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"x-amz-server-side-encryption": "AES256"}, rows.INCOMPATIBLE),
        ({f"{PREFIX}algorithm": "AES512"}, rows.INVALID_ALGORITHM),
        (without("algorithm"), rows.NO_ALGORITHM),
        (without("key"), rows.NO_KEY),
        (without("key-md5"), rows.NO_KEY_MD5),
        ({f"{PREFIX}key-md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, rows.WRONG_KEY_MD5),
        (key(KEY[:24]), rows.INVALID_KEY),
        ({f"{PREFIX}key": "no base64", f"{PREFIX}key-md5": b64encode(md5(b"").digest()).decode()}, rows.INVALID_KEY),
    ],
)
def test_what_is_said_of_a_key(s3: Wire, changes: dict[str, str | None], row: Any) -> None:
    allow(s3)
    sent = {name: value for name, value in {**key(KEY), **changes}.items() if value is not None}
    before = s3.everything()
    for answer in (
        s3.put("key", b"data", **sent),
        s3("POST", "/bucket/key", query="uploads", headers=sent),
        s3.copy("bucket/none", "key", **sent),
    ):
        assert (answer.status, answer.code, answer.message) == (row.status, row.code, row.message)
    assert s3.everything() == before


def test_what_is_said_to_a_read(s3: Wire) -> None:
    allow(s3).put("mine", b"data", **key(KEY))
    s3.put("plain", b"data")
    for name, sent, row in (
        ("mine", {}, rows.KEY_NEEDED),
        ("mine", key(OTHER), rows.WRONG_KEY),
        ("mine", key(KEY[:24]), rows.WRONG_KEY),
        ("plain", key(KEY), rows.KEY_NOT_APPLICABLE),
    ):
        answer = s3.get(name, **sent)
        assert (answer.status, answer.code, answer.message) == (row.status, row.code, row.message)
        assert (s3.head(name, **sent).status, s3.head(name, **sent).body) == (row.status, b"")
    unproven = {name: value for name, value in key(KEY).items() if not name.endswith("md5")}
    assert s3.get("mine", **unproven).body == b"data"
    assert s3.get("mine", **{**key(KEY), "range": "bytes=1-2"}).body == b"at"


def test_a_part_has_the_key_of_its_upload(s3: Wire) -> None:
    upload_id = begin(allow(s3), **key(KEY))
    etags = [upload(s3, upload_id, 1, b"part", **key(KEY)) for _ in range(2)]
    assert etags[0] != etags[1]
    before = s3.everything()
    query = f"partNumber=2&uploadId={upload_id}"
    for sent, row in (({}, rows.PART_WITHOUT_KEY), (key(OTHER), rows.PART_WITH_ANOTHER_KEY)):
        answer = s3("PUT", "/bucket/k", b"part", query=query, headers=sent)
        assert (answer.status, answer.code, answer.message) == (row.status, row.code, row.message)
    other = complete(s3, upload_id, [(1, etags[1])], headers=key(OTHER))
    assert other.message == rows.PART_WITH_ANOTHER_KEY.message
    assert s3.everything() == before
    plain = begin(s3, key="plain")
    answer = s3("PUT", "/bucket/plain", b"part", query=f"partNumber=1&uploadId={plain}", headers=key(KEY))
    assert answer.message == rows.PART_WITHOUT_KEY.message
    done = complete(s3, upload_id, [(1, etags[1])])
    assert (done.status, done[f"{PREFIX}algorithm"], done["x-amz-server-side-encryption"]) == (200, None, None)
    assert s3.get("k").code == "InvalidRequest"
    assert s3.get("k", **key(KEY)).body == b"part"


def test_a_completion_with_a_checksum_needs_the_key(s3: Wire) -> None:
    checksum = b64encode(sha256(b"part").digest()).decode()
    upload_id = begin(allow(s3), **{**key(KEY), "x-amz-checksum-algorithm": "SHA256"})
    etag = upload(s3, upload_id, 1, b"part", **{**key(KEY), "x-amz-checksum-sha256": checksum})
    parts = [(1, etag, "SHA256", checksum)]
    assert complete(s3, upload_id, parts).message == rows.PART_WITHOUT_KEY.message
    assert complete(s3, upload_id, parts, headers=key(KEY)).status == 200


def test_a_copy_is_encrypted_as_it_says_and_not_as_its_source(s3: Wire) -> None:
    allow(s3).put("mine", b"data", **key(KEY))
    source = key(KEY, f"x-amz-copy-source-{PREFIX[6:]}")
    plain = s3.copy("bucket/mine", "plain", **source)
    assert plain["x-amz-server-side-encryption"] == "AES256"
    assert s3.get("plain")["etag"] == f'"{md5(b"data").hexdigest()}"'
    assert s3.copy("bucket/plain", "other", **key(OTHER)).status == 200
    assert s3.get("other", **key(OTHER)).body == b"data"
    assert s3.copy("bucket/mine", "mine", **source, **key(OTHER)).status == 200  # the key is exchanged
    assert (s3.get("mine", **key(OTHER)).body, s3.get("mine", **key(KEY)).status) == (b"data", 403)
    upload_id = begin(s3, **key(OTHER))
    query = f"partNumber=1&uploadId={upload_id}"
    headers = {"x-amz-copy-source": "bucket/mine", **key(OTHER), **key(OTHER, f"x-amz-copy-source-{PREFIX[6:]}")}
    copied = s3("PUT", "/bucket/k", query=query, headers=headers)
    assert (copied.status, copied[f"{PREFIX}algorithm"]) == (200, "AES256")


def test_each_version_has_a_key_of_its_own(s3: Wire) -> None:
    allow(s3).versioning("Enabled")
    first = s3.put("key", b"one", **key(KEY))["x-amz-version-id"]
    s3.put("key", b"two", **key(OTHER))
    assert s3.get("key", f"versionId={first}", **key(KEY)).body == b"one"
    assert s3.get("key", f"versionId={first}", **key(OTHER)).code == "AccessDenied"
    assert s3.get("key", **key(OTHER)).body == b"two"
    assert s3.delete("key").status == 204


def test_kms_is_for_signatures_of_version_4(s3: Wire) -> None:
    s3.put("key", b"data", **{"x-amz-server-side-encryption": "aws:kms"})
    service = s3.service

    class OfVersion2:
        def verify_s3(self, *_: Any) -> Authentication:
            return Authentication(root_of("000000000000"), "AK", "REST-HEADER", VERSION_2)

    service.authenticator = OfVersion2()  # type: ignore[assignment]
    before, row = s3.everything(), rows.KMS_NEEDS_VERSION_4
    for answer in (s3.get("key"), s3.put("key", b"new", **{"x-amz-server-side-encryption": "aws:kms"})):
        assert (answer.status, answer.message) == (400, row.message)
    assert s3.everything() == before
