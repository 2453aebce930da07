"""Which bucket and which key a request names, by path or by host.

Path style is `/bucket/key`. Virtual-hosted style is recognized by the Host header alone: `bucket.localhost`,
`bucket.s3.localhost`, `bucket.s3.<region>.localhost`, and LocalStack's names below `localhost.localstack.cloud`;
`bucket.s3.amazonaws.com`, `bucket.s3.<region>.amazonaws.com`, their FIPS, accelerated and dual-stack forms, and those of
every other partition. Keys are percent-decoded once and never normalized: `//`, `.` and `..` are ordinary (recorded on AWS).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

# What the names of hosts of AWS end in, by botocore's endpoints (a test compares): commercial and GovCloud regions
# share theirs; China, the European Sovereign Cloud and the isolated partitions have their own, each with a dual-stack name.
AWS_SUFFIXES: Final = (
    "amazonaws.com", "api.aws", "aws.dev",
    "amazonaws.com.cn", "api.amazonwebservices.com.cn",
    "amazonaws.eu", "api.amazonwebservices.eu",
    "c2s.ic.gov", "api.aws.ic.gov",
    "sc2s.sgov.gov", "api.aws.scloud",
    "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov", "api.aws.hci.ic.gov",
)  # fmt: skip
REGION: Final = r"[a-z]{2,5}(?:-[a-z]+)+-\d"
VIRTUAL_HOST: Final = re.compile(
    rf"(?P<bucket>.+?)\.(?:localhost|s3\.(?:{REGION}\.)?localhost(?:\.localstack\.cloud)?"
    rf"|s3(?:-fips|-accelerate)?[.-](?:dualstack\.)?(?:{REGION}\.)?"
    rf"(?:{'|'.join(map(re.escape, AWS_SUFFIXES))}))",
    re.IGNORECASE,
)
WEBSITE: Final = ".s3-website"  # in a Host: what it names is served as a website
WEBSITE_HOST: Final = re.compile(
    rf"(?P<bucket>.+?)\.s3-website(?:[.-]{REGION})?\."
    rf"(?:localhost|localhost\.localstack\.cloud|{'|'.join(map(re.escape, AWS_SUFFIXES))})",
    re.IGNORECASE,
)
SERVICE: Final = re.compile(rf"www|(?:s3|dynamodb|sdb)(?:\.{REGION})?", re.IGNORECASE)  # before localhost, and no bucket


@lru_cache(maxsize=1024)
def bucket_of_host(host: str) -> str | None:
    """The bucket that a Host header names, or None for path style."""
    match = website_of_host(host) or VIRTUAL_HOST.fullmatch(without_port(host))
    if match is None or SERVICE.fullmatch(match["bucket"]) is not None:
        return None
    return match["bucket"].lower()  # the letter case of a host's name means nothing (RFC 9110 §4.2.3)


def website_of_host(host: str) -> re.Match[str] | None:
    """Whose website a Host header names: `bucket.s3-website.localhost`, `bucket.s3-website-us-east-1.amazonaws.com`."""
    return WEBSITE_HOST.fullmatch(without_port(host)) if WEBSITE in host else None


def without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else host


def decode(text: str) -> str:
    """Percent-decoded once. Bytes that are not UTF-8 stay as lone surrogates, for the caller to refuse."""
    if "%" not in text and text.isascii():
        return text
    return unquote_to_bytes(text.encode("latin-1")).decode("utf-8", "surrogateescape")


def bucket_and_key(host: str, raw_path: str) -> tuple[str, str]:
    """("", "") names the service, (bucket, "") a bucket."""
    bucket = bucket_of_host(host)
    if bucket is not None:
        return bucket, decode(raw_path[1:])
    name, _, key = raw_path[1:].partition("/")
    return decode(name), decode(key)
