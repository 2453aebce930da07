"""Scripts that make what must be there before anybody is told that the emulator is ready.

They are the `.sh` and `.py` of /etc/condemu/init/ready.d, of /etc/localstack/init/ready.d and of the setting init_dir, each
directory in the order of its names. They run one after the other once the emulator answers, and find it by the variables that
AWS's SDKs and its command line read. What they write goes to stderr, for stdout is read by programs. The first that fails ends
it all: the emulator is not ready then, and never will be.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from condemu.server.config import Config

DIRECTORIES: Final = ("/etc/condemu/init/ready.d", "/etc/localstack/init/ready.d")
# LocalStack's words for the states of a script.
UNKNOWN: Final = "UNKNOWN"
RUNNING: Final = "RUNNING"
SUCCESSFUL: Final = "SUCCESSFUL"
ERROR: Final = "ERROR"
STAGES: Final = ("BOOT", "START", "READY", "SHUTDOWN")
_FOREIGN: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


@dataclass(slots=True)
class Script:
    path: Path
    state: str = UNKNOWN


class Hooks:
    """The scripts of an emulator. Without any it is ready from the beginning. `failure` says which script failed, and how."""

    def __init__(self, scripts: Sequence[Path] = (), environment: Mapping[str, str] | None = None) -> None:
        self.scripts = [Script(path) for path in scripts]
        self.failure = ""
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def ready(self) -> bool:
        return all(script.state == SUCCESSFUL for script in self.scripts)

    def document(self) -> dict[str, Any]:
        """What LocalStack's users ask for: the stages that are completed, and the scripts with their states."""
        completed = {"BOOT": True, "START": True, "READY": self.ready, "SHUTDOWN": False}
        scripts = [{"stage": "READY", "name": script.path.name, "state": script.state} for script in self.scripts]
        return {"completed": completed, "scripts": scripts}

    async def run(self, url: str) -> None:
        """Run them all, or up to the first that fails."""
        for script in self.scripts:
            if self._stopped:
                return
            script.state = RUNNING
            said = await asyncio.to_thread(self._run, script.path, {**self._environment, **pointing_at(url)})
            script.state = ERROR if said else SUCCESSFUL
            if said and not self._stopped:
                self.failure = f"{script.path} {said}"
                return

    def _run(self, path: Path, environment: Mapping[str, str]) -> str:
        """How a script failed; "" when it did not."""
        try:
            process = self._process = subprocess.Popen(
                command_of(path), stdin=subprocess.DEVNULL, stdout=2, stderr=2, env=environment, start_new_session=True
            )
        except OSError as problem:
            return f"cannot be run: {problem.strerror}"
        except ValueError as problem:  # a zero byte in its first line
            return f"cannot be run: {problem}"
        if self._stopped:
            self.stop()
        code = process.wait()
        if code == 0:
            return ""
        return f"ended with exit code {code}" if code > 0 else f"was ended by {_signal(-code)}"

    def stop(self) -> None:
        """End the script that runs, with all that it started, and begin no other."""
        self._stopped = True
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):  # it ended meanwhile; on macOS nobody may end what has
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()


NO_HOOKS: Final = Hooks()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time ones have no name
        return f"signal {number}"


def hooks_of(config: Config, environment: Mapping[str, str]) -> Hooks:
    """Those of `condemu serve`. Raises OSError for a directory that cannot be read."""
    scripts = scripts_in((*DIRECTORIES, config.init_dir))
    return Hooks(scripts, environment_of(environment, config.region, config.admin_token))


def scripts_in(directories: Sequence[str]) -> list[Path]:
    """The scripts of these directories and of those below. Directories that are not there have none. Raises OSError."""
    found: list[Path] = []
    for directory in directories:
        if os.path.isdir(directory):
            os.listdir(directory)  # a directory that cannot be read is no empty one
            found += sorted(path for path in Path(directory).rglob("*") if path.suffix in (".sh", ".py") and path.is_file())
    return found


def command_of(path: Path) -> list[str]:
    """A script of Python runs in this Python. Another runs as its first line says, or in a shell where it says nothing."""
    if path.suffix == ".py":
        return [sys.executable, str(path)]
    with open(path, "rb") as file:
        first = file.readline(1024)
    if first.startswith(b"#!"):
        interpreter = first[2:].decode("utf-8", "replace").strip().split(None, 1)
        if interpreter:
            return [*interpreter, str(path)]
    return ["sh", str(path)]


def pointing_at(url: str) -> dict[str, str]:
    """What points SDKs at an emulator that listens there, on this machine."""
    parts = urlsplit(url)
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "", parts.netloc.rpartition(":")[0])
    here = f"{parts.scheme}://{host}:{parts.port}"
    return {"AWS_ENDPOINT_URL": here, "CONDEMU_URL": here}


def environment_of(held: Mapping[str, str], region: str, admin_token: str) -> dict[str, str]:
    """A script's environment: the emulator's own, with the credentials of nobody's real account."""
    kept = {name: value for name, value in held.items() if name not in _FOREIGN and not name.startswith("AWS_ENDPOINT_URL")}
    token = {"CONDEMU_ADMIN_TOKEN": admin_token} if admin_token else {}
    return {
        **kept, **token,
        "AWS_ACCESS_KEY_ID": held.get("CONDEMU_ACCESS_KEY_ID", "test"),
        "AWS_SECRET_ACCESS_KEY": held.get("CONDEMU_SECRET_ACCESS_KEY", "test"),
        "AWS_DEFAULT_REGION": region, "AWS_REGION": region,
    }  # fmt: skip
