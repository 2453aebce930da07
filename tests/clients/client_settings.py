"""What all clients are told."""

from __future__ import annotations

from typing import Any, Final

import boto3
from botocore.config import Config

ACCESS_KEY: Final = "AKIACLIENTS000000000"
SECRET_KEY: Final = "a/secret+that=has/every+kind=of/letter"
REGION: Final = "us-east-1"
PART: Final = b"p" * 5 * 1024 * 1024  # the smallest part that may be followed by another


def client(endpoint: str, *, secret_key: str = SECRET_KEY, **settings: Any) -> Any:
    """boto3 as it is without any settings but where to find the emulator, and no patience."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}, **settings),
    )
