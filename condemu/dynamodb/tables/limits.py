"""DescribeLimits and DescribeEndpoints: answers that clients ask for before they begin."""

from __future__ import annotations

from typing import Final

from condemu.core.calls import Plan
from condemu.dynamodb.requests.request import DynamoRequest, atomic, no_resource

LIMITS: Final = {  # a new account's (Developer Guide, "Service quotas")
    "AccountMaxReadCapacityUnits": 80000,
    "AccountMaxWriteCapacityUnits": 80000,
    "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}


def describe_limits(request: DynamoRequest) -> Plan:
    return atomic(request, lambda txn: dict(LIMITS), no_resource)


def describe_endpoints(request: DynamoRequest) -> Plan:
    """The host that was asked is the endpoint, so that a client that goes where it is told comes back."""
    address = request.headers.get("host") or f"dynamodb.{request.region}.amazonaws.com"
    endpoint = {"Address": address, "CachePeriodInMinutes": 1440}
    return atomic(request, lambda txn: {"Endpoints": [endpoint]}, no_resource)
