"""Configurations that a bucket keeps as documents: put, read, deleted and listed, and what is refused of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.model import Shape
from botocore.session import get_session
from s3_compatibility import WITHOUT_EFFECT
from s3_wire import Answer, Wire, bucket_called

from condemu.s3.configurations import engine
from condemu.s3.configurations.shapes import LIFECYCLE
from condemu.s3.errors.configurations import (
    EMPTY_CONDITION,
    ERROR_CODE,
    FILTERS_OVERLAP,
    REDIRECT_CODE,
    REPLICATION_SCHEMA,
    TIERING_DAYS,
)
from condemu.s3.operations import OPERATIONS
from condemu.s3.requests.shapes import Flag, Group, Kind, Moment, Number, Text
from condemu.s3.state.buckets import change

MALFORMED = (400, "MalformedXML", {})
KINDS: dict[str, engine.Configuration] = {
    row.marker: row.handler.args[0] for row in OPERATIONS if isinstance(row.handler, partial)
}  # by the query parameter
ALONE = {marker: kind for marker, kind in KINDS.items() if not kind.list_root}
LISTED = {marker: kind for marker, kind in KINDS.items() if kind.list_root}

REPLICA = "<Destination><Bucket>arn:aws:s3:::other</Bucket></Destination>"
EXPORT = "<Format>CSV</Format><Bucket>arn:aws:s3:::other</Bucket><Prefix>p</Prefix>"
FILTER = "<Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>"
QUEUE = "<Queue>arn:aws:sqs:us-east-1:000000000000:queue</Queue>"

# what is put, with its elements in the order in which S3 answers them
WHOLE = {
    "abac": "<Status>Enabled</Status>",
    "accelerate": "<Status>Suspended</Status>",
    "logging": (
        "<LoggingEnabled><TargetBucket>other</TargetBucket><TargetPrefix>logs/</TargetPrefix><TargetGrants><Grant>"
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>uri</URI></Grantee>'
        "<Permission>READ</Permission></Grant></TargetGrants><TargetObjectKeyFormat><PartitionedPrefix>"
        "<PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat></LoggingEnabled>"
    ),
    "notification": (
        f"<QueueConfiguration><Id>1</Id>{QUEUE}<Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:Delete</Event>"
        "<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>images/</Value></FilterRule></S3Key></Filter></QueueConfiguration>"
        "<EventBridgeConfiguration/>"
    ),
    "replication": (
        "<Role>arn:aws:iam::000000000000:role/replicate</Role><Rule><ID>1</ID><Status>Enabled</Status><Priority>1</Priority>"
        f"<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>{FILTER}{REPLICA}</Rule>"
    ),
    "requestPayment": "<Payer>Requester</Payer>",
    "website": (
        "<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument>"
        "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect>"
        "<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>"
    ),
    "analytics": (
        f"<Id>one</Id>{FILTER}<StorageClassAnalysis><DataExport><OutputSchemaVersion>V_1</OutputSchemaVersion><Destination>"
        f"<S3BucketDestination>{EXPORT}</S3BucketDestination></Destination></DataExport></StorageClassAnalysis>"
    ),
    "intelligent-tiering": (
        f"<Id>one</Id>{FILTER}<Status>Enabled</Status><Tiering><Days>90</Days><AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering>"
    ),
    "inventory": (
        f"<Id>one</Id><IsEnabled>true</IsEnabled><Destination><S3BucketDestination>{EXPORT}<Encryption><SSE-S3/></Encryption>"
        "</S3BucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule>"
        "<IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields><Field>Size</Field><Field>ETag</Field></OptionalFields>"
    ),
    "metrics": f"<Id>one</Id>{FILTER}",
}
# what is answered while there is none: a document, or the code of a refusal
NONE = {
    "abac": "<Status>Disabled</Status>",
    "accelerate": "",
    "logging": "",
    "notification": "",
    "replication": "ReplicationConfigurationNotFoundError",
    "requestPayment": "<Payer>BucketOwner</Payer>",
    "website": "NoSuchWebsiteConfiguration",
}
DELETED = {row.marker for row in OPERATIONS if row.method == "DELETE" and row.level == "bucket"}


@pytest.fixture
def two(s3: Wire) -> Wire:
    """With a second bucket; both have versions, which replication asks for."""
    assert s3("PUT", "/other").status == 200
    s3.versioning("Enabled")
    s3.versioning("Enabled", "other")
    return s3


def put(s3: Wire, marker: str, content: str, bucket: str = "bucket", name: str = "one") -> Answer:
    kind = KINDS[marker]
    query = f"{marker}&id={name}" if kind.list_root else marker
    return s3("PUT", f"/{bucket}", f"<{kind.root}>{content}</{kind.root}>".encode(), query=query)


def get(s3: Wire, marker: str, name: str = "one") -> Answer:
    return s3("GET", "/bucket", query=f"{marker}&id={name}" if KINDS[marker].list_root else marker)


def inside(answer: Answer) -> str:
    """What is within the root element."""
    assert (answer.status, answer["content-type"]) == (200, "application/xml")
    opened = re.match(r'<\?xml [^>]*>\n<(\w+) xmlns="http://s3.amazonaws.com/doc/2006-03-01/"(/?)>', answer.body.decode())
    assert opened is not None
    return "" if opened[2] else answer.body.decode()[opened.end() :].removesuffix(f"</{opened[1]}>")


@pytest.mark.parametrize("marker", KINDS)
def test_a_configuration_is_put_and_answered_whole(two: Wire, marker: str) -> None:
    assert put(two, marker, WHOLE[marker]).status == (204 if marker == "metrics" else 200)
    assert inside(get(two, marker)) == WHOLE[marker]
    before = two.everything()
    assert put(two, marker, WHOLE[marker]).status in (200, 204)
    assert two.everything() == before  # the same once more is no commit


@pytest.mark.parametrize("marker", ALONE)
def test_without_one_the_answer_is_s3s_default(two: Wire, marker: str) -> None:
    def look() -> Any:
        answer = get(two, marker)
        return inside(answer) if answer.status == 200 else answer.refusal

    none = NONE[marker]
    default = none if none == "" or "<" in none else (404, none, {"BucketName": "bucket"})
    assert look() == default
    if marker in DELETED:
        assert two("DELETE", "/bucket", query=marker).status == 204
        put(two, marker, WHOLE[marker])
        assert two("DELETE", "/bucket", query=marker).status == 204
        assert look() == default


@pytest.mark.parametrize("marker", ["metadataConfiguration", "metadataTable"])
def test_no_bucket_has_tables_of_metadata(s3: Wire, marker: str) -> None:
    assert s3("GET", "/bucket", query=marker).refusal == (404, "MetadataConfigurationNotFound", {"BucketName": "bucket"})
    assert s3("GET", "/nowhere", query=marker).refusal == (404, "NoSuchBucket", {"BucketName": "nowhere"})


@pytest.mark.parametrize("marker", ["logging", "notification"])
def test_an_empty_document_removes_it(two: Wire, marker: str) -> None:
    before = two.everything()
    put(two, marker, WHOLE[marker])
    assert put(two, marker, "").status == 200
    assert inside(get(two, marker)) == ""
    assert two.everything() == before


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.marker in KINDS], ids=lambda row: row.name)
def test_a_bucket_that_is_not_there_is_the_first_refusal(s3: Wire, row: Any) -> None:
    query = f"{row.marker}&id=x" if row.also else row.marker
    body = b"<x/>" if row.method == "PUT" else b""
    assert s3(row.method, "/nowhere", body, query=query).refusal == (404, "NoSuchBucket", {"BucketName": "nowhere"})


@pytest.mark.parametrize("marker", KINDS)
def test_a_document_of_another_shape_is_malformed(two: Wire, marker: str) -> None:
    before = two.everything()
    query = f"{marker}&id=one" if KINDS[marker].list_root else marker
    assert two("PUT", "/bucket", b"", query=query).refusal == (400, "MissingRequestBodyError", {})
    for body in (b"<Other/>", b"no document", f"<{KINDS[marker].root}><Unknown/></{KINDS[marker].root}>".encode()):
        assert two("PUT", "/bucket", body, query=query).refusal == MALFORMED
    first = re.match(r"<(\w+)", WHOLE[marker])
    assert first is not None
    assert put(two, marker, WHOLE[marker].replace(f"<{first[1]}", "<Unknown/><" + first[1], 1)).refusal == MALFORMED
    assert two.everything() == before


# those that have an id


@pytest.mark.parametrize("marker", LISTED)
def test_one_that_is_not_there_is_no_such_configuration(two: Wire, marker: str) -> None:
    for method in ("GET", "DELETE"):
        assert two(method, "/bucket", query=f"{marker}&id=one").refusal == (404, "NoSuchConfiguration", {})
    put(two, marker, WHOLE[marker])
    assert two("DELETE", "/bucket", query=f"{marker}&id=one").status == 204
    assert two("DELETE", "/bucket", query=f"{marker}&id=one").refusal == (404, "NoSuchConfiguration", {})


@pytest.mark.parametrize("marker", LISTED)
def test_the_documents_id_is_the_requests(two: Wire, marker: str) -> None:
    before = two.everything()
    answer = put(two, marker, WHOLE[marker], name="two")
    assert answer.refusal == (400, "IdMismatch", {})
    assert answer.message == "Document ID does not match the specified configuration ID."
    bad = put(two, marker, WHOLE[marker].replace("one", "o ne", 1), name="o%20ne")
    assert (*bad.refusal, bad.message) == argument("id", "o ne", "Invalid Argument")
    assert two.everything() == before


@pytest.mark.parametrize("marker", LISTED)
def test_a_list_has_pages_of_a_hundred(two: Wire, marker: str) -> None:
    names = [f"name{number:03d}" for number in range(230)]
    for name in names:
        assert put(two, marker, WHOLE[marker].replace("one", name, 1), name=name).status in (200, 204)
    found: list[str | None] = []
    token = ""
    for size in (100, 100, 30):
        answer = two("GET", "/bucket", query=marker + (f"&continuation-token={token}" if token else ""))
        assert answer.xml is not None
        assert answer.xml.tag == KINDS[marker].list_root
        page = answer.xml.all(KINDS[marker].root)
        assert len(page) == size
        assert answer.xml.text_of("IsTruncated") == ("true" if size == 100 else "false")
        assert answer.xml.text_of("ContinuationToken") == (token or None)
        found += [element.text_of("Id") for element in page]
        token = answer.xml.text_of("NextContinuationToken") or ""
    assert (found, token) == (names, "")


@pytest.mark.parametrize("marker", LISTED)
def test_an_empty_list_is_not_truncated(s3: Wire, marker: str) -> None:
    assert inside(s3("GET", "/bucket", query=marker)) == "<IsTruncated>false</IsTruncated>"


def test_there_are_a_thousand_of_a_kind_at_most(s3: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST", 2)
    assert put(s3, "metrics", "<Id>a</Id>", name="a").status == 204
    assert put(s3, "metrics", "<Id>b</Id>", name="b").status == 204
    assert put(s3, "metrics", f"<Id>b</Id>{FILTER}", name="b").status == 204
    before = s3.everything()
    assert put(s3, "metrics", "<Id>c</Id>", name="c").refusal == (400, "TooManyConfigurations", {})
    assert s3.everything() == before


# what a shape cannot say


def test_a_bucket_with_periods_is_not_accelerated(s3: Wire) -> None:
    assert s3("PUT", "/with.periods").status == 200
    answer = put(s3, "accelerate", "<Status>Enabled</Status>", bucket="with.periods")
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"


def test_logs_go_to_a_bucket_that_is_there(s3: Wire) -> None:
    before = s3.everything()
    answer = put(s3, "logging", WHOLE["logging"])
    assert answer.refusal == (400, "InvalidTargetBucketForLogging", {"TargetBucket": "other"})
    assert s3.everything() == before


@pytest.mark.parametrize(("home", "told"), [("us-east-1", {}), ("us-west-2", {"SourceBucketLocation": "us-west-2"})])
def test_logs_go_to_a_bucket_of_the_same_region(two: Wire, home: str, told: dict[str, str]) -> None:
    two.store.transact(lambda txn: change(txn, bucket_called(txn, "bucket"), region=home))
    two.store.transact(lambda txn: change(txn, bucket_called(txn, "other"), region="eu-west-1"))
    before = two.everything()
    answer = put(two, "logging", WHOLE["logging"])
    assert answer.refusal == (403, "CrossLocationLoggingProhibitted", {**told, "TargetBucketLocation": "eu-west-1"})
    assert two.everything() == before


def test_replication_needs_versions_at_both_ends(s3: Wire) -> None:
    def refused() -> tuple[Any, ...]:
        answer = put(s3, "replication", WHOLE["replication"])
        return (*answer.refusal, answer.message)

    invalid = (400, "InvalidRequest", {})
    assert refused() == (*invalid, "Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    s3.versioning("Enabled")
    assert refused() == (*invalid, "Destination bucket must exist.")
    s3("PUT", "/other")
    before = s3.everything()
    assert refused() == (*invalid, "Destination bucket must have versioning enabled.")
    assert s3.everything() == before


@pytest.mark.parametrize("element", ["Priority", "DeleteMarkerReplication"])
def test_a_replication_rule_with_a_filter_needs_more(two: Wire, element: str) -> None:
    content = re.sub(f"<{element}>.*</{element}>", "", WHOLE["replication"])
    answer = put(two, "replication", content)
    assert answer.refusal == (400, "InvalidRequest", {})
    assert answer.message == REPLICATION_SCHEMA.message.format(Element=element)


@pytest.mark.parametrize("marker", ["replication", "notification"])
def test_a_rule_without_an_id_is_given_one(two: Wire, marker: str) -> None:
    tag = "ID" if marker == "replication" else "Id"
    assert put(two, marker, re.sub(f"<{tag}>1</{tag}>", "", WHOLE[marker])).status == 200
    found = re.search(f"<{tag}>([^<]+)</{tag}>", inside(get(two, marker)))
    assert found is not None
    assert len(found[1]) == 36


@pytest.mark.parametrize("marker", ["inventory", "analytics"])
def test_a_destination_has_the_arn_of_a_bucket(two: Wire, marker: str) -> None:
    before = two.everything()
    answer = put(two, marker, WHOLE[marker].replace("arn:aws:s3:::other", "other"))
    assert answer.refusal == (400, "InvalidS3DestinationBucket", {})
    assert answer.message == "Invalid bucket ARN."
    assert two.everything() == before


def told(event: str, key_filter: str = "") -> str:
    rules = "".join(
        f"<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>"
        for name, _, value in (pair.partition("=") for pair in key_filter.split())
    )
    condition = f"<Filter><S3Key>{rules}</S3Key></Filter>" if rules else ""
    return f"<QueueConfiguration>{QUEUE}<Event>{event}</Event>{condition}</QueueConfiguration>"


def argument(name: str, value: str, message: str) -> tuple[Any, ...]:
    return (400, "InvalidArgument", {"ArgumentName": name, "ArgumentValue": value}, message)


def invalid(code: str, message: str) -> tuple[Any, ...]:
    return (400, code, {}, message)


AMBIGUOUS = FILTERS_OVERLAP.message


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (
            told("s3:ObjectCreated:Never"),
            argument("Event", "s3:ObjectCreated:Never", "A specified event is not supported for notifications."),
        ),
        (
            told("s3:ObjectCreated:*").replace("arn:aws:sqs", "arn:aws:sns"),
            argument(
                "Queue", "arn:aws:sns:us-east-1:000000000000:queue",
                "A specified destination ARN does not exist or is not well-formed. Verify the destination ARN.",
            ),
        ),
        (
            told("s3:ObjectCreated:*", "INVALID=a"),
            argument("FilterRule.Name", "INVALID", "filter rule name must be either prefix or suffix"),
        ),
        (
            told("s3:ObjectCreated:*", "prefix=a Prefix=b"),
            argument("FilterRule.Name", "prefix", "Cannot specify more than one prefix rule in a filter."),
        ),
        (
            told("s3:ObjectCreated:*") + told("s3:ObjectCreated:Put"),
            argument(
                "Event", "s3:ObjectCreated:*, s3:ObjectCreated:Put",
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
            ),
        ),
        (
            told("s3:ObjectCreated:Put", "prefix=a") + told("s3:ObjectCreated:Put", "prefix=ab"),
            invalid("InvalidArgument", AMBIGUOUS),
        ),
        (
            told("s3:ObjectCreated:Put", "suffix=g") + told("s3:ObjectCreated:Put", "suffix=jpg"),
            invalid("InvalidArgument", AMBIGUOUS),
        ),
        (f"<QueueConfiguration>{QUEUE}</QueueConfiguration>", MALFORMED),
        (told("s3:ObjectCreated:Put", "prefix=a").replace("<Value>a</Value>", ""), MALFORMED),
    ],
)  # fmt: skip
def test_a_notification_is_refused(s3: Wire, content: str, refused: tuple[Any, ...]) -> None:
    before = s3.everything()
    answer = put(s3, "notification", content)
    assert (*answer.refusal, answer.message)[: len(refused)] == refused
    assert s3.everything() == before


def test_notifications_that_never_tell_of_the_same_event_are_accepted(s3: Wire) -> None:
    content = (
        told("s3:ObjectCreated:Put", "prefix=a suffix=jpg") + told("s3:ObjectCreated:*", "prefix=b")
        + told("s3:ObjectCreated:Put", "prefix=a suffix=png") + told("s3:ObjectRemoved:*")
    )  # fmt: skip
    assert put(s3, "notification", content).status == 200


def destinations(count: int, tag: str = "Queue", queue: str = QUEUE) -> str:
    """So many destinations, none of which is told of another's events."""
    return "".join(
        f"<{tag}Configuration>{queue}<Event>s3:ObjectCreated:Put</Event><Filter><S3Key><FilterRule><Name>prefix</Name>"
        f"<Value>{tag}{number:04d}</Value></FilterRule></S3Key></Filter></{tag}Configuration>"
        for number in range(count)
    )


def test_a_bucket_notifies_a_hundred_destinations_of_all_kinds(s3: Wire) -> None:
    """S3 User Guide, "Amazon S3 Event Notifications"; the code of the refusal is inferred."""
    topic = QUEUE.replace(":sqs:", ":sns:").replace("Queue>", "Topic>")
    assert put(s3, "notification", destinations(60) + destinations(40, "Topic", topic)).status == 200
    before = s3.everything()
    assert put(s3, "notification", destinations(60) + destinations(41, "Topic", topic)).refusal == MALFORMED
    assert s3.everything() == before


def tiered(tier: str, days: int) -> str:
    return f"<Id>id</Id><Status>Enabled</Status><Tiering><Days>{days}</Days><AccessTier>{tier}</AccessTier></Tiering>"


@pytest.mark.parametrize(("tier", "fewest"), [("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 180)])
def test_a_tier_of_an_archive_has_its_days(s3: Wire, tier: str, fewest: int) -> None:
    """API Reference, Tiering; the code is one of the operation's errors."""

    def sent(days: int) -> Answer:
        body = f"<IntelligentTieringConfiguration>{tiered(tier, days)}</IntelligentTieringConfiguration>".encode()
        return s3("PUT", "/bucket", body, query="intelligent-tiering&id=id")

    assert sent(fewest).status == sent(730).status == 200
    before = s3.everything()
    for days in (0, fewest - 1, 731):
        assert (*sent(days).refusal, sent(days).message) == (400, TIERING_DAYS.code, {}, TIERING_DAYS.message)
    assert s3.everything() == before


PROTOCOL = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
REDIRECT = "<RedirectAllRequestsTo><HostName>example.com</HostName></RedirectAllRequestsTo>"
INDEX = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
ON_302 = "<Condition><HttpErrorCodeReturnedEquals>302</HttpErrorCodeReturnedEquals></Condition>"


def routed(redirect: str, condition: str = "") -> str:
    return f"{INDEX}<RoutingRules><RoutingRule>{condition}<Redirect>{redirect}</Redirect></RoutingRule></RoutingRules>"


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (
            "",
            argument(
                "IndexDocument", "null", "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
            ),
        ),
        (
            INDEX.replace("index.html", "/index.html"),
            argument("IndexDocument", "/index.html", "The IndexDocument Suffix is not well formed"),
        ),
        (INDEX.replace("index.html", ""), argument("IndexDocument", "", "The IndexDocument Suffix is not well formed")),
        (
            REDIRECT + INDEX,
            argument(
                "RedirectAllRequestsTo",
                "not null",
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            ),
        ),
        (REDIRECT.replace("</HostName>", "</HostName><Protocol>ftp</Protocol>"), invalid("InvalidRequest", PROTOCOL)),
        (routed("<Protocol>ftp</Protocol>"), invalid("InvalidRequest", PROTOCOL)),
        (
            routed("<HostName>a</HostName>", "<Condition/>"),
            invalid("InvalidRequest", EMPTY_CONDITION.message),
        ),
        (
            routed("<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>"),
            invalid("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both."),
        ),
        (routed(""), MALFORMED),
        (routed("<HttpRedirectCode>200</HttpRedirectCode>"), invalid("InvalidRequest", REDIRECT_CODE.message.format(code="200"))),
        (routed("<HttpRedirectCode>300</HttpRedirectCode>"), invalid("InvalidRequest", REDIRECT_CODE.message.format(code="300"))),
        (routed("<HttpRedirectCode>30x</HttpRedirectCode>"), invalid("InvalidRequest", REDIRECT_CODE.message.format(code="30x"))),
        (
            routed("<HostName>a</HostName>", ON_302),
            invalid("InvalidRequest", ERROR_CODE.message.format(code="302")),
        ),
        (REDIRECT.replace("example.com", ""), MALFORMED),
        (routed("<HostName>a</HostName>").replace("<RoutingRule>", "<RoutingRule/><RoutingRule>"), MALFORMED),
    ],
)
def test_a_website_is_refused(s3: Wire, content: str, refused: tuple[Any, ...]) -> None:
    before = s3.everything()
    answer = put(s3, "website", content)
    assert (*answer.refusal, answer.message)[: len(refused)] == refused
    assert s3.everything() == before


def test_fifty_routing_rules_are_the_most(s3: Wire) -> None:
    one = "<RoutingRule><Redirect><HostName>a</HostName></Redirect></RoutingRule>"
    assert put(s3, "website", f"{INDEX}<RoutingRules>{one * 51}</RoutingRules>").refusal == MALFORMED
    assert put(s3, "website", f"{INDEX}<RoutingRules>{one * 50}</RoutingRules>").status == 200
    assert put(s3, "website", REDIRECT).status == 200


# the shapes against botocore's model


def paths(kind: Kind, path: str = "") -> Iterator[tuple[str, str, bool, bool]]:
    """(path of tags, what kind of text, whether it is needed, whether there may be several) of all that a shape holds."""
    assert isinstance(kind, Group)
    for field in kind.fields:
        here = f"{path}/{field.tag}"
        yield here, named(field.kind), field.needed, field.most > 1
        if isinstance(field.kind, Group):
            yield from paths(field.kind, here)


def named(kind: Kind) -> str:
    match kind:
        case Text(choices=choices):
            return "|".join(sorted(choices))
        case Number():
            return "number"
        case Flag():
            return "flag"
        case Moment():
            return "moment"
    return "group"


def modeled(shape: Shape, path: str = "") -> Iterator[tuple[str, str, bool, bool]]:
    for member, content in shape.members.items():  # type: ignore[attr-defined]
        tag, flat, several = content.serialization.get("name", member), True, False
        if content.serialization.get("xmlAttribute") or content.serialization.get("location"):
            continue
        needed = member in shape.required_members  # type: ignore[attr-defined]
        if content.type_name == "list":
            flat, several = bool(content.serialization.get("flattened")), True
            inner = content.member
            if not flat:
                yield f"{path}/{tag}", "group", needed, False
                path_of_item = f"{path}/{tag}/{inner.serialization.get('name', 'member')}"
            else:
                path_of_item = f"{path}/{tag}"
            content = inner
        else:
            path_of_item = f"{path}/{tag}"
        yield path_of_item, kind_of(content), needed and flat, several
        if content.type_name == "structure":
            yield from modeled(content, path_of_item)


def kind_of(shape: Shape) -> str:
    if shape.type_name == "string":
        return "|".join(sorted(shape.enum))  # type: ignore[attr-defined]
    return {"integer": "number", "long": "number", "boolean": "flag", "timestamp": "moment"}.get(shape.type_name, "group")


# What is known here about choices that the model leaves to the text, or the other way round.
AS_TEXT = {"Event", "Name", "Protocol"}  # refused with an answer of their own
MODEL_LAGS = {"StorageClass"}  # of replication: more of them in newer models
NEEDED_TOO = {  # S3 asks for them (its schema, or the reference's text), the model does not
    "/Rule/Transition/StorageClass", "/Rule/NoncurrentVersionTransition/StorageClass", "/Status", "/RoutingRules/RoutingRule",
    "/TopicConfiguration/Filter/S3Key/FilterRule/Name", "/TopicConfiguration/Filter/S3Key/FilterRule/Value",
    "/QueueConfiguration/Filter/S3Key/FilterRule/Name", "/QueueConfiguration/Filter/S3Key/FilterRule/Value",
    "/CloudFunctionConfiguration/Filter/S3Key/FilterRule/Name", "/CloudFunctionConfiguration/Filter/S3Key/FilterRule/Value",
    "/LoggingEnabled/TargetGrants/Grant/Grantee", "/LoggingEnabled/TargetGrants/Grant/Permission",
}  # fmt: skip

SHAPES = {"lifecycle": LIFECYCLE, **{marker: kind.shape for marker, kind in KINDS.items()}}


@pytest.mark.parametrize("marker", SHAPES)
def test_a_shape_is_the_models(marker: str) -> None:
    row = next(row for row in OPERATIONS if row.marker == marker and row.method == "PUT")
    operation = get_session().get_service_model("s3").operation_model(row.name)
    assert operation.input_shape is not None
    payload = operation.input_shape.members[operation.input_shape.serialization["payload"]]
    assert payload.serialization.get("name", "") in ("", KINDS[marker].root if marker in KINDS else "LifecycleConfiguration")
    ours, theirs = (
        {path: (kind if path.rpartition("/")[2] not in AS_TEXT | MODEL_LAGS else "", needed, several)
         for path, kind, needed, several in held}
        for held in (paths(SHAPES[marker]), modeled(payload))
    )  # fmt: skip
    for path in NEEDED_TOO & theirs.keys():
        theirs[path] = (theirs[path][0], ours[path][1], theirs[path][2])
    assert ours == theirs


def test_what_has_no_effect_is_said() -> None:
    assert set(WITHOUT_EFFECT) == set(KINDS) - {"website"}
