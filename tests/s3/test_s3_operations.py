"""The tables of operations and members against the installed botocore, in both directions, and the page that is made of them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.serialize import create_serializer
from s3_compatibility import ALL, NOT_HONORED, PAGE, page
from s3_wire import Wire

import condemu.s3
from condemu.s3.operations import BY_NAME, OPERATIONS
from condemu.s3.requests.conditions import UNIMPLEMENTED
from condemu.s3.requests.members import HEADERS, QUERY, RESPONSE_HEADERS
from condemu.s3.routing import route

# Names of the model that are older forms of another operation, with the same method and marker.
OLDER = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
NOT_IN_A_MODEL = {"PostObject"}
RENAMED = "RenameObject"  # its four conditions are called DestinationIf… where everybody else's are If…
TABLES_MADE_WITH = (1, 44, 5)  # of botocore: an older one may know fewer names than the tables, a newer one more
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])


@cache
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("s3")


def operation_models() -> Iterator[OperationModel]:
    for name in model().operation_names:
        yield model().operation_model(name)


NAMES = sorted(model().operation_names)


def sample(shape: Shape | None) -> Any:
    """The least that a shape accepts."""
    if shape is None:
        return {}
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}  # type: ignore[attr-defined]
    if shape.type_name == "list":
        return [sample(shape.member)]  # type: ignore[attr-defined]
    return {"integer": 1, "long": 1, "boolean": True, "timestamp": 0, "blob": b"", "map": {}}.get(shape.type_name, "a")


def request_of(operation: OperationModel) -> tuple[str, str, str, dict[str, str], dict[str, str]]:
    """(method, bucket, key, query, headers) as botocore would send them."""
    parameters = sample(operation.input_shape)
    made = create_serializer("rest-xml", include_validation=False).serialize_to_request(parameters, operation)
    path, _, marker = made["url_path"].partition("?")
    query = dict(made["query_string"])
    query.update(pair.partition("=")[::2] for pair in marker.split("&") if pair)
    headers = {name.lower(): value for name, value in made["headers"].items()}
    if operation.name == "WriteGetObjectResponse":
        return made["method"], path.strip("/"), "", query, headers
    if operation.name == "ListDirectoryBuckets":
        headers["authorization"] = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3express/aws4_request"
    key = parameters.get("Key", "") if "{Key" in operation.http["requestUri"] else ""
    return made["method"], parameters.get("Bucket", ""), key, query, headers


@pytest.mark.parametrize("name", NAMES)
def test_a_request_of_the_model_is_routed_to_its_operation(name: str) -> None:
    operation = route(*request_of(model().operation_model(name)))
    assert operation is not None
    assert operation.name == OLDER.get(name, name)


def test_there_is_a_row_for_every_operation_of_the_model_and_no_other() -> None:
    rows, modeled = set(BY_NAME), set(model().operation_names)
    if INSTALLED <= TABLES_MADE_WITH:
        assert modeled - set(OLDER) <= rows
    if INSTALLED >= TABLES_MADE_WITH:
        assert rows - modeled == NOT_IN_A_MODEL
    assert len(BY_NAME) == len(OPERATIONS)


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS if operation.handler is None])
def test_a_missing_operation_answers_501_by_its_name(s3: Wire, name: str) -> None:
    if name not in model().operation_names:
        pytest.skip(f"botocore {botocore.__version__} does not know {name} yet")
    method, bucket, key, query, headers = request_of(model().operation_model(name))
    before = s3.everything()
    path = f"/{'bucket' if bucket == 'a' else bucket}/{key}" if bucket else "/"
    text = "&".join(f"{parameter}={value}" for parameter, value in query.items())
    answer = s3(method, path.rstrip("/") or "/", b"<x/>" if method in ("PUT", "POST") else b"", query=text, headers=headers)
    assert (answer.status, answer.code) == (501, "NotImplemented")
    assert answer["x-condemu-because"] == f"condemu does not implement {name}"
    assert s3.everything() == before


@cache
def wire_names() -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]:
    """Wire name -> members, of request headers, query parameters and response headers."""
    headers: dict[str, set[str]] = defaultdict(set)
    query: dict[str, set[str]] = defaultdict(set)
    answers: dict[str, set[str]] = defaultdict(set)
    for operation in operation_models():
        if operation.name == RENAMED:
            continue
        for shape, sent in ((operation.input_shape, headers), (operation.output_shape, answers)):
            for member, content in shape.members.items() if shape is not None else ():
                location = content.serialization.get("location")
                if location == "header":
                    sent[content.serialization.get("name", member).lower()].add(member)
                elif location == "querystring":
                    query[content.serialization["name"]].add(member)
    return headers, query, answers


def test_every_wire_name_of_the_model_is_in_the_vocabulary() -> None:
    headers, query, answers = wire_names()
    if INSTALLED > TABLES_MADE_WITH:
        headers = {name: members for name, members in headers.items() if name in HEADERS}
        query = {name: members for name, members in query.items() if name in QUERY}
        answers = {name: members for name, members in answers.items() if members <= set(RESPONSE_HEADERS)}
    assert {name: {HEADERS.get(name)} for name in headers} == headers
    assert {name: {QUERY.get(name)} for name in query} == query
    known = {name: {member for member, header in RESPONSE_HEADERS.items() if header.lower() == name} for name in answers}
    assert known == answers


def test_every_wire_name_of_the_vocabulary_is_in_the_model() -> None:
    if INSTALLED < TABLES_MADE_WITH:
        pytest.skip(f"botocore {botocore.__version__} is older than the tables")
    headers, query, answers = wire_names()
    renamed = {name for name, member in HEADERS.items() if member.startswith("Source") or member == "RenameSource"}
    assert set(HEADERS) - renamed - set(headers) <= {"x-amz-client-token"}
    assert set(QUERY) - set(query) == set()
    assert {header.lower() for header in RESPONSE_HEADERS.values()} - set(answers) == set()


@cache
def words_of_the_code() -> frozenset[str]:
    """Every text in S3's modules, the vocabulary's apart: what a handler reads, it names."""
    folder = Path(condemu.s3.__path__[0])
    trees = (ast.parse(path.read_text()) for path in folder.rglob("*.py") if path.name != "members.py")
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(node.value for node in nodes if isinstance(node.value, str))


def checksums() -> frozenset[str]:
    """Members that are read by way of the table of algorithms."""
    return frozenset(member for member in RESPONSE_HEADERS if member.startswith("Checksum"))


def leaves(shape: Shape, path: str, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(path of members, wire name) of everything in a document that holds text."""
    if shape.name in seen:
        return
    if shape.type_name == "structure":
        for member, content in shape.members.items():  # type: ignore[attr-defined]
            if content.type_name in ("structure", "list"):
                yield from leaves(content, f"{path}.{member}", (*seen, shape.name))
            elif not content.serialization.get("xmlAttribute"):
                yield f"{path}.{member}", content.serialization.get("name", member)
    elif shape.type_name == "list":
        yield from leaves(shape.member, path, (*seen, shape.name))  # type: ignore[attr-defined]


def members_of(name: str) -> Iterator[tuple[str, str]]:
    """(path of members, what the code would name) of an operation's request."""
    shape = model().operation_model(name).input_shape
    for member, content in shape.members.items() if shape is not None else ():
        location = content.serialization.get("location")
        if location in ("header", "querystring", "headers"):
            yield member, member
        elif location is None:
            yield from leaves(content, member)


def test_what_no_code_names_is_listed_as_not_honored() -> None:
    implemented = [name for name in NAMES if name in BY_NAME and BY_NAME[name].handler is not None]
    unnamed = {
        path
        for name in implemented
        for path, word in members_of(name)
        if word not in words_of_the_code() and word not in checksums()
    }
    if INSTALLED > TABLES_MADE_WITH:
        pytest.skip(f"botocore {botocore.__version__} may know members that the tables do not")
    assert {path for path in unnamed if not any(is_in(path, listed) for listed in NOT_HONORED)} == set()


def is_in(path: str, listed: str) -> bool:
    """A structure that is listed stands for all that is in it."""
    return path == listed or path.startswith(f"{listed}.")


@pytest.mark.parametrize("member", NOT_HONORED)
def test_what_is_listed_is_a_member_of_the_operations_that_it_is_listed_for(member: str) -> None:
    operations, answer, why = NOT_HONORED[member]
    listed = {name for name in NAMES if BY_NAME.get(OLDER.get(name, name)) and BY_NAME[OLDER.get(name, name)].handler}
    having = {name for name in listed if any(is_in(path, member) for path in dict(members_of(name)))}
    if INSTALLED >= TABLES_MADE_WITH:
        assert having
        assert operations == ALL or set(operations.split(", ")) == having
    assert answer in ("501", "as AWS", "ignored")
    assert why


REFUSED_HEADERS = [member for member, (_, answer, _) in NOT_HONORED.items() if answer == "501" and "." not in member]


@pytest.mark.parametrize("member", REFUSED_HEADERS)
def test_what_is_listed_with_501_is_refused_by_its_header(s3: Wire, member: str) -> None:
    header = UNIMPLEMENTED.get(member) or next(name for name, known in HEADERS.items() if known == member)
    before = s3.everything()
    method, query = ("DELETE", "uploadId=x") if member == "IfMatchInitiatedTime" else ("PUT", "")
    answer = s3(method, "/bucket/key", query=query, headers={header: "1"})
    assert answer.refusal == (501, "NotImplemented", {"Header": header})
    assert s3.everything() == before


def test_the_page_says_what_the_tables_say() -> None:
    assert PAGE.read_text() == page(), "run: python tests/s3/s3_compatibility.py"
