"""The target of a run: where it is, who we are there, what it cannot do, and what it is known to do otherwise.

    inprocess   condemu in this process, no socket
    condemu     condemu, started on a free port of 127.0.0.1
    condemu:h11, condemu:httptools, condemu:hypercorn
                the same as a plain ASGI application, under a server that is not its own
    aws         Amazon's own services, in one region, with the credentials of the environment
    URL         anything that speaks these APIs

What a target is known to do otherwise stands in `targets/<name>.toml`: a strict list, in which an entry that no longer differs is
itself a failure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import boto3
from botocore.config import Config

from . import servers
from .s3.principals import credentials

TARGETS: Final = Path(__file__).parent / "targets"
ACCESS_KEY, SECRET = "AKIDCONFORMANCE00001", "conformance-secret"
KNOWN: Final = {"CONDEMU_ACCESS_KEY_ID": ACCESS_KEY, "CONDEMU_SECRET_ACCESS_KEY": SECRET}  # so that signatures are verified
SERVICES: Final = {"s3": "s3", "dynamodb": "dynamodb", "simpledb": "sdb"}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The contents of a target's file. `missing` are capabilities; `gaps` maps a case's id, or a prefix of it, to the reason.

    `fatal` maps the id of a case that is not sent, for the target would answer nobody after it, to what happens.
    """

    missing: frozenset[str] = frozenset()
    gaps: dict[str, str] = field(default_factory=dict)
    fatal: dict[str, str] = field(default_factory=dict)

    @classmethod
    @cache
    def of(cls, name: str) -> Knowledge:
        path = TARGETS / f"{name}.toml"
        if not path.is_file():
            return cls()
        data = tomllib.loads(path.read_text())
        return cls(frozenset(data.get("missing", ())), dict(data.get("gaps", {})), dict(data.get("fatal", {})))

    def gap(self, case: str) -> str | None:
        """Why this case is known to differ, or None."""
        if case in self.gaps:
            return self.gaps[case]
        families = ((name[:-1], reason) for name, reason in self.gaps.items() if name.endswith("*"))
        return next((reason for prefix, reason in families if case.startswith(prefix)), None)


@dataclass
class Target:
    """A running target. `stop` ends what this run has started."""

    name: str
    url: str | None
    region: str = "us-east-1"
    access_key: str = ACCESS_KEY
    secret: str = SECRET
    knowledge: Knowledge = field(default_factory=Knowledge)
    emulator: Any = None
    stop: Callable[[], None] = lambda: None
    listeners: list[Callable[[Any], None]] = field(default_factory=list)

    @property
    def is_aws(self) -> bool:
        return self.name == "aws"

    @property
    def outlives_the_run(self) -> bool:
        """Whether it was there before, so that what a run leaves stays."""
        return self.name not in ("inprocess", "condemu")

    def session(self) -> boto3.Session:
        if self.is_aws:
            return boto3.Session(region_name=self.region)
        return boto3.Session(self.access_key, self.secret, region_name=self.region)

    def client(self, service: str, **options: Any) -> Any:
        """A client that hides nothing: no validation, no retry, path-style addresses, no long wait."""
        config = Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=60,
            read_timeout=30 if self.outlives_the_run else 600,  # what runs on a busy machine may be slow; it does not hang
            max_pool_connections=80,
            s3={"addressing_style": "path"},
        ).merge(options.pop("config", Config()))
        name = SERVICES.get(service, service)
        client = self.session().client(name, endpoint_url=self.url, config=config, **options)
        if self.emulator is not None:
            from condemu.testing.transport import install

            install(client, self.emulator)
        for listen in self.listeners:
            listen(client)
        return client


def label_of(name: str, label: str | None) -> str:
    """Under which name a target's knowledge is kept, for a URL whichever it was given."""
    if name in ("inprocess", "condemu") or name.startswith("condemu:"):
        return "condemu"
    if name == "aws":
        return "aws"
    return label or name.split("//")[-1].rstrip("/").replace(":", "-").replace("/", "-")


def start(name: str, *, region: str = "us-east-1", label: str | None = None) -> Target:
    """The target of that name, running."""
    if name == "inprocess":
        from condemu.server.app import build
        from condemu.server.config import Config as Settings

        with principals() as file:
            emulator = build(Settings(region=region, credentials=file), environment=KNOWN)
        return Target("inprocess", None, region, knowledge=Knowledge.of("condemu"), emulator=emulator, stop=emulator.close)
    if name == "condemu":
        from condemu.testing.server import Server

        with principals() as file:
            server = Server(environment=KNOWN, region=region, credentials=file).start()
        return Target("condemu", server.url, region, knowledge=Knowledge.of("condemu"), stop=server.stop)
    if name.startswith("condemu:"):
        from condemu.server.app import build
        from condemu.server.config import Config as Settings

        with principals() as file:
            emulator = build(Settings(region=region, credentials=file), environment=KNOWN)
        url, stop = servers.serve(emulator, name.removeprefix("condemu:"))
        return Target("condemu", url, region, knowledge=Knowledge.of("condemu"), stop=stop)
    if name == "aws":
        return Target("aws", None, region, knowledge=Knowledge.of("aws"))
    label = label_of(name, label)
    return Target(label, name.rstrip("/"), region, knowledge=Knowledge.of(label))


@contextmanager
def principals() -> Iterator[str]:
    """A file with the credentials of all principals that cases name, for a target that reads it once."""
    with NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(credentials())
        file.flush()
        yield file.name


def detach(target: Target) -> None:
    """Stop what was started, whatever state it is in."""
    with suppress(Exception):
        target.stop()
