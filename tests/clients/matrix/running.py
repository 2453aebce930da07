"""Runs a client's program against a server of its own, and judges what it says by the server's request log."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3

from .calls import SETS, TIMES, WORKERS, Call
from .clients import Client

HERE: Final = Path(__file__).parent
ACCESS_KEY: Final = "AKIACLIENTS000000000"
SECRET_KEY: Final = "a/secret+that=has/every+kind=of/letter"
SECONDS: Final = 900  # that a program may take
VIRTUAL: Final = "matrix-virtual.localhost"
STORES: Final = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))  # of the system

Cell = dict[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A server of condemu's, for one program."""

    url: str
    port: str
    certificate: str
    log: Path

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith('{"time"')]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Running]:
    """Strict about signatures, with TLS on the same port, and its request log in a file."""
    credentials = folder / "credentials.toml"
    credentials.write_text(f'[[credential]]\naccess_key = "{ACCESS_KEY}"\nsecret = "{SECRET_KEY}"\n')
    command = [
        sys.executable, "-m", "condemu", "serve", "--port", "0", "--tls", "on", "--tls-names", VIRTUAL, "--auth", "strict",
        "--credentials", str(credentials), "--log", "json",
    ]  # fmt: skip
    log = folder / "requests.jsonl"
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=HERE.parents[2], env=environment)
        try:
            assert server.stdout is not None
            started = json.loads(server.stdout.readline())
            server.stdout.readline()  # "Ready."
            yield Running(started["url"], started["url"].rpartition(":")[2], started["certificate"], log)
        finally:
            server.terminate()
            server.wait(60)


def run(client: Client, command: list[str], folder: Path, calls: list[str] | None = None) -> dict[str, Cell]:
    """The outcome of each call of a client, by name."""
    columns = [call for call in SETS[client.calls] if not calls or call.name in calls]
    with serving(folder) as server:
        places(client, server, columns)
        said, errors = program(client, command, server, calls or [])
        return {call.name: judged(call, said.get(call.name), errors, server.entries(), client) for call in columns}


def places(client: Client, server: Running, columns: list[Call]) -> None:
    """Each call has a bucket, or a table, of its own."""
    keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=server.url, **keys)
    dynamodb = boto3.client("dynamodb", endpoint_url=server.url, **keys)
    for call in columns:
        name = f"matrix-{call.name}"
        if client.calls in ("s3", "stores"):
            s3.create_bucket(Bucket=name)
        if client.calls != "s3" and client.keys:
            dynamodb.create_table(
                TableName=name, BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(client.keys, ("HASH", "RANGE"))],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in client.keys],
            )  # fmt: skip
        if call.name == "versions":
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def program(client: Client, command: list[str], server: Running, calls: list[str]) -> tuple[dict[str, Cell], str]:
    """What the program said of each call, and its last words if it broke."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "MATRIX_PORT": server.port,
        "MATRIX_CERTIFICATE": server.certificate, "MATRIX_WORKERS": str(WORKERS), "MATRIX_TIMES": str(TIMES),
        "MATRIX_VARIANT": client.variant, "PYTHONWARNINGS": "ignore",
        **{name: value.format(certificate=server.certificate) for name, value in client.environment.items()},
    }  # fmt: skip
    mounted = mounts(client, server)
    if client.store and mounted:
        environment["MATRIX_STORE"] = "lent"
    try:
        done = subprocess.run(
            [*mounted, *command, *calls],
            env=environment,
            cwd=server.log.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        output, errors = done.stdout, done.stderr[-400:] if done.returncode else ""
    except subprocess.TimeoutExpired as late:
        output, errors = (late.stdout or b"").decode(), f"not done after {SECONDS} seconds"
    if os.environ.get("MATRIX_TRACE"):
        sys.stderr.write(output + errors)
    said = [json.loads(line) for line in output.splitlines() if line.startswith('{"call"')]
    return {cell["call"]: cell for cell in said}, errors


def mounts(client: Client, server: Running) -> list[str]:
    """What must stand before a command, so that it sees other files than the system's: those that it can be told no other way.

    Hosts, so that it finds the bucket's: not every system resolves names below localhost. The store of certificates, for a client
    that takes none of its own.
    """
    files: dict[Path, str] = {}
    try:
        socket.getaddrinfo(VIRTUAL, 80)
    except OSError:
        files[Path("/etc/hosts")] = f"\n127.0.0.1 {VIRTUAL}\n"
    store = next(filter(Path.is_file, STORES), None)
    if client.store and store:
        files[store] = f"\n{Path(server.certificate).read_text()}"
    if not files:
        return []
    orders = []
    for file, added in files.items():
        own = server.log.parent / file.name
        own.write_text(file.read_text() + added)
        orders.append(f"mount --bind {own} {file}")
    prefix = ["unshare", "--mount", "sh", "-c", f'{" && ".join(orders)} && exec "$@"', "sh"]
    with contextlib.suppress(OSError):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return []


def judged(call: Call, said: Cell | None, errors: str, log: list[dict[str, Any]], client: Client) -> Cell:
    """What the program says, and what the log says of it."""
    place = f":matrix-{call.name}"
    own = [
        entry for entry in log
        if any(name.partition(":")[2].partition("/")[0] == place[1:] for name in entry["resources"])
    ]  # fmt: skip
    if said is None:
        cell = {"outcome": "wrong", "note": f"the program said nothing of it: {errors}"}
    else:
        cell = {"outcome": said["outcome"], "note": said["note"]}
    if cell["outcome"] == "ok":
        missing = [proof.words() for proof in call.proofs if not proof.found(own)]
        if missing:
            cell = {"outcome": "wrong", "note": f"the client is content, but the server's log has no {'; no '.join(missing)}"}
    if cell["outcome"] == "wrong":
        cell["fault"] = client.faults.get(call.name, "")
    return cell
