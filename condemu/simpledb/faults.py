"""Answers that AWS gives when something fails on its side, by a word that is the same for all services.

| word           | answer                                                 |
|----------------|--------------------------------------------------------|
| throttle       | 503 ServiceUnavailable, the text of a busy service     |
| internal_error | 500 InternalError                                      |
| unavailable    | 503 ServiceUnavailable, the text of one that is down   |

Developer Guide, "API error codes". Every operation may meet them. None of them changes anything, and SDKs repeat all of them by
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.core.calls import Call, Step
from condemu.core.errors import ServiceError
from condemu.simpledb.unraised_errors import INTERNAL_ERROR, SERVICE_BUSY, SERVICE_UNAVAILABLE

# What a word means for a step of a call; None where AWS would not answer so.
FAULTS: Final[dict[str, Callable[[Call, Step], ServiceError | None]]] = {
    "throttle": lambda call, step: ServiceError(SERVICE_BUSY),
    "internal_error": lambda call, step: ServiceError(INTERNAL_ERROR),
    "unavailable": lambda call, step: ServiceError(SERVICE_UNAVAILABLE),
}
