"""The regions that a bucket can be in, and which of them a request was sent to."""

from __future__ import annotations

import re
from typing import Final

from condemu.core.http import Request

US_EAST_1: Final = "us-east-1"  # the one whose endpoint takes every constraint, and whose buckets have none

EU_WEST_1: Final = "eu-west-1"  # whose endpoint takes its old name, too (recorded on AWS)

# CreateBucket's LocationConstraint (Amazon S3 API Reference). `EU` is eu-west-1's old name and stays as it was given.
CONSTRAINTS: Final = frozenset({
    "EU", "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
    "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1",
    "us-west-1", "us-west-2",
})  # fmt: skip
REGIONS: Final = (CONSTRAINTS - {"EU"}) | {US_EAST_1}

_SCOPE: Final = re.compile(r"(?:Credential=|X-Amz-Credential=)[^/%,&\s]+(?:/|%2F)\d{8}(?:/|%2F)([a-z0-9-]{1,32})(?:/|%2F)", re.I)
_HOST: Final = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com", re.I)


def endpoint_region(http: Request, default: str) -> str:
    """The region whose endpoint a request means: its Host's, else its signature's, else the emulator's own.

    One port stands for every regional endpoint. A client signs for the region that it is configured with, and at AWS it would
    have been sent there.
    """
    host = _HOST.search(http.headers.get("host", ""))
    if host is not None:
        return host[1].lower()
    scope = _SCOPE.search(http.headers.get("authorization", "")) or _SCOPE.search(http.query_string)
    return scope[1] if scope is not None and scope[1] in REGIONS else default


def region_of(location: str) -> str:
    """Where a bucket with that location constraint is."""
    return {"": US_EAST_1, "EU": EU_WEST_1}.get(location, location)
