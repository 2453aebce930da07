"""What a case said to its target and what it heard, noted by botocore's public events, short enough to read."""

from __future__ import annotations

import json
import threading
from typing import Any, Final

LONGEST: Final = 1500  # characters of one side of an exchange
MOST: Final = 40  # exchanges of one case
MASKED: Final = frozenset({"RequestId", "HostId", "HTTPHeaders", "RetryAttempts"})


class Exchanges:
    """One list per case; cases that use threads share theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: list[dict[str, Any]] = []

    def begin(self) -> None:
        with self._lock:
            self._noted = []

    def end(self) -> list[dict[str, Any]]:
        with self._lock:
            return self._noted

    def so_far(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._noted)

    def listen(self, client: Any) -> None:
        """Note what this client does from now on."""
        client.meta.events.register("provide-client-params", self._asked)
        client.meta.events.register("after-call", self._answered)

    def note(self, operation: str, asked: Any, status: int, answered: Any) -> None:
        """An exchange of the raw lane."""
        self._add({"operation": operation, "asked": short(asked), "status": status, "answered": short(answered)})

    def _asked(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["condemu-asked"] = dict(params)

    def _answered(self, http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        asked = context.get("condemu-asked", {})
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self.note(model.name, asked, http_response.status_code, answer)

    def _add(self, entry: dict[str, Any]) -> None:
        with self._lock:
            if len(self._noted) < MOST:
                self._noted.append(entry)


def short(value: Any) -> str:
    """A value as one line of JSON, cut where it gets long."""
    if isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, default=plain, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def plain(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>" if len(value) > 64 else bytes(value).decode("latin-1")
    return str(value) if not hasattr(value, "read") else "<stream>"
