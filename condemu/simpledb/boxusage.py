"""BoxUsage: the machine hours that an operation is charged, to ten decimals.

Kept as whole numbers of 0.0000000001 hours. The formulas reproduce every reply that clients recorded between 2008 and 2014 but
those marked as approximations.
"""

from __future__ import annotations

from typing import Final

WRITE: Final = 219_907  # PutAttributes and DeleteAttributes, before their attributes are counted; also when refused
READ: Final = 93_202  # GetAttributes
DOMAIN: Final = 55_590_278  # CreateDomain, DeleteDomain
METADATA: Final = 71_759  # ListDomains, DomainMetadata
SELECT: Final = 140_000
SELECT_NOTHING: Final = 137_200  # refused, or an empty page that has a token


def of_write(entries: int) -> int:
    """A put or a delete of so many attributes, none for a whole item."""
    return WRITE + 2 * entries**3


def of_batch(sizes: list[int]) -> int:
    """A batch of items with so many attributes each: 30 % off for more than one."""
    total = sum(map(of_write, sizes))
    return total if len(sizes) == 1 else (7 * total + 4) // 10


def of_read(names: int) -> int:
    """GetAttributes that returned so many distinct names."""
    return READ + 20 * names**2


def of_select(output: str, rows: int, more: bool) -> int:
    """A page of Select. Only that of item names is recorded well enough; counts and attributes are approximations."""
    if more and not rows:
        return SELECT_NOTHING
    if output == "itemName()":
        return SELECT + 80 * rows
    return SELECT + (112 if output == "count(*)" else 90_016) * rows


def text_of(usage: int) -> str:
    return f"{usage // 10**10}.{usage % 10**10:010d}"
