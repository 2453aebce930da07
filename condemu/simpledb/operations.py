"""The ten operations of API version 2009-04-15: what each reads out of its parameters, what decides, what a refusal costs.

A `prepare` function turns parameters into a request, a dict of AWS's member names, and refuses what can be refused without
looking anything up. The order of its statements is the order of the refusals: names, attributes, the condition, numbers
(inferred).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.simpledb import attributes, boxusage, domains, render
from condemu.simpledb.errors import INVALID_WSDL_VERSION, NO_ATTRIBUTES, NUMBER_SUBMITTED_ATTRIBUTES_EXCEEDED
from condemu.simpledb.expected import condition_of
from condemu.simpledb.plans import plan
from condemu.simpledb.records import Scope
from condemu.simpledb.requests import BatchItem, Request
from condemu.simpledb.select import mark_of, select
from condemu.simpledb.validation import (
    MAX_ATTRIBUTES,
    Entry,
    check_length,
    consistent_read,
    domain_name,
    entries_to_delete,
    entries_to_put,
    item_name,
    items_of_batch,
    number_up_to,
    required,
)
from condemu.wire.query import Parameters, plain

VERSION: Final = "2009-04-15"
OLDER: Final = "2007-11-07"  # without conditions and without ConsistentRead


@dataclass(frozen=True, slots=True)
class Operation:
    """`refused` is the BoxUsage of a refusal. `result` writes the answer's result; without it the answer is metadata alone.
    `on_domain` says whether the operation is about one domain, `batch` whether its form may be no longer than 1 MB."""

    name: str
    prepare: Callable[[Parameters], Request]
    decide: Callable[[Txn, Scope, Request], tuple[dict[str, Any], int]]
    refused: int
    result: Callable[[Mapping[str, Any]], str] | None = None
    writes: bool = False
    on_domain: bool = True
    batch: bool = False

    @property
    def action(self) -> str:
        """What policies call it."""
        return f"sdb:{self.name}"


def _domain(parameters: Parameters) -> Request:
    return {"DomainName": domain_name(parameters)}


def _list(parameters: Parameters) -> Request:
    most = parameters.get("MaxNumberOfDomains")
    number = domains.MAX_LISTED if most is None else number_up_to(most, "MaxNumberOfDomains", domains.MAX_LISTED)
    request: Request = {"MaxNumberOfDomains": number}
    if parameters.get("NextToken"):
        request["NextToken"] = domains.listed_from(parameters["NextToken"])
    return request


def _put(parameters: Parameters) -> Request:
    request: Request = {"DomainName": domain_name(parameters), "ItemName": item_name(parameters)}
    entries = entries_to_put(parameters)
    if not entries:
        raise ServiceError(NO_ATTRIBUTES)
    return _with_condition(request, parameters, entries)


def _delete(parameters: Parameters) -> Request:
    request: Request = {"DomainName": domain_name(parameters), "ItemName": item_name(parameters)}
    return _with_condition(request, parameters, entries_to_delete(parameters))


def _with_condition(request: Request, parameters: Parameters, entries: list[Entry]) -> Request:
    request["Attributes"] = entries
    condition = condition_of(parameters)
    if condition is not None:
        _check_version(parameters, "Expected")
        request["Expected"] = condition
    if len(entries) > MAX_ATTRIBUTES:
        raise ServiceError(NUMBER_SUBMITTED_ATTRIBUTES_EXCEEDED, because=f"{len(entries)} attributes were submitted")
    return request


def _batch_put(parameters: Parameters) -> Request:
    return _batch(parameters, put=True)


def _batch_delete(parameters: Parameters) -> Request:
    return _batch(parameters, put=False)


def _batch(parameters: Parameters, *, put: bool) -> Request:
    """A batch takes no condition (documented). One that is there is passed over, and the answer says so in its header."""
    domain = domain_name(parameters)
    items: list[BatchItem] = [{"Name": name, "Attributes": entries} for name, entries in items_of_batch(parameters, put=put)]
    request: Request = {"DomainName": domain, "Items": items}
    if any(name.startswith("Expected.") for name in parameters):
        request["Because"] = "batches take no conditions: Expected was passed over"
    return request


def _get(parameters: Parameters) -> Request:
    request: Request = {"DomainName": domain_name(parameters), "ItemName": item_name(parameters)}
    names = plain(parameters, "AttributeName")
    for name in names:
        check_length("Name", name)
    request["AttributeNames"] = names
    return _with_consistency(request, parameters)


def _select(parameters: Parameters) -> Request:
    text = required(parameters, "SelectExpression")
    request = _with_consistency({"SelectExpression": text}, parameters)
    run = plan(text)
    request["Plan"] = run
    request["DomainName"] = run.statement.domain
    if parameters.get("NextToken"):
        request["After"] = mark_of(run, parameters["NextToken"])
    return request


def _with_consistency(request: Request, parameters: Parameters) -> Request:
    request["ConsistentRead"] = consistent_read(parameters)
    if "ConsistentRead" in parameters:
        _check_version(parameters, "ConsistentRead")
    return request


def _check_version(parameters: Parameters, parameter: str) -> None:
    if parameters.get("Version") == OLDER:
        raise ServiceError(INVALID_WSDL_VERSION, {"Parameter": parameter})


_ROWS: Final = (
    Operation("CreateDomain", _domain, domains.create_domain, boxusage.DOMAIN, writes=True),
    Operation("DeleteDomain", _domain, domains.delete_domain, boxusage.DOMAIN, writes=True),
    Operation("ListDomains", _list, domains.list_domains, boxusage.METADATA, render.list_domains, on_domain=False),
    Operation("DomainMetadata", _domain, domains.domain_metadata, boxusage.METADATA, render.domain_metadata),
    Operation("PutAttributes", _put, attributes.put_attributes, boxusage.WRITE, writes=True),
    Operation("DeleteAttributes", _delete, attributes.delete_attributes, boxusage.WRITE, writes=True),
    Operation("BatchPutAttributes", _batch_put, attributes.batch_put_attributes, boxusage.WRITE, writes=True, batch=True),
    Operation(
        "BatchDeleteAttributes", _batch_delete, attributes.batch_delete_attributes, boxusage.WRITE, writes=True, batch=True,
    ),
    Operation("GetAttributes", _get, attributes.get_attributes, boxusage.READ, render.get_attributes),
    Operation("Select", _select, select, boxusage.SELECT_NOTHING, render.select),
)  # fmt: skip
OPERATIONS: Final[Mapping[str, Operation]] = {row.name: row for row in _ROWS}
