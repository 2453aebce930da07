"""Resource-based policies of tables, as documents: what a valid one is (Developer Guide, "Resource-based policies")."""

from __future__ import annotations

from typing import Final

from condemu.auth.policy import Policy, compiled, parse
from condemu.auth.policy_grammar import Problem, Rules
from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.state.records import Table

RULES: Final = Rules(principals=True, limit=20 * 1024)  # bytes (Developer Guide, "Service quotas")


def check_policy(text: str) -> None:
    """Refuse a document that is no policy."""
    problem = parse(text, RULES)
    if isinstance(problem, Problem):
        raise ServiceError(errors.POLICY_INVALID, because=f"{problem.kind}: {problem.found or dict(problem.fields)}")


def policy_of(table: Table | None) -> Policy | None:
    return None if table is None or table.policy is None else compiled(table.policy, RULES)
