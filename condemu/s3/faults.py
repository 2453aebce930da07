"""Answers that AWS gives when something fails on its side, by a word that is the same for all services.

| word           | answer                         | to which calls                                                           |
|----------------|--------------------------------|--------------------------------------------------------------------------|
| throttle       | 503 SlowDown                   | all                                                                      |
| internal_error | 500 InternalError              | all                                                                      |
| unavailable    | 503 ServiceUnavailable         | all                                                                      |
| conflict       | 409 ConditionalRequestConflict | writes with If-Match or If-None-Match                                    |

Texts: API Reference, "Error responses" (documented). None of them changes anything. SDKs repeat all but the last by
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.core.calls import Call, Step
from condemu.core.errors import ErrorRow, ServiceError
from condemu.s3.errors.general import CONDITIONAL_REQUEST_CONFLICT, INTERNAL_ERROR

SLOW_DOWN: Final = ErrorRow("SlowDown", 503, "Please reduce your request rate.")
SERVICE_UNAVAILABLE: Final = ErrorRow("ServiceUnavailable", 503, "Service is unable to handle request.")
CONDITIONS: Final = {"IfMatch": "If-Match", "IfNoneMatch": "If-None-Match"}


def conflict(call: Call, step: Step) -> ServiceError | None:
    condition = next((header for member, header in CONDITIONS.items() if member in call.parameters), None)
    if step.reads or condition is None:
        return None
    return ServiceError(CONDITIONAL_REQUEST_CONFLICT, {"Condition": condition, "Key": call.parameters.get("Key")})


# What a word means for a step of a call; None where AWS would not answer so.
FAULTS: Final[dict[str, Callable[[Call, Step], ServiceError | None]]] = {
    "throttle": lambda call, step: ServiceError(SLOW_DOWN),
    "internal_error": lambda call, step: ServiceError(INTERNAL_ERROR),
    "unavailable": lambda call, step: ServiceError(SERVICE_UNAVAILABLE),
    "conflict": conflict,
}
