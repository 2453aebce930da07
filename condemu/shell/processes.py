"""Commands of a race as processes: with the variables that lead AWS's SDKs to condemu, and what became of each.

| variable                                       | is                                                                |
|------------------------------------------------|-------------------------------------------------------------------|
| AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION | where condemu is, and its region                                |
| AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY       | the actor's own keys; for `--setup` and `--check` keys of nobody   |
| CONDEMU_URL, CONDEMU_RACE, CONDEMU_ACTOR       | for `condemu races clock` and `condemu races sleep`                |
| CONDEMU_TOLD                                   | for `--check`: what became of each actor, as JSON                  |

Profiles, session tokens and other endpoints of the caller's environment are not handed on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from condemu.shell.door import Unusable

MOST_KEPT: Final = 4000  # characters of what a command printed that are kept, from the end
MOST_TOLD: Final = 120_000  # bytes of CONDEMU_TOLD: Linux takes no longer variable than 131,072
OURS: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "CONDEMU_SCHEDULE")
NOT_FOUND: Final = (126, 127)  # the statuses with which a shell says that it could not run a command


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a command. `status` is negative when a signal ended it. Of one that crashed in the race nothing is known."""

    status: int
    output: str
    errors: str
    crashed: bool = False

    def document(self, most: int = MOST_KEPT) -> dict[str, Any]:
        """With the last `most` characters of what it printed."""
        if self.crashed:
            return {"crashed": True}
        start = -most or MOST_KEPT
        document: dict[str, Any] = {"status": self.status, "output": self.output[start:]}
        return {**document, "errors": self.errors[start:]} if self.errors else document

    @property
    def told(self) -> str:
        """What it said last."""
        lines = (self.errors or self.output).splitlines()
        return lines[-1] if lines else ""


def told_as_json(told: Mapping[str, Ended]) -> str:
    """What became of each actor, with as much of what they printed as one variable has room for."""
    most = MOST_KEPT
    while True:
        text = json.dumps({name: ended.document(most) for name, ended in told.items()}, ensure_ascii=False)
        if not most or len(text.encode()) <= MOST_TOLD:
            return text
        most //= 2


class Command:
    """A shell command that is running. `kill` ends it and what it has started."""

    def __init__(self, command: str, environment: Mapping[str, str]) -> None:
        self._over = False
        try:
            self._process = subprocess.Popen(
                command, shell=True, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as problem:
            raise Unusable(f"{command!r} cannot be run: {problem}") from None

    def ended(self) -> Ended:
        """Waits until the command has ended, and all that holds what it writes to."""
        try:
            output, errors = self._process.communicate()
        except BaseException:  # whoever waits is interrupted, and the command is not: it has a session of its own
            self.kill()
            raise
        self._over = True
        return Ended(self._process.returncode, output.strip()[-MOST_KEPT:], errors.strip()[-MOST_KEPT:])

    def kill(self) -> None:
        """Unless all has ended. The shell may have, and what it has started in the background not."""
        if self._over:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


def environment(url: str, region: str, key: str, secret: str, **more: str) -> dict[str, str]:
    """The caller's, but for what would lead an SDK elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith("AWS_ENDPOINT_URL") and name != "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
    }
    return {
        **kept, "AWS_ENDPOINT_URL": url, "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret, "CONDEMU_URL": url, **more,
    }  # fmt: skip


@contextmanager
def served(token: str | None) -> Iterator[str]:
    """The URL of an emulator that ends with this command, and has the settings that `condemu serve` would find here."""
    command = [sys.executable, "-m", "condemu", "serve", "--port", "0", "--auth", "off"]
    command += ["--admin-token", token] if token else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        if not first:
            raise Unusable("the emulator of --serve does not start; condemu serve says why")
        yield str(json.loads(first)["url"])
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
