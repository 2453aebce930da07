"""The table of members against the installed botocore's model, in both directions. An older model may know less."""

from __future__ import annotations

import botocore.session
import pytest

from condemu.dynamodb.operations import OPERATIONS, STREAMS_API
from condemu.dynamodb.requests.shapes import SHAPES, Shape

_LOADER = botocore.session.get_session()
MODELS = {name: _LOADER.get_service_model(name) for name in ("dynamodb", "dynamodbstreams")}

# Members that AWS has and that are not honored: without effect, or refused (docs/dynamodb-compatibility.md says which).
GLOBAL = ("CreateGlobalTable", "UpdateGlobalTable", "UpdateGlobalTableSettings", "UpdateTableReplicaAutoScaling")
UNHONORED = {
    **{name: set(MODELS["dynamodb"].operation_model(name).input_shape.members) for name in GLOBAL},
    "CreateTable": {"GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "VectorIndexes"},
    "RestoreTableFromBackup": {"VectorIndexOverride"},
    "RestoreTableToPointInTime": {"VectorIndexOverride"},
    "UpdateTable": {
        "ReplicaUpdates", "MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSettingsReplicationMode",
        "VectorIndexUpdates", "DisassociationProtectionEnabled",
    },
}  # fmt: skip
KINDS = {
    "structure": "Structure", "list": "List", "map": "Map", "string": "String", "integer": "Integer", "long": "Long",
    "boolean": "Boolean", "blob": "Blob", "timestamp": "Timestamp",
}  # fmt: skip


def model_of(operation):
    model = MODELS["dynamodbstreams" if operation.api == STREAMS_API else "dynamodb"]
    return model.operation_model(operation.name) if operation.name in model.operation_names else None


def disagreements(ours: Shape, theirs, path: str) -> list[str]:
    if theirs.name == "AttributeValue":
        return [] if ours.base == "Value" else [f"{path} is {ours.base}, not Value"]
    if KINDS[theirs.type_name] != ours.base:
        return [f"{path} is {ours.base}, not {theirs.type_name}"]
    if ours.base == "Structure":
        found = []
        for member in ours.members:
            if member.wire in theirs.members:
                found += disagreements(member.shape, theirs.members[member.wire], f"{path}.{member.wire}")
        return found
    if ours.base in ("List", "Map"):
        return disagreements(ours.element, theirs.member if ours.base == "List" else theirs.value, f"{path}[]")
    if ours.values and theirs.metadata.get("enum"):
        missing = set(theirs.metadata["enum"]) - set(ours.values)
        return [f"{path} lacks {missing}"] if missing else []
    return []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_members_of_an_operation_are_those_of_the_model(operation):
    model = model_of(operation)
    if model is None:
        pytest.skip("the installed botocore does not know this operation")
    shape = SHAPES[operation.name]
    theirs = model.input_shape
    if theirs is None:
        assert shape.members == ()
        return
    ours = {member.wire for member in shape.members}
    assert set(theirs.members) - ours <= UNHONORED.get(operation.name, set())
    assert disagreements(shape, theirs, operation.name) == []
    required = {member.wire for member in shape.members if member.required}
    assert required <= set(theirs.required_members) | {"KeySchema"}


def test_everything_that_is_not_implemented_is_an_unknown_operation():
    from recorded import Local

    known = {operation.name for operation in OPERATIONS}
    others = set(MODELS["dynamodb"].operation_names) - known
    assert others
    for name in sorted(others):
        answer = Local().call(name, {})
        assert (answer.status, answer.body) == (400, {"__type": "com.amazon.coral.service#UnknownOperationException"})
