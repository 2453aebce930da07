from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

from condemu.auth.principals import canonical_id

ACCOUNT = "000000000000"
EU = {"host": "s3.eu-west-1.amazonaws.com"}
SCOPE = {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00"}


def create(s3: Wire, name: str, location: str = "", body: bytes = b"", **headers: str) -> Answer:
    if location:
        body = (
            f"<CreateBucketConfiguration><LocationConstraint>{location}</LocationConstraint></CreateBucketConfiguration>".encode()
        )
    return s3("PUT", f"/{name}", body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def tagged(*pairs: tuple[str, str]) -> bytes:
    tags = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in pairs)
    return f"<CreateBucketConfiguration><Tags>{tags}</Tags></CreateBucketConfiguration>".encode()


def names(answer: Answer) -> list[str | None]:
    assert answer.xml is not None
    buckets = answer.xml.child("Buckets")
    assert buckets is not None
    return [bucket.text_of("Name") for bucket in buckets]


@pytest.mark.parametrize("name", ["abc", "a.b-c", "0ab", "a" * 63, "my-bucket-an", "192.168.5", "1.2.3.4.5"])
def test_a_bucket_name_is_accepted(s3: Wire, name: str) -> None:
    answer = create(s3, name)
    assert (answer.status, answer["location"], answer["x-amz-bucket-arn"]) == (200, f"/{name}", f"arn:aws:s3:::{name}")
    assert s3("HEAD", f"/{name}").status == 200


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Upper", "under_score", "-abc", "abc-", ".abc", "a..b", "192.168.5.4", "xn--abc", "sthree-abc",
     "amzn-s3-demo-abc", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "abc--table-s3", "a b", "bücket",
     "abc-000000000000-us-east-1-an"],
)  # fmt: skip
def test_a_bucket_name_is_refused(s3: Wire, name: str) -> None:
    before = s3.everything()
    assert create(s3, name).refusal == (400, "InvalidBucketName", {"BucketName": name})
    assert s3.everything() == before


def test_an_account_regional_bucket_is_named_by_account_and_region(s3: Wire) -> None:
    name = f"abc-{ACCOUNT}-us-east-1-an"
    assert create(s3, "abc", x_amz_bucket_namespace="account-regional").code == "InvalidBucketName"
    assert create(s3, f"abc-{ACCOUNT}-eu-west-1-an", x_amz_bucket_namespace="account-regional").code == "InvalidBucketName"
    assert create(s3, name, x_amz_bucket_namespace="account-regional").status == 200
    assert create(s3, "other", x_amz_bucket_namespace="x").refusal == (
        400, "InvalidArgument", {"ArgumentName": "x-amz-bucket-namespace"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "location", "refused"),
    [
        ({}, "", None),
        ({}, "eu-west-1", None),
        ({}, "EU", None),
        ({}, "us-east-1", ("InvalidLocationConstraint", {"LocationConstraint": "us-east-1"})),
        ({}, "aws-global", ("InvalidLocationConstraint", {"LocationConstraint": "aws-global"})),
        ({}, "foo", ("InvalidLocationConstraint", {"LocationConstraint": "foo"})),
        (EU, "eu-west-1", None),
        (SCOPE, "eu-west-1", None),
        (EU, "EU", None),
        (EU, "us-west-2", ("IllegalLocationConstraintException", {})),
        (SCOPE, "bar", ("IllegalLocationConstraintException", {})),
        (EU, "", ("IllegalLocationConstraintException", {})),
    ],
)
def test_the_location_must_suit_the_endpoint(
    s3: Wire, endpoint: dict[str, str], location: str, refused: tuple[str, dict[str, str]] | None
) -> None:
    before = s3.everything()
    answer = create(s3, "located", location, **endpoint)
    if refused is None:
        assert answer.status == 200
    else:
        assert answer.refusal == (400, *refused)
        assert s3.everything() == before


def test_an_illegal_location_is_named_in_the_message(s3: Wire) -> None:
    for location, said in (("us-west-2", "us-west-2"), ("", "unspecified")):
        answer = create(s3, "located", location, **EU)
        assert answer.xml is not None
        assert answer.xml.text_of("Message") == (
            f"The {said} location constraint is incompatible for the region specific endpoint this request was sent to."
        )


@pytest.mark.parametrize(
    ("location", "region", "document"),
    [
        ("", "us-east-1", ""),
        ("eu-west-1", "eu-west-1", "eu-west-1"),
        ("EU", "eu-west-1", "EU"),
        ("us-west-2", "us-west-2", "us-west-2"),
    ],
)
def test_a_bucket_says_where_it_is(s3: Wire, location: str, region: str, document: str) -> None:
    created = create(s3, "located", location)
    assert created["location"] == ("/located" if not location else "http://located.s3.amazonaws.com/")
    head = s3("HEAD", "/located")
    assert (head.status, head.body, head["x-amz-bucket-region"], head["x-amz-access-point-alias"]) == (200, b"", region, "false")
    assert (head["content-type"], head["x-amz-bucket-arn"]) == ("application/xml", "arn:aws:s3:::located")
    answer = s3("GET", "/located", query="location")
    assert answer.xml is not None
    assert (answer.xml.tag, answer.xml.text) == ("LocationConstraint", document)


def test_us_east_1_lets_an_owner_create_a_bucket_again_and_other_regions_do_not(s3: Wire) -> None:
    assert create(s3, "bucket").status == 200
    owned = (409, "BucketAlreadyOwnedByYou", {"BucketName": "bucket"})
    before = s3.everything()
    assert create(s3, "bucket", body=tagged(("k", "v"))).refusal == owned
    create(s3, "located", "eu-west-1")
    before = s3.everything()
    assert create(s3, "located", "eu-west-1").code == "BucketAlreadyOwnedByYou"
    assert create(s3, "located").code == "BucketAlreadyOwnedByYou"
    assert s3.everything() == before


def test_creating_a_bucket_again_resets_its_acl(s3: Wire) -> None:
    create(s3, "shared", x_amz_object_ownership="ObjectWriter", x_amz_acl="log-delivery-write")
    assert b"LogDelivery" in s3("GET", "/shared", query="acl").body
    assert create(s3, "shared").status == 200
    assert b"LogDelivery" not in s3("GET", "/shared", query="acl").body


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"x_amz_object_ownership": "RandomValue"}, ("InvalidArgument", {"ArgumentName": "x-amz-object-ownership"})),
        ({"x_amz_object_ownership": ""}, ("InvalidArgument", {"ArgumentName": "x-amz-object-ownership"})),
        ({"x_amz_acl": "public-read"}, ("InvalidBucketAclWithObjectOwnership", {})),
        (
            {"x_amz_acl": "public-read", "x_amz_object_ownership": "ObjectWriter"},
            ("InvalidBucketAclWithBlockPublicAccessError", {}),
        ),
        ({"x_amz_acl": "fake-acl"}, ("InvalidArgument", {"ArgumentName": "x-amz-acl", "ArgumentValue": "fake-acl"})),
        ({"x_amz_acl": "private", "x_amz_grant_read": f'id="{"0" * 64}"'}, ("InvalidRequest", {})),
    ],
)
def test_ownership_and_grants_of_a_new_bucket_are_checked(
    s3: Wire, headers: dict[str, str], refused: tuple[str, dict[str, str]]
) -> None:
    before = s3.everything()
    assert create(s3, "fresh", **headers).refusal == (400, *refused)
    assert s3.everything() == before


def test_a_new_bucket_has_the_defaults_of_today(s3: Wire) -> None:
    assert b"<ObjectOwnership>BucketOwnerEnforced<" in s3("GET", "/bucket", query="ownershipControls").body
    block = s3("GET", "/bucket", query="publicAccessBlock").xml
    assert block is not None
    settings = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    assert [(child.tag, child.text) for child in block] == [(setting, "true") for setting in settings]
    assert b"<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false<" in (
        s3("GET", "/bucket", query="encryption").body
    )
    versioning = s3("GET", "/bucket", query="versioning").xml
    assert versioning is not None
    assert len(versioning) == 0
    assert s3("GET", "/bucket", query="object-lock").code == "ObjectLockConfigurationNotFoundError"


def test_object_lock_at_creation_brings_versioning(s3: Wire) -> None:
    assert create(s3, "locked", x_amz_bucket_object_lock_enabled="true").status == 200
    assert b"<Status>Enabled</Status>" in s3("GET", "/locked", query="versioning").body
    assert b"<ObjectLockEnabled>Enabled</ObjectLockEnabled></" in s3("GET", "/locked", query="object-lock").body


def test_tags_come_with_a_new_bucket_or_refuse_it(s3: Wire) -> None:
    assert create(s3, "tagged", body=tagged(("Key1", "Val1"))).status == 200
    assert b"<TagSet><Tag><Key>Key1</Key><Value>Val1</Value></Tag></TagSet>" in s3("GET", "/tagged", query="tagging").body
    before = s3.everything()
    assert create(s3, "other", body=tagged(("aws:prefixed", "v"))).refusal == (400, "InvalidTag", {})
    assert create(s3, "other", body=tagged(("Key1,Key2", "v"))).refusal == (400, "InvalidTag", {"TagKey": "Key1,Key2"})
    assert create(s3, "other", body=b"<Nonsense/>").refusal == (400, "MalformedXML", {})
    assert create(s3, "other", body=b"<CreateBucketConfiguration><Bucket/></CreateBucketConfiguration>").code == "NotImplemented"
    assert s3.everything() == before


def test_what_does_not_exist_is_not_found(s3: Wire) -> None:
    missing = (404, "NoSuchBucket", {"BucketName": "missing"})
    assert s3("DELETE", "/missing").refusal == missing
    assert (s3("HEAD", "/missing").status, s3("HEAD", "/missing").body) == (404, b"")
    for marker in ("location", "versioning", "acl", "cors", "tagging", "encryption", "object-lock", "publicAccessBlock"):
        assert s3("GET", "/missing", query=marker).refusal == missing
        if marker != "location":
            assert s3("PUT", "/missing", b"<x/>", query=marker).refusal == missing


def test_a_bucket_is_deleted_only_when_it_is_empty(s3: Wire) -> None:
    s3.put("key")
    before = s3.everything()
    answer = s3("DELETE", "/bucket")
    assert answer.refusal == (409, "BucketNotEmpty", {"BucketName": "bucket"})
    assert b"<Message>The bucket you tried to delete is not empty</Message>" in answer.body
    assert s3.everything() == before
    s3.delete("key")
    answer = s3("DELETE", "/bucket")
    assert (answer.status, answer.body) == (204, b"")
    assert s3.everything() == {}


def test_versions_and_delete_markers_keep_a_bucket(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.delete("never-there")
    answer = s3("DELETE", "/bucket")
    assert answer.code == "BucketNotEmpty"
    assert b"You must delete all versions in the bucket." in answer.body


def test_uploads_in_progress_end_with_their_bucket(s3: Wire) -> None:
    upload = s3("POST", "/bucket/key", query="uploads").xml
    assert upload is not None
    assert s3("PUT", "/bucket/key", b"part", query=f"partNumber=1&uploadId={upload.text_of('UploadId')}").status == 200
    assert s3("DELETE", "/bucket").status == 204
    assert s3.everything() == {}


def test_buckets_are_listed_in_order_with_their_owner(s3: Wire) -> None:
    create(s3, "alpha")
    create(s3, "zulu", "eu-west-1")
    answer = s3("GET", "/")
    assert names(answer) == ["alpha", "bucket", "zulu"]
    assert answer.xml is not None
    assert (answer.xml.tag, answer.xml.child("Owner").text_of("ID")) == ("ListAllMyBucketsResult", canonical_id(ACCOUNT))  # type: ignore[union-attr]
    first = answer.xml.child("Buckets").child("Bucket")  # type: ignore[union-attr]
    assert first is not None
    assert [child.tag for child in first] == ["Name", "CreationDate", "BucketArn"]
    assert names(s3("GET", "/", query="prefix=al")) == ["alpha"]
    assert names(s3("GET", "/", query="bucket-region=eu-west-1")) == ["zulu"]
    assert b"<BucketRegion>eu-west-1</BucketRegion>" in s3("GET", "/", query="bucket-region=eu-west-1").body


def test_a_list_of_buckets_comes_in_pages(s3: Wire) -> None:
    for name in ("b01", "b02", "b03", "c01"):
        create(s3, name)
    seen: list[str | None] = []
    query = "max-buckets=2&prefix=b"
    for _ in range(3):
        page = s3("GET", "/", query=query)
        assert page.xml is not None
        seen += names(page)
        token = page.xml.text_of("ContinuationToken")
        if token is None:
            break
        query = f"max-buckets=2&prefix=b&continuation-token={token}"
    assert seen == ["b01", "b02", "b03", "bucket"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("bucket-region=eu-east-1", {"ArgumentName": "bucket-region"}),
        ("max-buckets=0", {"ArgumentName": "max-buckets", "ArgumentValue": "0"}),
        ("max-buckets=10001", {"ArgumentName": "max-buckets", "ArgumentValue": "10001"}),
        ("max-buckets=x", {"ArgumentName": "max-buckets", "ArgumentValue": "x"}),
        ("continuation-token=%C3%A4", {"ArgumentName": "continuation-token"}),
        ("continuation-token=YWJj", {"ArgumentName": "continuation-token"}),
    ],
)
def test_a_list_of_buckets_is_refused(s3: Wire, query: str, fields: dict[str, str]) -> None:
    assert s3("GET", "/", query=query).refusal == (400, "InvalidArgument", fields)
