"""What a run against AWS will do, said before it begins: what it creates, which permissions it needs, what it costs at the most.

The bound on the cost is deliberately coarse: every request that a run may make, each at the dearest price of all, doubled
for storage and transfer. It stays far below a dollar, and it is a bound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from .permissions import ACTIONS, ANYWHERE, RESOURCES
from .resources import BOUNDS, PREFIX

MARGIN: Final = 2.0  # storage for an hour, transfer of a few megabytes
REQUESTS: Final = 60_000  # of a whole run at the most; a test counts what a run in process really makes
KINDS: Final = {"s3": ("bucket",), "dynamodb": ("table",), "simpledb": ("domain",)}
KINDS_OF_ALL: Final = ("bucket", "table", "domain")


def policy(region: str) -> dict[str, Any]:
    """The IAM policy that a run needs: its actions and no other, on its own names and no other."""
    statements = []
    for service, resources in RESOURCES.items():
        actions = sorted({action for actions, _ in ACTIONS.values() for action in actions if action.startswith(f"{service}:")})
        names = [resource.format(prefix=PREFIX, region=region) for resource in resources]
        statements.append({"Effect": "Allow", "Action": actions, "Resource": names})
    statements.append({"Effect": "Allow", "Action": list(ANYWHERE), "Resource": "*"})
    return {"Version": "2012-10-17", "Statement": statements}


def cost_bound() -> float:
    """US dollars, at the most."""
    dearest = max(price for _, price in ACTIONS.values())
    return MARGIN * REQUESTS * dearest / 1_000_000


def cost_of(operations: Iterable[str]) -> float:
    """US dollars for these requests, without the margin."""
    return sum(ACTIONS[operation][1] for operation in operations if operation in ACTIONS) / 1_000_000


def announcement(services: list[str], tier: str, region: str) -> str:
    """What a person should know before saying yes."""
    kinds = [kind for service in services for kind in KINDS.get(service, KINDS_OF_ALL)]
    bounds = ", ".join(f"{BOUNDS[kind]} {kind}s" for kind in KINDS_OF_ALL if kind in kinds)
    parts = ", ".join(services)
    return "\n".join(
        [
            f"This runs the suite ({parts}; tier {tier}) against AWS in {region}, with the credentials of the environment.",
            f"It creates at the most {bounds}, all named {PREFIX}…, and removes them when it ends.",
            f"What a killed run has left, `python -m {__package__} sweep --target aws --yes` removes.",
            f"It costs at the most US$ {cost_bound():.2f}.",
            "It needs this IAM policy:",
            json.dumps(policy(region), indent=2),
        ]
    )
