"""A presigned URL expires on the state's clock, whichever version signed it; windows of signatures keep to the wall clock."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config as Settings

from condemu.auth.credentials import read_credentials
from condemu.core.effects import ManualClock
from condemu.core.http import BytesBody
from condemu.server.app import build
from condemu.server.config import Config

BOOK = read_credentials('[[credential]]\naccess_key = "AKIAK"\nsecret = "s"\n')


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize(("clock_moves", "wall_moves", "status"), [(0, 0, 200), (3600, 0, 403), (0, 3600, 200)])
def test_a_presigned_url_expires_on_the_states_clock(version: str, clock_moves: int, wall_moves: int, status: int):
    now = time.time()
    clock, wall = ManualClock(now + clock_moves), ManualClock(now + wall_moves)
    emulator = build(Config(auth="strict", buckets=("bucket",)), book=BOOK, clock=clock, wall=wall)
    client = boto3.client(
        "s3", endpoint_url="http://localhost:4566", aws_access_key_id="AKIAK", aws_secret_access_key="s", region_name="us-east-1",
        config=Settings(signature_version=version, s3={"addressing_style": "path"}),
    )  # fmt: skip
    url = urlsplit(client.generate_presigned_url("list_objects_v2", Params={"Bucket": "bucket"}, ExpiresIn=1800))
    request = emulator.received("GET", url.path, url.query, {"host": url.netloc}, BytesBody(b""))
    assert asyncio.run(emulator.answer(request)).status == status
    emulator.close()
