"""What a handler is given: the members of a request by AWS's names, as the preparation has read them."""

from __future__ import annotations

from typing import TypedDict

from condemu.simpledb.expected import Condition
from condemu.simpledb.plans import Mark, SelectPlan
from condemu.simpledb.validation import Entry


class BatchItem(TypedDict):
    """One item of a batch."""

    Name: str
    Attributes: list[Entry]


class Request(TypedDict, total=False):
    """The members of all operations; each has its own. Three are not AWS's: what a statement was compiled to (`Plan`), where its
    token goes on (`After`), and what the answer's header says of a request that was passed over in part (`Because`)."""

    DomainName: str
    ItemName: str
    Attributes: list[Entry]
    AttributeNames: list[str]
    Items: list[BatchItem]
    Expected: Condition
    ConsistentRead: bool
    SelectExpression: str
    MaxNumberOfDomains: int
    NextToken: str
    Plan: SelectPlan
    After: Mark
    Because: str
