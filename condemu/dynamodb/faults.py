"""Answers that AWS gives when something fails on its side, by a word that is the same for all services.

| word                 | answer                                     | to which calls                                    |
|----------------------|--------------------------------------------|---------------------------------------------------|
| throttle             | 400 ProvisionedThroughputExceededException | those on items                                    |
|                      | 400 ThrottlingException                    | all others                                        |
| internal_error       | 500 InternalServerError                    | all                                               |
| unavailable          | 503 ServiceUnavailable                     | all                                               |
| transaction_conflict | 400 TransactionConflictException           | writes of one item, single or in a batch          |
|                      | 400 TransactionCanceledException           | TransactWriteItems, TransactGetItems; each reason |
| in_progress          | 400 TransactionInProgressException         | TransactWriteItems with a token                   |

Texts: Developer Guide, "Error handling", and the service's model (documented). None of them changes anything. In a batch, an item
that meets one comes back as unprocessed. SDKs repeat all of them by themselves but conflicts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.core.calls import Call, Step
from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.errors import INTERNAL_ERROR, TRANSACTION_CANCELED, TRANSACTION_CONFLICT, TRANSACTION_IN_PROGRESS

THROUGHPUT_EXCEEDED: Final = ErrorRow(
    "ProvisionedThroughputExceededException", 400, "You exceeded your maximum allowed provisioned throughput."
)
THROTTLED: Final = ErrorRow("ThrottlingException", 400, "Rate of requests exceeds the allowed throughput.")
SERVICE_UNAVAILABLE: Final = ErrorRow(
    "ServiceUnavailable", 503, "DynamoDB is currently unavailable. (This should be a temporary state.)"
)
ON_ITEMS: Final = frozenset((
    "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction", "GetItem",
    "PutItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
))  # fmt: skip
ONE_ITEM: Final = frozenset(("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"))
TRANSACTIONS: Final = frozenset(("TransactGetItems", "TransactWriteItems"))


def throttle(call: Call, step: Step) -> ServiceError:
    return ServiceError(THROUGHPUT_EXCEEDED if call.operation in ON_ITEMS else THROTTLED)


def transaction_conflict(call: Call, step: Step) -> ServiceError | None:
    if call.operation in ONE_ITEM:
        return ServiceError(TRANSACTION_CONFLICT)
    if call.operation not in TRANSACTIONS:
        return None
    reasons = [{"Code": "TransactionConflict", "Message": TRANSACTION_CONFLICT.message} for _ in call.parameters["TransactItems"]]
    return ServiceError(TRANSACTION_CANCELED, {"codes": ", ".join(r["Code"] for r in reasons), "CancellationReasons": reasons})


def in_progress(call: Call, step: Step) -> ServiceError | None:
    if call.operation == "TransactWriteItems" and "ClientRequestToken" in call.parameters:
        return ServiceError(TRANSACTION_IN_PROGRESS)
    return None


# What a word means for a step of a call; None where AWS would not answer so.
FAULTS: Final[dict[str, Callable[[Call, Step], ServiceError | None]]] = {
    "throttle": throttle,
    "internal_error": lambda call, step: ServiceError(INTERNAL_ERROR),
    "unavailable": lambda call, step: ServiceError(SERVICE_UNAVAILABLE),
    "transaction_conflict": transaction_conflict,
    "in_progress": in_progress,
}
