from __future__ import annotations

import pytest
from s3_wire import Wire

from condemu.s3.errors.general import INVALID_TAGGING_HEADER
from condemu.s3.objects.put import carried

EMPTY = '"d41d8cd98f00b204e9800998ecf8427e"'


def test_a_put_answers_etag_checksum_and_encryption(s3: Wire) -> None:
    answer = s3.put("key", b"test")
    assert (answer.status, answer.body) == (200, b"")
    assert (answer["ETag"], answer["x-amz-checksum-crc64nvme"]) == ('"098f6bcd4621d373cade4e832627b4f6"', "+bu+zv66sUM=")
    assert (answer["x-amz-checksum-type"], answer["x-amz-server-side-encryption"]) == ("FULL_OBJECT", "AES256")
    assert answer["x-amz-version-id"] is None


def test_the_checksum_that_was_sent_is_the_one_that_is_kept(s3: Wire) -> None:
    answer = s3.put("key", b"", x_amz_checksum_crc32="AAAAAA==")
    assert (answer["ETag"], answer["x-amz-checksum-crc32"], answer["x-amz-checksum-crc64nvme"]) == (EMPTY, "AAAAAA==", None)
    kept = s3.get("key", x_amz_checksum_mode="ENABLED")
    assert (kept["x-amz-checksum-crc32"], kept["x-amz-checksum-type"]) == ("AAAAAA==", "FULL_OBJECT")
    assert s3.get("key")["x-amz-checksum-crc32"] is None


REFUSED = [  # the key holds `data` with ETag 8d777f38…; headers, and (status, code, elements)
    ({"if-none-match": "*"}, (412, "PreconditionFailed", {"Condition": "If-None-Match"})),
    ({"if-match": '"wrong"'}, (412, "PreconditionFailed", {"Condition": "If-Match"})),
    (
        {"if-match": "*", "if-none-match": '"etag"'},
        (
            501,
            "NotImplemented",
            {
                "Header": "If-Match,If-None-Match",
                "additionalMessage": "Multiple conditional request headers present in the request",
            },
        ),
    ),
    (
        {"if-match": "*"},
        (
            501,
            "NotImplemented",
            {"Header": "If-Match", "additionalMessage": "We don't accept the provided value of If-Match header for this API"},
        ),
    ),
    (
        {"if-none-match": '"8d777f385d3dfec8815d20f7496026dc"'},
        (
            501,
            "NotImplemented",
            {
                "Header": "If-None-Match",
                "additionalMessage": "We don't accept the provided value of If-None-Match header for this API",
            },
        ),
    ),
    ({"x-amz-storage-class": "OUTPOSTS"}, (400, "InvalidStorageClass", {"StorageClassRequested": "OUTPOSTS"})),
    (
        {"x-amz-server-side-encryption": "KMS"},
        (400, "InvalidArgument", {"ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": "KMS"}),
    ),
    ({"x-amz-server-side-encryption": "aws:fsx"}, (501, "NotImplemented", {"Header": "x-amz-server-side-encryption"})),
    (
        {"x-amz-copy-source-server-side-encryption-customer-algorithm": "AES256"},
        (501, "NotImplemented", {"Header": "x-amz-copy-source-server-side-encryption-customer-algorithm"}),
    ),
    ({"x-amz-write-offset-bytes": "4"}, (501, "NotImplemented", {"Header": "x-amz-write-offset-bytes"})),
    ({"x-amz-meta-a": "b" * 2048}, (400, "MetadataTooLarge", {"Size": "2049", "MaxSizeAllowed": "2048"})),
    ({"x-amz-website-redirect-location": "ftp://x"}, (400, "InvalidRedirectLocation", {})),
    ({"x-amz-tagging": "a=1&a=2"}, (400, "InvalidArgument", {"ArgumentName": "x-amz-tagging", "ArgumentValue": "a=1&a=2"})),
    ({"x-amz-tagging": "%ff=1"}, (400, "InvalidArgument", {"ArgumentName": "x-amz-tagging", "ArgumentValue": "%ff=1"})),
]


@pytest.mark.parametrize(("headers", "refusal"), REFUSED)
def test_a_refused_put_changes_nothing(s3: Wire, headers: dict[str, str], refusal: tuple[object, ...]) -> None:
    s3.put("key")
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", b"other", headers=headers)
    assert answer.refusal == refusal
    assert s3.everything() == before


def test_a_tagging_header_that_does_not_parse_is_told_how_it_should(s3: Wire) -> None:
    assert s3.put("key", x_amz_tagging="=1").message == INVALID_TAGGING_HEADER.message


def test_syntax_is_judged_on_a_key_that_does_not_exist_and_only_in_a_bucket_that_does(s3: Wire) -> None:
    assert s3.put("key", if_match="*").refusal[:2] == (501, "NotImplemented")
    assert s3("PUT", "/nowhere/key", headers={"if-match": "*"}).refusal == (404, "NoSuchBucket", {"BucketName": "nowhere"})


def test_a_put_on_a_missing_key_with_if_match_answers_no_such_key_without_a_condition(s3: Wire) -> None:
    answer = s3.put("key", if_match='"abc"')
    assert answer.refusal == (404, "NoSuchKey", {"Key": "key"})
    assert "holds no object" in (answer["x-condemu-because"] or "")
    assert s3.get("key").status == 404


def test_the_error_document_is_awss_to_the_byte(s3: Wire) -> None:
    s3.put("key")
    assert s3.put("key", if_none_match="*").body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>PreconditionFailed</Code><Message>At least one of the '
        b"pre-conditions you specified did not hold</Message><Condition>If-None-Match</Condition>"
        b"<RequestId>0123456789ABCDEF</RequestId><HostId>host</HostId></Error>"
    )


def test_quotes_of_an_etag_are_stripped_and_not_parsed(s3: Wire) -> None:
    etag = s3.put("key")["ETag"]
    assert etag is not None
    for sent in (etag, etag.strip('"'), etag[1:]):
        assert s3.put("key", if_match=sent).status == 200


def test_a_key_written_after_the_request_began_is_a_conflict(s3: Wire) -> None:
    began = s3.store.index
    etag = s3.put("key")["ETag"]
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", b"new", headers={"if-match": etag or ""}, began=began)
    assert answer.refusal == (409, "ConditionalRequestConflict", {"Condition": "If-Match", "Key": "key"})
    assert s3.everything() == before
    s3.delete("key")
    answer = s3("PUT", "/bucket/key", b"new", headers={"if-none-match": "*"}, began=began)
    assert answer.refusal == (409, "ConditionalRequestConflict", {"Condition": "If-None-Match", "Key": "key"})
    assert s3.put("key", if_none_match="*").status == 200


def test_keys_are_opaque_but_for_their_length_and_their_encoding(s3: Wire) -> None:
    for key in ("a//b/../c/./", "/leading", "ü" * 512, "a b+c%2F"):
        assert s3("PUT", f"/bucket/{key}", b"x").status == 200
        assert s3("GET", f"/bucket/{key}").body == b"x"
    before = s3.everything()
    refusal = (400, "KeyTooLongError", {"Size": "1026", "MaxSizeAllowed": "1024"})
    assert s3("PUT", "/bucket/" + "ü" * 513, b"x").refusal == refusal
    assert s3("PUT", "/bucket/\udcff", b"x").refusal[:2] == (400, "InvalidURI")
    assert s3.everything() == before


def test_what_describes_an_object_comes_back_with_it(s3: Wire) -> None:
    sent = {
        "cache-control": "no-cache",
        "content-disposition": "attachment",
        "content-encoding": "aws-chunked, gzip,br",
        "content-language": "de",
        "content-type": "text/plain",
        "expires": "never, ever",
        "x-amz-meta-color": "  blue ",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-tagging": "a=1&b=%C3%BC",
        "x-amz-website-redirect-location": "/elsewhere",
    }
    assert s3.put("key", **{name.replace("-", "_"): value for name, value in sent.items()}).status == 200
    for answer in (s3.get("key"), s3.head("key")):
        got = {name: answer[name] for name in sent}
        changed = {"content-encoding": "gzip,br", "x-amz-meta-color": "blue", "x-amz-tagging": None}
        assert got == {**sent, **changed}
        assert (answer["x-amz-tagging-count"], answer["content-length"], answer["accept-ranges"]) == ("2", "4", "bytes")


def test_an_object_of_which_nothing_was_said_is_a_standard_octet_stream(s3: Wire) -> None:
    s3.put("key", content_encoding="aws-chunked")
    answer = s3.get("key")
    assert answer["content-type"] == "binary/octet-stream"
    absent = ("content-encoding", "x-amz-storage-class", "x-amz-tagging-count", "x-amz-version-id", "x-amz-object-lock-mode")
    assert [answer[name] for name in absent] == [None] * 5


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("plain", "plain"),
        ("=?UTF-8?Q?plain=20text?=", "plain text"),
        ("=?UTF-8?B?cGxhaW4=?=", "plain"),
        ("=?UTF-8?Q?S=C3=A3o_Paulo?=", "=?UTF-8?Q?S=C3=A3o_Paulo?="),
        ("São Paulo".encode().decode("latin-1"), "=?UTF-8?Q?S=C3=A3o_Paulo?="),
        ("日本".encode().decode("latin-1"), "=?UTF-8?B?5pel5pys?="),
        ("=?nonsense?B?!!?=", "=?nonsense?B?!!?="),
        ("=?nonsense?Q?a?=", "=?nonsense?Q?a?="),
        ("caf\xe9", "=?UTF-8?Q?caf=C3=A9?="),
    ],
)
def test_metadata_beyond_ascii_comes_back_in_encoded_words(s3: Wire, sent: str, returned: str) -> None:
    s3.put("key", x_amz_meta_a=sent)
    assert s3.get("key")["x-amz-meta-a"] == returned


PRESIGNED = "X-Amz-Signature=abc&"


def test_what_a_presigned_url_says_in_its_query_acts_as_headers(s3: Wire) -> None:
    query = PRESIGNED + "If-None-Match=%2A&x-amz-meta-Color=bl%C3%BCe&X-Amz-Storage-Class=STANDARD_IA&x-amz-tagging=a%3D1"
    assert s3("PUT", "/bucket/key", b"x", query=query).status == 200
    answer = s3.get("key")
    assert (answer["x-amz-meta-color"], answer["x-amz-storage-class"]) == ("=?UTF-8?Q?bl=C3=BCe?=", "STANDARD_IA")
    before = s3.everything()
    assert s3("PUT", "/bucket/key", b"x", query=query).refusal == (412, "PreconditionFailed", {"Condition": "If-None-Match"})
    assert s3("PUT", "/bucket/key", b"x", query=PRESIGNED + "if-match=stale").refusal[0] == 412
    assert s3.everything() == before


def test_a_checksum_in_a_presigned_query_is_not_enforced(s3: Wire) -> None:
    assert s3("PUT", "/bucket/key", b"x", query=PRESIGNED + "x-amz-checksum-crc32=AAAAAA%3D%3D").status == 200


def test_one_condition_with_two_values_is_refused(s3: Wire) -> None:
    before = s3.everything()
    answer = s3("PUT", "/bucket/key", b"x", query=PRESIGNED + "if-match=a", headers={"if-match": "b"})
    assert answer.refusal[:2] == (400, "InvalidRequest")
    assert b"Conflicting values provided in HTTP headers and query parameters." in answer.body
    answer = s3("PUT", "/bucket/key", b"x", query=PRESIGNED + "x-amz-meta-a=b%0d%0aSet-Cookie: x")
    assert answer.refusal[:2] == (400, "InvalidArgument")
    assert s3.everything() == before


def test_a_query_that_is_not_presigned_is_no_header(s3: Wire) -> None:
    s3.put("key")
    assert s3("PUT", "/bucket/key", b"x", query="if-none-match=%2A").status == 200


def test_tags_of_a_header_hold_the_rules_of_tags(s3: Wire) -> None:
    before = s3.everything()
    assert s3.put("key", x_amz_tagging="aws%3Ax=1").refusal == (400, "InvalidTag", {"TagKey": "aws:x"})
    assert s3.put("key", x_amz_tagging="a%2C=1").refusal[1] == "InvalidTag"
    assert s3.put("key", x_amz_tagging="&".join(f"k{n}=v" for n in range(11))).refusal[:2] == (400, "BadRequest")
    assert s3.everything() == before


def test_a_bucket_whose_owner_owns_all_takes_no_grants(s3: Wire) -> None:
    before = s3.everything()
    refusal = (400, "AccessControlListNotSupported", {})
    assert s3.put("key", x_amz_acl="public-read").refusal == refusal
    assert s3.put("key", x_amz_grant_read=f'id="{"a" * 64}"').refusal == refusal
    invalid = (400, "InvalidArgument", {"ArgumentName": "id", "ArgumentValue": "abc"})
    assert s3.put("key", x_amz_grant_read='id="abc"').refusal == invalid
    assert s3.everything() == before
    assert s3.put("key", x_amz_acl="bucket-owner-full-control").status == 200


def test_what_no_header_could_carry_is_kept_so_that_one_can() -> None:
    assert carried("text/plain; a=b") == "text/plain; a=b"
    assert carried("caf\xe9") == "caf\xe9"
    assert carried("日本\r\nX: y").encode("latin-1") == "日本  X: y".encode()
