"""Answers that AWS gives when something fails on its side, by a word that is the same for all services.

| word                 | answer                                     | to which calls                                    |
|----------------------|--------------------------------------------|---------------------------------------------------|
| throttle             | 400 ProvisionedThroughputExceededException | those that consume capacity                       |
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
from condemu.dynamodb.errors.general import INTERNAL_ERROR, TRANSACTION_CANCELED, TRANSACTION_CONFLICT, TRANSACTION_IN_PROGRESS
from condemu.dynamodb.requests.shapes import SHAPES

THROUGHPUT_EXCEEDED: Final = ErrorRow(
    "ProvisionedThroughputExceededException", 400, "You exceeded your maximum allowed provisioned throughput."
)
THROTTLED: Final = ErrorRow("ThrottlingException", 400, "Rate of requests exceeds the allowed throughput.")
SERVICE_UNAVAILABLE: Final = ErrorRow(
    "ServiceUnavailable", 503, "DynamoDB is currently unavailable. (This should be a temporary state.)"
)


def throttle(call: Call, step: Step) -> ServiceError:
    """What consumes capacity may exceed it."""
    consumes = any(member.wire == "ReturnConsumedCapacity" for member in SHAPES[call.operation].members)
    return ServiceError(THROUGHPUT_EXCEEDED if consumes else THROTTLED)


def transaction_conflict(call: Call, step: Step) -> ServiceError | None:
    """A transaction has a reason for each of its items; else what writes one item meets the transaction that has it."""
    items = call.parameters.get("TransactItems")
    if items is not None:
        reasons = [{"Code": "TransactionConflict", "Message": TRANSACTION_CONFLICT.message} for _ in items]
        codes = ", ".join(reason["Code"] for reason in reasons)
        return ServiceError(TRANSACTION_CANCELED, {"codes": codes, "CancellationReasons": reasons})
    writes_one_item = not step.reads and len(step.footprint) == 1 and "/" in step.footprint[0].resource
    return ServiceError(TRANSACTION_CONFLICT) if writes_one_item else None


def in_progress(call: Call, step: Step) -> ServiceError | None:
    is_repeatable = not step.reads and "TransactItems" in call.parameters and "ClientRequestToken" in call.parameters
    return ServiceError(TRANSACTION_IN_PROGRESS) if is_repeatable else None


# What a word means for a step of a call; None where AWS would not answer so.
FAULTS: Final[dict[str, Callable[[Call, Step], ServiceError | None]]] = {
    "throttle": throttle,
    "internal_error": lambda call, step: ServiceError(INTERNAL_ERROR),
    "unavailable": lambda call, step: ServiceError(SERVICE_UNAVAILABLE),
    "transaction_conflict": transaction_conflict,
    "in_progress": in_progress,
}
