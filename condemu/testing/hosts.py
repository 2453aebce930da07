"""Which hosts are AWS's, which service a host means, and which hosts are this machine.

The names end in AWS_SUFFIXES. Left of that stands the region, if any, then the service: `bucket.s3.eu-west-1.amazonaws.com`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from condemu.s3.requests.addressing import AWS_SUFFIXES

_AWS: Final = re.compile(r"(?:(?P<left>.*)\.)?(?:" + "|".join(map(re.escape, AWS_SUFFIXES)) + ")", re.IGNORECASE)
_REGION: Final = re.compile(r"[a-z]+(?:-[a-z]+)+-\d+")
_BETWEEN: Final = frozenset({"dualstack", "vpce", "global"})

# The service's label, without "-fips" and without a region or an availability zone behind it.
_S3: Final = re.compile(r"s3(?:-accelerate|-accesspoint|-global|-external-1|-[a-z]+(?:-[a-z]+)+-\d+)?|s3express-[a-z0-9-]+")
_OTHERS: Final = {
    "dynamodb": "dynamodb", "streams-dynamodb": "dynamodb", "ddb": "dynamodb", "dax": "dax", "sdb": "sdb", "sts": "sts"
}  # fmt: skip

_LOOPBACK: Final = re.compile(r"(?:.*\.)?localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0", re.IGNORECASE)
# Where a virtual machine or a container asks for its role's credentials.
_METADATA: Final = re.compile(r"169\.254(?:\.\d+){2}|fd00:ec2::\d+", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_aws(host: str) -> bool:
    return _AWS.fullmatch(host) is not None


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    return _LOOPBACK.fullmatch(host) is not None


@lru_cache(maxsize=1024)
def is_metadata(host: str) -> bool:
    return _METADATA.fullmatch(host) is not None


@lru_cache(maxsize=1024)
def service_of(host: str) -> str:
    """The signing name of the service that one of AWS's hosts belongs to; for others than these, the label as it stands."""
    match = _AWS.fullmatch(host.lower())
    labels = (match["left"] or "").split(".") if match is not None else []
    while len(labels) > 1 and (labels[-1] in _BETWEEN or _REGION.fullmatch(labels[-1])):
        labels.pop()
    label = labels[-1] if labels else ""
    plain = label.replace("-fips", "")
    if _S3.fullmatch(plain):
        return "s3"
    return _OTHERS.get(plain, label)
