"""What condemu does and does not do of Amazon SimpleDB's models, by name.

`python tests/simpledb/sdb_compatibility.py` writes docs/simpledb-compatibility.md from the tables that answer requests
and from the installed botocore's models. A test holds the page against both.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import botocore.session

from condemu.simpledb.attributes import MAX_DOMAIN_PAIRS
from condemu.simpledb.domains import MAX_DOMAINS
from condemu.simpledb.operations import OLDER, OPERATIONS, VERSION
from condemu.simpledb.validation import MAX_ATTRIBUTES, MAX_ITEMS, MAX_LENGTH

PAGE: Final = Path(__file__).parents[2] / "docs" / "simpledb-compatibility.md"
EXPORTS: Final = ("GetExport", "ListExports", "StartDomainExport")

# parameter or behavior -> what condemu does
SPECIAL: Final = {
    "ConsistentRead": "accepted; every read is consistent, whether it is asked for or not",
    "Expected in BatchPutAttributes and BatchDeleteAttributes": (
        "AWS's batches take no conditions: it is passed over, and `x-condemu-because` says so"
    ),
    "Expected, ConsistentRead with Version=" + OLDER: "400 InvalidWSDLVersion, as AWS documents",
    "BoxUsage": "computed by the formulas that AWS's answers follow",
    "SignatureVersion": "0, 1 and 2, in the query or the form, with HmacSHA1 or HmacSHA256",
    "StartDomainExport": "writes to a bucket of the same condemu; with `--export-delay` it lasts until the clock has passed it",
    "limits": (
        f"{MAX_LENGTH} bytes for a name or a value, {MAX_ATTRIBUTES} pairs for an item, {MAX_ITEMS} items in a batch, "
        f"{MAX_DOMAINS} domains, {MAX_DOMAIN_PAIRS:,} pairs for a domain"
    ),
    "ServiceUnavailable and other refusals of a busy service": "never given by itself",
}


def models() -> dict[str, Any]:
    session = botocore.session.get_session()
    return {service: session.get_service_model(service) for service in ("sdb", "simpledbv2")}


def page() -> str:
    lines = [
        "# What condemu does of Amazon SimpleDB",
        "",
        "Made by `python tests/simpledb/sdb_compatibility.py` from the tables that answer requests; a test holds it against them",
        "and against botocore's models of SimpleDB.",
        "",
        f"## Operations of API version {VERSION} ({len(OPERATIONS)} of {len(OPERATIONS)})",
        "",
        ", ".join(f"`{name}`" for name in sorted(OPERATIONS)) + ".",
        "",
        f"## Operations of the API for exports ({len(EXPORTS)} of {len(EXPORTS)})",
        "",
        ", ".join(f"`{name}`" for name in EXPORTS) + ".",
        "",
        "Every parameter of these operations is honored: `Expected` on PutAttributes and DeleteAttributes, in every spelling",
        "that the guide and older clients use, and the whole language of Select. No operation is missing.",
        "",
        "## Worth knowing",
        "",
        "| what | in condemu |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in SPECIAL.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
