"""What is kept. Keys begin with (account, region): every endpoint of every account has domains of its own.

| space                  | key                                     | record                                            |
|------------------------|-----------------------------------------|---------------------------------------------------|
| simpledb.domains       | account, region, domain                 | Domain                                            |
| simpledb.totals        | account, region, domain                 | Totals, as soon as something was put              |
| simpledb.items         | account, region, domain, item           | Item                                              |
| simpledb.places        | account, region, domain, commit, number | str: the item's name, by when it came into being  |
| simpledb.exports       | account, region, domain, export         | Export                                            |
| simpledb.export_tokens | account, region, token                  | tuple: the key of the export that the token began |

Names order as their UTF-8 octets do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from condemu.core.records import record
from condemu.core.spaces import space

DOMAINS: Final = "simpledb.domains"
TOTALS: Final = "simpledb.totals"
ITEMS: Final = "simpledb.items"
PLACES: Final = "simpledb.places"
EXPORTS: Final = "simpledb.exports"
EXPORT_TOKENS: Final = "simpledb.export_tokens"

Scope = tuple[str, str]  # account and region


@record
class Domain:
    """`commit` tells a domain from its predecessors of the same name."""

    commit: int
    created: float


@record
class Totals:
    """Pairs and octets of a domain: item names, and attribute names and values pair by pair."""

    pairs: int = 0
    octets: int = 0


@record
class Item:
    """`attributes` maps names, in the order in which they were first written, to their values, sorted and distinct.

    `place` is the commit that made the item and its number there; `commit` and `modified` are those of the last change.
    """

    attributes: Mapping[str, tuple[str, ...]]
    place: tuple[int, int]
    pairs: int
    octets: int
    commit: int
    modified: float


@record
class Export:
    """An export of a domain into a bucket. `request` holds the members that were sent, for GetExport and for repetitions.

    Until the clock has passed `ends`, an export that has come to its end is still under way to whoever looks. Who writes its
    files counts `beats` meanwhile.
    """

    arn: str
    request: Mapping[str, str]
    status: str
    requested: float
    cutoff: float | None = None
    items: int | None = None
    manifest: str | None = None
    failure: tuple[str, str] | None = None
    ends: float | None = None
    beats: int = 0

    def seen(self, now: float) -> Export:
        if self.ends is None or now >= self.ends:
            return self
        return replace(self, status="IN_PROGRESS", items=None, manifest=None, failure=None)


def _export_of(export: Export, former: str, account: str) -> Export:
    return replace(export, arn=export.arn.replace(f":{former}:", f":{account}:", 1))


def _place_of(place: tuple[str, ...], _: str, account: str) -> tuple[str, ...]:
    return account, *place[1:]


DOMAIN: Final = (("region", str), ("domain", str))
SPACES: Final = (
    space(DOMAINS, Domain, *DOMAIN),
    space(TOTALS, Totals, *DOMAIN, replicated=True),
    space(ITEMS, Item, *DOMAIN, ("item", str), replicated=True),
    space(PLACES, str, *DOMAIN, ("commit", int), ("number", int), replicated=True),
    space(EXPORTS, Export, *DOMAIN, ("export", str), move=_export_of, version=2),
    space(EXPORT_TOKENS, tuple[str, str, str, str], ("region", str), ("token", str), move=_place_of),
)
