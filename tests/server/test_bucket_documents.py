"""The documents of a bucket's seed are on the wire as botocore writes them: every member of every one, by botocore's model."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.serialize import create_serializer

from condemu.server.state_files.buckets import DOCUMENTS, wired
from condemu.wire import xml

MODEL = botocore.session.get_session().get_service_model("s3")
DEPRECATED = ("PutBucketLifecycle", "PutBucketNotification")
ATTRIBUTE = "TargetGrants"  # its Type is an attribute of XML


def operation_of(document: str, subresource: str) -> Any:
    """The operation that puts a document."""
    for name in MODEL.operation_names:
        operation = MODEL.operation_model(name)
        shape = operation.input_shape
        payload = shape.serialization.get("payload") if shape is not None else None
        if payload == document and name not in DEPRECATED and operation.http["requestUri"].endswith(subresource):
            return operation
    raise LookupError(document)


def sample(shape: Any) -> Any:
    """A value with every member that there is."""
    if shape.type_name == "structure":
        return {name: sample(member) for name, member in shape.members.items() if name != ATTRIBUTE}
    if shape.type_name == "list":
        return [sample(shape.member), sample(shape.member)]
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long"):
        return 7
    return "2026-01-01T00:00:00Z" if shape.type_name == "timestamp" else shape.enum[0] if shape.enum else "text"


def plain(element: ElementTree.Element) -> Any:
    """An element without its name space; the order of unlike members means nothing."""
    tag = element.tag.rpartition("}")[2]
    return tag, element.text or "", sorted((plain(child) for child in element), key=repr)


@pytest.mark.parametrize("document", [*DOCUMENTS, "CreateBucketConfiguration"])
def test_a_document_is_on_the_wire_as_botocore_writes_it(document: str) -> None:
    operation = operation_of(document, DOCUMENTS.get(document, ""))
    given = sample(operation.input_shape.members[document])
    serializer = create_serializer("rest-xml", include_validation=False)
    sent = serializer.serialize_to_request({"Bucket": "b", document: given}, operation)
    ours = xml.render(document, wired("a file", document, given))
    assert plain(ElementTree.fromstring(ours)) == plain(ElementTree.fromstring(sent["body"]))
