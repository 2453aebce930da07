"""The administration under /_condemu/, and the paths under which other emulators' users already look for it.

GET  /_condemu/health, /_localstack/health, /minio/health/live     alive, and which services there are
GET  /_condemu/ready, /minio/health/ready                          ready for requests, or 503 and what is missing
GET  /_localstack/init[/boot, /start, /ready, /shutdown]           the scripts that run before, in LocalStack's form
POST /_condemu/reset[?account=], /_localstack/state/reset, /moto-api/reset   forget everything, or one account's
GET  /_condemu/config                                              the settings in force; where files are, only with the token
     /_condemu/snapshot[?account=]                                 what accounts hold, as a file (`state_files/`)
     /_condemu/races, holds, faults, clock, snapshots, history     the lab (`lab/`)

Who may ask is decided in `admission.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import parse_qs

from condemu import __version__
from condemu.core.http import Request, Response
from condemu.core.log import LogUnavailable
from condemu.server import admission
from condemu.server.connection import Answering
from condemu.server.init_hooks import STAGES
from condemu.server.lab import is_for_lab
from condemu.server.state_files import SeedRefused
from condemu.storage.places import without_password

Answer = tuple[int, dict[str, Any]]
Action = Callable[[Answering, dict[str, list[str]]], Answer | Awaitable[Answer]]
SNAPSHOT: Final = "/_condemu/snapshot"
PATHS: Final = ("bodies", "credentials", "data", "init_dir", "seed", "spool_directory", "tls_cert", "tls_key")
STAGE_PATHS: Final = {f"/_localstack/init/{name.lower()}": name for name in STAGES}
_ACCOUNT: Final = re.compile("[0-9]{12}").fullmatch


async def handle(emulator: Answering, request: Request) -> Response:
    """Answer in JSON, always."""
    try:
        return await _handle(emulator, request)
    except LogUnavailable as failure:
        return _answer(503, {"error": str(failure)})


async def _handle(emulator: Answering, request: Request) -> Response:
    path = request.raw_path.rstrip("/")
    status: int
    document: dict[str, Any]
    action = ACTIONS.get((request.method.replace("HEAD", "GET"), path))
    refused = admission.refusal(request, emulator.config, action in (health, ready, init) or path in STAGE_PATHS)
    if refused is not None:
        status, document = refused[0], {"error": refused[1]}
    elif is_for_lab(path):
        return await emulator.lab.handle(request)
    elif path == SNAPSHOT:
        return await emulator.snapshot_calls.handle(request)
    elif action is config and admission.is_trusted(request, emulator.config):
        status, document = 200, settings(emulator)
    elif action is not None:
        answer = action(emulator, parse_qs(request.query_string, keep_blank_values=True))
        status, document = answer if isinstance(answer, tuple) else await answer
    elif any(path == known for _, known in ACTIONS):
        status, document = 405, {"error": f"{path} does not take {request.method}"}
    else:
        paths = sorted({known for _, known in ACTIONS if known.startswith("/_condemu")})
        status, document = 404, {"error": f"there is no {path}", "paths": paths}
    return _answer(status, document)


def _answer(status: int, document: dict[str, Any]) -> Response:
    body = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    return Response(status, headers, body)


def health(emulator: Answering, _: dict[str, list[str]]) -> Answer:
    services = dict.fromkeys(emulator.services, "running")
    return 200, {"status": "running", "version": __version__, "edition": "condemu", "services": services}


def ready(emulator: Answering, _: dict[str, list[str]]) -> Answer:
    if emulator.trouble:
        return 503, {"status": "unavailable", "error": emulator.trouble}
    hooks = emulator.hooks
    if hooks.ready:
        return 200, {"status": "ready", **hooks.document()}
    if hooks.failure:
        return 503, {"status": "failed", "error": hooks.failure, **hooks.document()}
    return 503, {"status": "starting", **hooks.document()}


def init(emulator: Answering, _: dict[str, list[str]]) -> Answer:
    return 200, emulator.hooks.document()


def stage(name: str) -> Action:
    """The action that tells of one stage."""

    def told(emulator: Answering, _: dict[str, list[str]]) -> Answer:
        document = emulator.hooks.document()
        scripts = [script for script in document["scripts"] if script["stage"] == name]
        return 200, {"completed": document["completed"][name], "scripts": scripts}

    return told


async def reset(emulator: Answering, query: dict[str, list[str]]) -> Answer:
    """A misspelt or ill-formed account must not end in forgetting everybody's data, nor in a belief that its own is gone."""
    accounts = query.get("account")
    if set(query) - {"account"}:
        return 400, {"error": "reset takes account and nothing else"}
    if accounts is not None and (len(accounts) != 1 or not _ACCOUNT(accounts[0])):
        return 400, {"error": "account is twelve digits, once"}
    try:
        await emulator.reset(None if accounts is None else accounts[0])
    except SeedRefused as problem:
        return 409, {"error": f"the seed cannot be applied any more, so nothing was forgotten: {problem}"}
    return 200, {"status": "ok"}


def config(emulator: Answering, _: dict[str, list[str]]) -> Answer:
    """What is set; of a file not where it is."""
    return 200, {name: "set" if name in PATHS and value else value for name, value in settings(emulator).items()}


def settings(emulator: Answering) -> dict[str, Any]:
    """All settings but the token, and passwords."""
    document = asdict(emulator.config)
    del document["admin_token"]
    document["store"] = without_password(document["store"])
    return document


ACTIONS: Final[dict[tuple[str, str], Action]] = {
    ("GET", "/_condemu/health"): health,
    ("GET", "/_localstack/health"): health,
    ("GET", "/minio/health/live"): health,
    ("GET", "/_condemu/ready"): ready,
    ("GET", "/_localstack/init"): init,
    **{("GET", path): stage(name) for path, name in STAGE_PATHS.items()},
    ("GET", "/minio/health/ready"): ready,
    ("POST", "/_condemu/reset"): reset,
    ("POST", "/_localstack/state/reset"): reset,
    ("POST", "/moto-api/reset"): reset,
    ("GET", "/_condemu/config"): config,
}
