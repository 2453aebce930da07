"""The requests of cases/dynamodb_error_cases.json and dynamodb_success_cases.json: which can be sent anywhere as they stand.

Taken are calls about items, on no table or on one of the schemas that most cases use, with nothing to happen before that is not
in the case. The others run in process only, in tests/dynamodb.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "cases"
ERRORS: Final[dict[str, Any]] = json.loads((FOLDER / "dynamodb_error_cases.json").read_text())
SUCCESSES: Final[dict[str, Any]] = json.loads((FOLDER / "dynamodb_success_cases.json").read_text())
MOST_TABLES: Final = 30
ITEM_CALLS: Final = frozenset(
    {
        "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
        "TransactWriteItems", "UpdateItem",
    }
)  # fmt: skip
GRADES: Final = {"recorded": "recorded", "aws-verified-suite": "third-party", "documented": "documented"}

_REPEAT = re.compile(r"\{\{repeat:(.*?):(\d+)\}\}", re.DOTALL)
_CUT = re.compile(r"\{\{truncated:(\d+)\}\}")


def _repeated(match: re.Match[str]) -> str:
    unit, number = match[1], int(match[2])
    return unit * number


def expand(value: Any) -> Any:
    """With the tokens that stand for long strings written out."""
    if isinstance(value, str):
        if "{{" not in value:
            return value
        value = _REPEAT.sub(_repeated, value)
        cut = _CUT.search(value)
        if cut:
            value = value[: cut.start()]
            value = (value * (int(cut[1]) // len(value) + 1))[: int(cut[1])]
        return value
    if isinstance(value, list):
        return [expand(member) for member in value]
    if isinstance(value, dict):
        if "{{map_truncated}}" in value:  # bytes that were written as an object
            return base64.b64encode(bytes(value["{{map_truncated}}"])).decode()
        return {expand(name): expand(member) for name, member in value.items()}
    return value


def simple(**keys: str) -> dict[str, Any]:
    roles = ("HASH", "RANGE")
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in keys.items()],
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in zip(keys, roles, strict=False)],
        "BillingMode": "PAY_PER_REQUEST",
    }


def index(name: str, keys: str, projection: str = "ALL", included: tuple[str, ...] = ()) -> dict[str, Any]:
    roles = ("HASH", "RANGE")
    described: dict[str, Any] = {"ProjectionType": projection}
    if included:
        described["NonKeyAttributes"] = list(included)
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": role} for key, role in zip(keys.split(), roles, strict=False)],
        "Projection": described,
    }


PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 5}}

# Tables that the cases' header describes in words.
DESCRIBED: dict[str, dict[str, Any]] = {
    "dynalite_hash_s": {**simple(a="S"), **PROVISIONED},
    "dynalite_hash_n": simple(a="N"),
    "dynalite_range_ss": {
        **simple(a="S", b="S"),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in "abcd"],
        "LocalSecondaryIndexes": [index("index1", "a c"), index("index2", "a d", "INCLUDE", ("c",))],
        "GlobalSecondaryIndexes": [index("index3", "c"), index("index4", "c d", "INCLUDE", ("e",))],
    },
    "dynalite_range_sn": simple(a="S", b="N"),
    "dynalite_range_sb": simple(a="S", b="B"),
    "conf_hash_s": simple(pk="S"),
    "conf_composite_ss": {
        **simple(pk="S", sk="S"),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "lsi1sk")],
        "GlobalSecondaryIndexes": [index("gsi1", "lsi1sk")],
    },
    "H": simple(pk="S"),
    "HR": simple(pk="S", sk="S"),
    "HN": simple(pk="N"),
    "T__": simple(pk="S"),
}
OTHER_TBL = {"lstk-02": "id", "doc-01": "id", "doc-02": "id", "doc-03": "id", "doc-06": "id", "lstk-03": "id"}


NOTED = "the request that is noted is not the one that was refused"
LOST = "the name that was too long, or too short, is not in what is noted"
AUTH = "refused by who asks, in test_authentication.py"

EXCEPTIONS: dict[str, str] = {
    **dict.fromkeys(
        ("alt-0975", "alt-0995", "alt-1010", "alt-1016", "alt-1017", "alt-1058", "alt-1059", "alt-1075",
         "alt-1083", "alt-0971", "alt-0996", "alt-1127", "alt-0510"),
        NOTED,
    ),
    **dict.fromkeys(
        ("alt-0410", "alt-0412", "alt-0425", "alt-0426", "alt-0427", "alt-0714", "alt-0921", "alt-0924", "alt-0925"), LOST
    ),
    **dict.fromkeys(("wire-20", "wire-21", "wire-22", "wire-24", "wire-28", "wire-29"), AUTH),
    **dict.fromkeys(
        ("dyn-0058", "dyn-0060", "dyn-0189"),
        "tables named in a batch needed three characters once; now one is enough (recorded 2026)",
    ),
    "dyn-0447": "ten problems of twenty-seven: which ten changes from call to call",
    "dyn-2894": "ProvisionedThroughput of an index's update is optional now",
    "dyn-1850": "a page of an index with all its key given can be continued now, because other items may have the same",
    "dyn-2335": "a value of the recording's run is missing: 'x' stands for it",
    "dyn-2906": "a value of the recording's run is missing: 'x' stands for it",
    "conf-061": "an ARN that is none is AccessDenied (recorded 2026-10 by others), not a ValidationException",
    "conf-114": "the text of May 2026; it was another in September",
    "ack-31": "one definition for two key attributes: 'no definition' was recorded twice, this once",
    "motou-268": "asserted by moto alone; recorded on AWS is that ADD refuses a string before it looks at the item",
    "moto-076": "the table of the recording's run is named in the statement",
    "doc-01": "needs a transaction that waits: test_transactions.py",
    "doc-02": "needs a transaction that waits: test_transactions.py",
    "ack-08": "AWS refuses a second change within half an hour; an emulator that did would only be slow",
    "ack-22": "streams are enabled and disabled at once here",
    "ack-21": "indexes are created at once unless told otherwise",
    "ack-23": "indexes are created at once unless told otherwise",
}  # fmt: skip


# Cases before which something happens that is not in them.
STAGED: Final = frozenset(
    {
        "doc-03", "conf-024", "conf-095", "alt-0486", "alt-0489", "alt-0490", "alt-0495", "moto-045", "moto-046", "moto-052",
        "ack-05", "ack-06", "ack-17", "ack-18", "ack-19", "ack-20",
    }
)  # fmt: skip
# Cases recorded with a text that is another since 2026; their status and type still hold.
REWORDED: Final = frozenset(
    {
        "dyn-0061", "dyn-0079", "dyn-0080", "dyn-0081", "dyn-0083", "dyn-0085", "dyn-0179", "dyn-0574", "dyn-0577", "dyn-0761",
        "dyn-0762", "dyn-0830", "dyn-0978", "dyn-1290", "dyn-1291", "dyn-1296", "dyn-2535", "dyn-2536", "dyn-2538",
        "conf-119", "conf-192", "conf-199", "conf-202", "conf-203", "conf-204", "conf-212",
    }
)  # fmt: skip

# --- which cases ------------------------------------------------------------------------------------------------------------

SCHEMAS: Final[dict[str, Any]] = {**SUCCESSES["tables"], **ERRORS["tables"], **DESCRIBED, "Tbl": simple(pk="S")}


def rename(value: Any, to: Callable[[str], str]) -> Any:
    """A request with other names where its tables are named."""
    if isinstance(value, list):
        return [rename(member, to) for member in value]
    if not isinstance(value, dict):
        return value
    renamed = {name: rename(member, to) for name, member in value.items()}
    if isinstance(value.get("TableName"), str):
        renamed["TableName"] = to(value["TableName"])
    if isinstance(value.get("RequestItems"), dict):
        renamed["RequestItems"] = {to(name): member for name, member in renamed["RequestItems"].items()}
    return renamed


def names_in(case: dict[str, Any]) -> set[str]:
    """What a case names as tables, in its request and in what is done before."""
    names: set[str] = set()

    def seen(name: str) -> str:
        names.add(name)
        return name

    rename([case["request"], case.get("setup")], seen)
    return names


def usable(name: str) -> bool:
    """Whether a schema can be created as it stands."""
    definitions: list[dict[str, Any]] = SCHEMAS[name].get("AttributeDefinitions") or [{}]
    return all(isinstance(one.get("AttributeType"), str) for one in definitions)


def plain(case: dict[str, Any]) -> bool:
    """Whether a case is a call about items that nothing speaks against."""
    if case["operation"] not in ITEM_CALLS or "http" in case["request"] or "tables" in case:
        return False
    if case["id"] in EXCEPTIONS or case["id"] in STAGED or case["id"] in OTHER_TBL:
        return False
    names = names_in(case)
    return not any(name.startswith(("arn:", "__")) for name in names)


def most_used(cases: list[dict[str, Any]]) -> frozenset[str]:
    """The schemas that most cases are about, the same ones in every process."""
    uses = Counter(name for case in cases for name in names_in(case) if name in SCHEMAS and usable(name))
    return frozenset(sorted(uses, key=lambda name: (-uses[name], name))[:MOST_TABLES])


def described(name: str) -> dict[str, Any]:
    """What CreateTable takes for a schema: on demand, and no definition that nothing uses."""
    schema = {part: value for part, value in SCHEMAS[name].items() if value and part != "ProvisionedThroughput"}
    schema["BillingMode"] = "PAY_PER_REQUEST"
    indexes = schema.get("GlobalSecondaryIndexes", [])
    if indexes:
        schema["GlobalSecondaryIndexes"] = [
            {part: value for part, value in one.items() if part != "ProvisionedThroughput"} for one in indexes
        ]
    keyed = [schema, *indexes, *schema.get("LocalSecondaryIndexes", [])]
    used = {key["AttributeName"] for one in keyed for key in one["KeySchema"]}
    schema["AttributeDefinitions"] = [one for one in schema["AttributeDefinitions"] if one["AttributeName"] in used]
    return schema


def keys_of(name: str) -> list[str]:
    return [key["AttributeName"] for key in SCHEMAS[name]["KeySchema"]]


def chosen(cases: list[dict[str, Any]], tables: frozenset[str]) -> list[dict[str, Any]]:
    """The cases on these tables or on none, each with its grade."""
    found = []
    for case in cases:
        if plain(case) and not (names_in(case) & SCHEMAS.keys()) - tables:
            found.append({**case, "evidence": GRADES[case.get("evidence", "aws-verified-suite")]})
            if case["id"] in REWORDED:
                found[-1]["expected"] = {part: case["expected"][part] for part in ("status", "type")}
    return found


TABLES: Final = most_used([case for case in (*ERRORS["cases"], *SUCCESSES["cases"]) if plain(case)])
REFUSED: Final = chosen(ERRORS["cases"], TABLES)
ACCEPTED: Final = chosen(SUCCESSES["cases"], TABLES)
