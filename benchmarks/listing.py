"""What a key costs and what a page costs: `python -m benchmarks.listing [--keys 1000000]`.

In one process, without a socket: empty objects are put through the service, memory is measured, and a page of 1,000 keys is
listed when there are 10,000 keys and when there are all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time

from condemu.core.http import BytesBody, Response
from condemu.server.app import Emulator, build
from condemu.server.config import Config


def resident() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


async def ask(emulator: Emulator, method: str, path: str, query: str = "") -> Response:
    scope = "Credential=test/20260101/us-east-1/s3/aws4_request"
    headers = {"host": "localhost", "content-length": "0", "authorization": f"AWS4-HMAC-SHA256 {scope}"}
    return await emulator.answer(emulator.received(method, path, query, headers, BytesBody()))


async def fill(emulator: Emulator, first: int, last: int) -> None:
    for number in range(first, last):
        response = await ask(emulator, "PUT", f"/bucket/key-{number:08}")
        assert response.status == 200, response.body


async def page(emulator: Emulator, step: int) -> float:
    """Milliseconds for a page, the median of twenty that begin `step` keys apart."""
    times = []
    for start in range(20):
        began = time.perf_counter()
        response = await ask(emulator, "GET", "/bucket", f"list-type=2&start-after=key-{start * step:08}")
        times.append((time.perf_counter() - began) * 1000)
        assert response.status == 200, response.body
    return statistics.median(times)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listing", description=__doc__)
    parser.add_argument("--keys", type=int, default=1_000_000)
    keys: int = parser.parse_args().keys
    gc.set_threshold(50_000, 20, 50)  # as `condemu serve` does
    emulator = build(Config(buckets=("bucket",), auth="off"))
    await fill(emulator, 0, 10_000)
    few = await page(emulator, 400)
    gc.collect()
    before, began = resident(), time.perf_counter()
    await fill(emulator, 10_000, keys)
    elapsed = time.perf_counter() - began
    gc.collect()
    each = (resident() - before) / (keys - 10_000)
    many = await page(emulator, keys // 25)
    print(f"an empty object: {each:.0f} bytes of memory, {elapsed / (keys - 10_000) * 1e6:.0f} µs to put")
    print(f"a page of 1,000 keys: {few:.2f} ms out of 10,000, {many:.2f} ms out of {keys:,}")


if __name__ == "__main__":
    asyncio.run(main())
