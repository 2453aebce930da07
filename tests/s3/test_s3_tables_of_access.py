"""The tables of docstrings are what the code does: actions, condition keys, policies, grants, buckets, tags, bodies, lists."""

from __future__ import annotations

import ast
import json
import re
from base64 import b64encode
from hashlib import md5, sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from s3_tables import table, tables
from s3_wire import Answer, Wire, bucket_called

from condemu.auth.authentication import Authentication
from condemu.auth.policy import parse
from condemu.auth.policy_grammar import Problem
from condemu.auth.principals import canonical_id, root_of
from condemu.core.blobs import MemoryBlobs
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import BytesBody, Request
from condemu.core.store import MemoryStore
from condemu.s3.access.actions import Check, checks_of
from condemu.s3.access.policy_keys import ConditionKeys
from condemu.s3.access.policy_rules import rules_of
from condemu.s3.operations import BY_NAME
from condemu.s3.requests.members import members_of
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_BUCKET, OF_NEW_BUCKET, OF_OBJECT, checked
from condemu.s3.service import S3

Row = dict[str, str]
OWNER, WRITER = "000000000000", "111122223333"
RESOURCES = ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]
ALLOWED = {"Effect": "Allow", "Principal": {"AWS": WRITER}, "Action": "s3:*", "Resource": RESOURCES}
OPEN_BUCKET = {"Version": "2012-10-17", "Statement": ALLOWED}


def coded(answer: Answer) -> str:
    return f"{answer.status} {answer.code}" if answer.code is not None else str(answer.status)


def request_of(operation: str, headers: dict[str, str], query: dict[str, str] | None = None) -> S3Request:
    row = BY_NAME[operation]
    members, metadata = members_of(headers, query or {})
    http = Request(row.method, "/bucket/key", "", headers, BytesBody())
    return S3Request(http, row, "bucket", "key" if row.level == "object" else "", members, query or {}, metadata)


# authorization


@pytest.mark.parametrize("row", table("access/actions.py"))
def test_which_more_a_request_needs(s3: Wire, row: Row) -> None:
    s3.put("plain")
    s3.put("tagged", x_amz_tagging="a=b")
    carried = dict(pair.split(": ", 1) for pair in row["carries"].split("; "))
    query = {"versionId": carried.pop("versionId")} if "versionId" in carried else {}
    request = request_of(row["operation"], carried, query)
    checks = s3.store.view(lambda txn: checks_of(txn, request))
    own = request.operation.actions[1 if query and len(request.operation.actions) > 1 else 0]
    actions = [check.action for check in checks]
    assert own in actions
    actions.remove(own)
    assert actions == (row["needs, too"].split(", ") if "needs, too" in row else [])
    sources = [check for check in checks if check.source]
    assert bool(sources) == ("x-amz-copy-source" in carried)
    assert checks[: len(sources)] == sources


@pytest.mark.parametrize("operation", ["PostObject", "CopyObject", "CreateMultipartUpload"])
@pytest.mark.parametrize(
    "row", [row for row in table("access/actions.py") if row.get("needs, too", "").startswith("s3:PutObject")]
)
def test_what_describes_a_new_object_counts_in_all_operations_that_make_one(s3: Wire, row: Row, operation: str) -> None:
    carried = dict(pair.split(": ", 1) for pair in row["carries"].split("; "))
    request = request_of(operation, carried)
    assert row["needs, too"] in [check.action for check in s3.store.view(lambda txn: checks_of(txn, request))]


KEY_ROWS = [
    (row["key"], operation, row["value"]) for row in table("access/policy_keys.py") for operation in row["in"].split(", ")
]


@pytest.mark.parametrize(("key", "operation", "value"), KEY_ROWS)
def test_the_value_of_a_condition_key(s3: Wire, key: str, operation: str, value: str) -> None:
    sent = '"quoted"'
    row = BY_NAME[operation]
    request = request_of(operation, {"if-match": sent, "if-none-match": sent})
    if value == "the entry's ETag":
        request = request.entry("key", {"IfMatch": sent})
    expected = {"absent": None, "the header as sent, quotes and all": sent, "the entry's ETag": sent}.get(value, value)
    found = s3.store.view(lambda txn: ConditionKeys(txn, request, Check(row.actions[0], "bucket", "key"), OWNER).get(key.lower()))
    assert found == expected


def statement(action: str, resource: str, **condition: str) -> str:
    made: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    if condition:
        made["Condition"] = {"StringEquals": {name.replace("_", ":"): value for name, value in condition.items()}}
    return json.dumps({"Version": "2012-10-17", "Statement": [made]})


OBJECTS = "arn:aws:s3:::bucket/*"
STATEMENTS = {  # what S3 asks for, and what it refuses
    "each action": (("s3:GetObject", "*", "s3:Get*"), ("dynamodb:GetItem", "s3:FetchObject", "s3:Fetch*")),
    "each resource": ((OBJECTS, "arn:aws:s3:::b*/k"), ("arn:aws:s3:::other/*", "*", "arn:aws:sqs:::bucket")),
    "both": (("s3:GetObject",), ("s3:ListBucket", "s3:ListBucket*")),
    "each s3: key": (("s3_prefix",), ("s3_nothing",)),
    "key and action": (("s3_prefix",), ("s3_if-match",)),
}


@pytest.mark.parametrize("row", table("access/policy_rules.py"))
def test_what_s3_asks_of_a_policy(row: Row) -> None:
    kind = row["of a statement"]
    makes = {
        "each action": lambda action: statement(action, OBJECTS),
        "each resource": lambda resource: statement("s3:GetObject", resource),
        "both": lambda action: statement(action, OBJECTS),
        "each s3: key": lambda key: statement("s3:ListBucket", "arn:aws:s3:::bucket", **{key: "a"}),
        "key and action": lambda key: statement("s3:ListBucket", "arn:aws:s3:::bucket", **{key: "a"}),
    }
    right, wrong = STATEMENTS[kind]
    for text in right:
        assert not isinstance(parse(makes[kind](text), rules_of("bucket")), Problem), text
    for text in wrong:
        found = parse(makes[kind](text), rules_of("bucket"))
        assert isinstance(found, Problem), text
        assert found.kind == row["refused by"], text


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"'
GRANT = f"<Grant><Grantee {XSI}><ID>{canonical_id(OWNER)}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
ACL = (
    f"<AccessControlPolicy><Owner><ID>{canonical_id(OWNER)}</ID></Owner><AccessControlList>{GRANT}</AccessControlList>"
    "</AccessControlPolicy>"
).encode()


@pytest.mark.parametrize("path", ["/bucket", "/bucket/key"])
@pytest.mark.parametrize("row", table("access/grants.py"))
def test_a_grant_is_said_in_one_way(s3: Wire, row: Row, path: str) -> None:
    assert s3("DELETE", "/bucket", query="ownershipControls").status == 204
    s3.put("key")
    headers = {"x-amz-acl": "private"} if "x-amz-acl" in row else {}
    headers |= {"x-amz-grant-read": f'id="{canonical_id(WRITER)}"'} if "x-amz-grant-*" in row else {}
    before = s3.everything()
    answer = s3("PUT", path, ACL if "document" in row else b"", query="acl", headers=headers)
    assert coded(answer) == row["answer"]
    assert (s3.everything() == before) == (row["answer"] != "200")


# buckets


class Asks:
    """An authenticator that finds an account's root user."""

    def __init__(self, account: str) -> None:
        self.account = account

    def verify_s3(self, request: Any, now: float, host_bucket: str = "") -> Authentication:
        return Authentication(root_of(self.account), auth_type="REST-HEADER")

    def verify_form(self, fields: Any, bucket: str, now: float) -> tuple[Authentication, None]:
        return Authentication(root_of(self.account)), None


@pytest.mark.parametrize("row", table("buckets/ownership.py"))
def test_whose_a_new_object_is(s3: Wire, row: Row) -> None:
    rule = row.get("the bucket's rule")
    assert s3("DELETE", "/bucket", query="ownershipControls").status == 204
    if rule is not None:
        body = f"<OwnershipControls><Rule><ObjectOwnership>{rule}</ObjectOwnership></Rule></OwnershipControls>".encode()
        assert s3("PUT", "/bucket", body, query="ownershipControls").status == 200
    assert s3("PUT", "/bucket", json.dumps(OPEN_BUCKET).encode(), query="policy").status == 204
    assert coded(s3("PUT", "/bucket", query="acl", headers={"x-amz-acl": "private"})) == row["PutBucketAcl"]
    s3.service.authenticator = Asks(WRITER)
    for column, headers in (
        ("a new object belongs to", {}),
        ("with x-amz-acl: bucket-owner-full-control", {"x-amz-acl": "bucket-owner-full-control"}),
    ):
        assert s3("PUT", "/bucket/key", b"data", headers=headers).status == 200
        version = s3.store.view(lambda txn: txn.get("s3.object", bucket_called(txn).at("key")))
        assert {OWNER: "the bucket's owner", WRITER: "its writer"}[version.owner] == row[column]


@pytest.mark.parametrize("row", table("buckets/versioning.py"))
def test_what_versioning_may_become(s3: Wire, row: Row) -> None:
    if row["the bucket"] == "has Object Lock":
        s3.object_lock()
    status = f"<Status>{row['Status']}</Status>" if "Status" in row else ""
    document = f"<VersioningConfiguration>{status}</VersioningConfiguration>".encode()
    before = s3.everything()
    answer = s3("PUT", "/bucket", document, query="versioning")
    assert coded(answer) == row["answer"]
    assert answer.status == 200 or s3.everything() == before


@pytest.mark.parametrize("row", table("buckets/create.py"))
def test_creating_ones_own_bucket_again(s3: Wire, row: Row) -> None:
    region = row["the bucket is in"]
    constraint = f"<LocationConstraint>{region}</LocationConstraint>" if region != "us-east-1" else ""
    tags = "<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>"
    signed = {"authorization": f"AWS4-HMAC-SHA256 Credential=a/20260101/{region}/s3/aws4_request, "}

    def create(inside: str, **more: str) -> Answer:
        body = f"<CreateBucketConfiguration>{constraint}{inside}</CreateBucketConfiguration>".encode()
        headers = {**signed, "x-amz-object-ownership": "ObjectWriter", **more}
        return s3("PUT", "/again", body if constraint or inside else b"", headers=headers)

    def acl() -> Any:
        return s3.store.view(lambda txn: bucket_called(txn, "again").configurations.get("acl"))

    assert create("").status == 200
    granted = {"x-amz-grant-read": f'id="{canonical_id(WRITER)}"'}
    again = create(tags if row["the request carries"] == "tags" else "", **granted)
    assert coded(again) == row["answer"]
    assert (acl() is not None) == (row["answer"] == "200")


@pytest.mark.parametrize("row", table("state/buckets.py"))
def test_which_bucket_a_name_means(row: Row) -> None:
    clock, ids = ManualClock(), CountingIds()
    store = MemoryStore(clock, ids)
    modes = {"global, the default": {}, "per-account": {"bucket_names": "per-account"}}

    def wire(account: str) -> Wire:
        made = Wire()
        made.store, made.clock, made.ids = store, clock, ids
        mode = modes[row["`--bucket-names`"]]
        made.service = S3(engine=Engine(store), blobs=MemoryBlobs(), clock=clock, ids=ids, authenticator=Asks(account), **mode)  # type: ignore[arg-type]
        return made

    owner, stranger = wire(OWNER), wire(WRITER)
    assert owner("PUT", "/data").status == 200
    own = row["the bucket `data` that a request means"] == "the requester's own bucket of that name"
    assert coded(stranger("GET", "/data")) == ("404 NoSuchBucket" if own else "403 AccessDenied")
    assert coded(stranger("PUT", "/data")) == ("200" if own else "409 BucketAlreadyExists")


# tags

TAGS: dict[str, list[list[tuple[str, str]]]] = {
    "key begins with `aws:`": [[("aws:a", "b")]],
    "key not 1–128 of the letters": [[("", "b")], [("k" * 129, "b")], [("a!", "b")]],
    "value not 0–256 of them": [[("a", "v" * 257)], [("a", "b!")]],
    "the same key twice": [[("a", "b"), ("a", "c")]],
}
KINDS = {"on an object": OF_OBJECT, "on a bucket": OF_BUCKET, "in CreateBucket": OF_NEW_BUCKET}


@pytest.mark.parametrize("column", KINDS)
@pytest.mark.parametrize("row", table("requests/tags.py"))
def test_what_a_tag_may_be(row: Row, column: str) -> None:
    said = row["on an object"] if row[column] == "same" else row[column]
    if row["tag"] == "more than":
        most = int(said)
        assert len(checked([(f"k{number}", "") for number in range(most)], KINDS[column])) == most
        with pytest.raises(ServiceError, match=f"cannot be greater than {most}"):
            checked([(f"k{number}", "") for number in range(most + 1)], KINDS[column])
        return
    for pairs in TAGS[row["tag"]]:
        with pytest.raises(ServiceError) as refused:
            checked(pairs, KINDS[column])
        assert re.match(said.replace("…", ".*"), refused.value.message), refused.value.message


# bodies

WRONG: dict[str, dict[str, str]] = {  # what is checked -> headers that make it wrong for b"data"
    "there is a length": {"content-length": ""},
    "it is 5 GiB at most": {"content-length": str(5 * 1024**3 + 1)},
    "Content-MD5 is of 16 bytes": {"content-md5": "AAAA"},
    "there is one x-amz-checksum-*": {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="},
    "x-amz-content-sha256 is right": {"x-amz-content-sha256": sha256(b"other").hexdigest()},
    "Content-MD5 is right": {"content-md5": b64encode(md5(b"other").digest()).decode()},
    "x-amz-checksum-* is right": {"x-amz-checksum-crc32": "AAAAAA=="},
}
BODY_ROWS = table("objects/bodies.py")


@pytest.mark.parametrize("row", BODY_ROWS)
def test_what_is_checked_of_a_body(s3: Wire, row: Row) -> None:
    before = s3.everything()
    assert coded(s3("PUT", "/bucket/key", b"data", headers=WRONG[row["what"]])) == row["else"]
    assert s3.everything() == before


@pytest.mark.parametrize(("first", "second"), list(combinations(BODY_ROWS, 2)))
def test_a_body_is_checked_in_the_order_of_the_rows(s3: Wire, first: Row, second: Row) -> None:
    headers = {**WRONG[second["what"]], **WRONG[first["what"]]}
    assert coded(s3("PUT", "/bucket/key", b"data", headers=headers)) == first["else"]


# lists

LISTS = {"ListObjects": "", "ListObjectsV2": "list-type=2&"}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("row", table("listing/objects.py"))
def test_what_the_two_lists_of_objects_have_of_their_own(s3: Wire, row: Row, name: str) -> None:
    for key in ("a", "b", "c"):
        s3.put(key)

    def page(query: str) -> Any:
        answer = s3("GET", "/bucket", query=LISTS[name] + query)
        assert answer.xml is not None
        return answer.xml

    said, what = row.get(name), row[""]
    others = {row[other] for other in LISTS if other in row} - {said}
    if what == "begins after":
        assert [entry.text_of("Key") for entry in page(f"{said}=a").all("Contents")] == ["b", "c"]
        assert len(page(f"{others.pop()}=a").all("Contents")) == 3
    elif what in ("names its end", "… with a delimiter"):
        found = page("max-keys=1" + ("&delimiter=/" if "delimiter" in what else ""))
        assert [tag for tag in ("NextMarker", "NextContinuationToken") if found.text_of(tag)] == ([said] if said else [])
    elif what == "tells of owners":
        owners = [entry.child("Owner") is not None for entry in page("").all("Contents")]
        assert owners == [said == "to accounts"] * 3
        assert all(entry.child("Owner") is not None for entry in page("fetch-owner=true").all("Contents"))
    else:
        assert what == "counts its entries"
        assert page("").text_of("KeyCount") == ("3" if said else None)


# all of them


def test_every_table_of_a_docstring_is_run() -> None:
    """By a test that takes its rows from the docstring."""
    taken = set()
    for path in Path(__file__).parent.glob("test_s3_tables*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table":
                file, *name = [ast.unparse(argument) for argument in node.args]
                taken.add((CONSTANTS.get(file) or ast.literal_eval(file), ast.literal_eval(name[0]) if name else ""))
    assert taken == tables()
    assert len(taken) > 20


CONSTANTS = {"PRECONDITIONS": "state/preconditions.py"}
