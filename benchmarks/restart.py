"""A start with much to read: `python -m benchmarks.restart [--objects 1000000] [--items 1000000] [--data DIR]`.

Writes a data directory with a snapshot of so many objects of 100 bytes and items of about 130, starts condemu on it, and prints
how long it takes until it is ready, the processor time of that, and the memory that it has then.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from condemu.core.blobs import Blob
from condemu.dynamodb.data.values import Item
from condemu.dynamodb.state.records import ITEMS, packed
from condemu.s3.state.records import OBJECTS, Version
from condemu.server.state import SPACES
from condemu.server.system import SystemClock, SystemIds, unique_name
from condemu.storage.durable import Durable
from condemu.storage.snapshots import SnapshotWriter

ACCOUNT = "000000000000"
TABLE = "32f88523-14a1-43ff-8620-5c46469d0556"


def filled(path: str, objects: int, items: int) -> float:
    """The bytes of a snapshot with all of that."""
    kept = Durable(path, SPACES, SystemClock(), SystemIds(), name=unique_name, budget=1 << 28)
    tables = {
        OBJECTS: [((ACCOUNT, 1, f"key-{number:010d}"), an_object(number)) for number in range(objects)],
        ITEMS: [((ACCOUNT, TABLE, number.to_bytes(8, "big"), b""), packed(an_item(number), 134, 1)) for number in range(items)],
    }
    kept.store.load(tables.items(), 1)
    writer = SnapshotWriter(path, kept.store, kept._batches, 1)
    while writer.step():
        pass
    writer.finish(kept.blobs.sync)
    kept.close()
    return writer.size


def an_object(number: int) -> Version:
    return Version(
        "null", 1, 1, 1767225600.0, ACCOUNT, etag=f"{number:032x}", size=100, body=Blob.of(b"%0100d" % number),
        checksum_algorithm="CRC64NVME", checksum=f"{number:011d}=", checksum_type="FULL_OBJECT",
    )  # fmt: skip


def an_item(number: int) -> Item:
    return {"pk": f"item-{number:010d}", "data": "x" * 100}


def main() -> None:
    top = argparse.ArgumentParser(prog="python -m benchmarks.restart", description=__doc__)
    top.add_argument("--objects", type=int, default=1_000_000)
    top.add_argument("--items", type=int, default=1_000_000)
    top.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()), help="where the directory is made")
    options = top.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data) as path:
        size = filled(path, options.objects, options.items)
        print(f"a snapshot of {size / 1e6:.0f} MB")
        began = time.perf_counter()
        command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0", "--data", path]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        json.loads(server.stdout.readline())
        ready = time.perf_counter() - began
        stat = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{server.pid}/status").read_text().splitlines()
        memory = {line.partition(":")[0]: int(line.split()[1]) // 1024 for line in status if line.startswith(("VmHWM", "VmRSS"))}
        print(f"ready after {ready:.1f} s, {(int(stat[11]) + int(stat[12])) / 100:.1f} s of processor time, {memory} MiB")
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
