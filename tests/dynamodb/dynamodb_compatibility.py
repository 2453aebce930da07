"""What condemu does and does not do of Amazon DynamoDB's models, by name.

`python tests/dynamodb/dynamodb_compatibility.py` writes docs/dynamodb-compatibility.md from the tables that answer requests
and from the installed botocore's models. A test holds the page against both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import botocore.session

from condemu.dynamodb.operations import API, OPERATIONS, STREAMS_API
from condemu.dynamodb.requests.shapes import SHAPES

PAGE: Final = Path(__file__).parents[2] / "docs" / "dynamodb-compatibility.md"
SERVICES: Final = {API: "dynamodb", STREAMS_API: "dynamodbstreams"}
REPLICAS, VECTORS = "there are no global tables", "there are no vector indexes"

# Members that are accepted without effect, because nothing in an emulator could come of them -> why
WITHOUT_EFFECT: Final = {
    "CreateTable.VectorIndexes": VECTORS,
    "ImportTable.TableCreationParameters.VectorIndexes": VECTORS,
    "RestoreTableFromBackup.VectorIndexOverride": VECTORS,
    "RestoreTableToPointInTime.VectorIndexOverride": VECTORS,
    "UpdateTable.DisassociationProtectionEnabled": REPLICAS,
    "UpdateTable.VectorIndexUpdates": VECTORS,
}
# Members and operations that are refused with a ValidationException of condemu's own -> why
REFUSED: Final = {
    "CreateTable.GlobalTableSourceArn": REPLICAS,
    "CreateTable.GlobalTableSettingsReplicationMode": REPLICAS,
    "UpdateTable.ReplicaUpdates": REPLICAS,
    "UpdateTable.MultiRegionConsistency": REPLICAS,
    "UpdateTable.GlobalTableWitnessUpdates": REPLICAS,
    "UpdateTable.GlobalTableSettingsReplicationMode": REPLICAS,
    "CreateGlobalTable": REPLICAS,
    "UpdateGlobalTable": REPLICAS,
    "UpdateGlobalTableSettings": REPLICAS,
    "UpdateTableReplicaAutoScaling": REPLICAS,
    "ExportTableToPointInTime.ExportFormat": "`ION`",
    "ExportTableToPointInTime.ExportType": "`INCREMENTAL_EXPORT`",
    "ExportTableToPointInTime.IncrementalExportSpecification": "with `INCREMENTAL_EXPORT`",
    "ExportTableToPointInTime.FilterSpecification": "whole tables are exported",
    "ImportTable.InputFormat": "`ION`",
    "ImportTable.InputCompressionType": "`ZSTD`",
}
# Reads that always answer that there is nothing, or that it was not found -> why
NOTHING_THERE: Final = {
    "ListGlobalTables, DescribeGlobalTable, DescribeGlobalTableSettings, DescribeTableReplicaAutoScaling": REPLICAS,
    "ListContributorInsights, DescribeContributorInsights": "contributor insights are disabled",
    "DescribeKinesisStreamingDestination": "no table streams to Kinesis",
}
# Members that are kept and told again, and change nothing else -> why
KEPT: Final = {
    "ProvisionedThroughput, OnDemandThroughput, WarmThroughput": "nobody is throttled; ConsumedCapacity is computed",
    "BillingMode, TableClass": "there is no bill",
    "UpdateTable.SSESpecification": "nothing is encrypted; that of CreateTable is not even told again",
    "SSESpecificationOverride": "nothing is encrypted",
    "PutResourcePolicy.ConfirmRemoveSelfResourceAccess": "the table's owner can always change its policy",
    "ConsistentRead": "every read is consistent; the capacity that it costs is computed",
}


def models() -> dict[str, Any]:
    session = botocore.session.get_session()
    return {service: session.get_service_model(service) for service in SERVICES.values()}


def missing_members() -> Iterator[str]:
    """Every member of the models' requests that has no place in the table of members, by its path."""
    known = models()
    for operation in OPERATIONS:
        model = known[SERVICES[operation.api]]
        if operation.name in model.operation_names and operation.name not in REFUSED:
            shape = model.operation_model(operation.name).input_shape
            yield from _missing(SHAPES[operation.name], shape, operation.name) if shape is not None else ()


def _missing(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    if theirs.name == "AttributeValue":
        return
    if theirs.type_name == "structure":
        have = {member.wire: member.shape for member in ours.members}
        for name, shape in theirs.members.items():
            if f"{path}.{name}" in REFUSED:
                continue
            if name in have:
                yield from _missing(have[name], shape, f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif theirs.type_name in ("list", "map"):
        yield from _missing(ours.element, theirs.member if theirs.type_name == "list" else theirs.value, path)


def missing_operations() -> list[str]:
    done = {operation.name for operation in OPERATIONS}
    return sorted({name for model in models().values() for name in model.operation_names} - done)


def page() -> str:
    done = {api: [operation.name for operation in OPERATIONS if operation.api == api] for api in SERVICES}
    missing = missing_operations()
    lines = [
        "# What condemu does of Amazon DynamoDB",
        "",
        "Made by `python tests/dynamodb/dynamodb_compatibility.py` from the tables that answer requests and from botocore's",
        "models; a test holds it against both.",
        "",
        f"## Operations ({len(done[API])}, and {len(done[STREAMS_API])} of DynamoDB Streams)",
        "",
        ", ".join(f"`{name}`" for name in done[API]) + ".",
        "",
        "Of DynamoDB Streams: " + ", ".join(f"`{name}`" for name in done[STREAMS_API]) + ".",
        "",
        "Expressions and the older parameters (`Expected`, `AttributeUpdates`, `KeyConditions`, `QueryFilter`, `ScanFilter`,",
        "`AttributesToGet`, `ConditionalOperator`) are complete, and so is PartiQL for items. Every member of these operations",
        "is honored, but for those in the next tables.",
        "",
        "## Members that are kept and told again",
        "",
        "| member | why it changes nothing else |",
        "|---|---|",
        *(f"| {', '.join(f'`{name}`' for name in names.split(', '))} | {why} |" for names, why in KEPT.items()),
        "",
        "## Members without effect",
        "",
        "| member | why |",
        "|---|---|",
        *(f"| `{member}` | {why} |" for member, why in WITHOUT_EFFECT.items()),
        "",
        "## Reads that find nothing",
        "",
        "They answer as AWS does where there is nothing of the kind. A test reads every `Get*`, `List*` and `Describe*` of the",
        "models.",
        "",
        "| operations | why |",
        "|---|---|",
        *(f"| {', '.join(f'`{name}`' for name in names.split(', '))} | {why} |" for names, why in NOTHING_THERE.items()),
        "",
        "## Refused with a reason of condemu's own",
        "",
        "| what | why |",
        "|---|---|",
        *(f"| `{name}` | {why} |" for name, why in REFUSED.items()),
        "",
        f"## Operations that are refused ({len(missing)})",
        "",
        ", ".join(f"`{name}`" for name in missing) + ".",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
