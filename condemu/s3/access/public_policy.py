"""Whether a policy is public, as Block Public Access sees it (S3 User Guide, "The meaning of public").

A policy is public as soon as one Allow is. An Allow is not public when it names principals, or when it has a condition that
limits the request to fixed values, without wildcards or variables, of one of these keys:

    aws:SourceArn, aws:SourceVpc, aws:SourceVpce, aws:SourceOwner, aws:SourceAccount, aws:PrincipalOrgID, aws:userid,
    s3:x-amz-server-side-encryption-aws-kms-key-id, s3:DataAccessPointAccount, s3:DataAccessPointArn (the access point's name may
    be a wildcard), aws:SourceIp (ranges of /8 and narrower, /32 and narrower for IPv6)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from condemu.auth.policy import Policy, Statement
from condemu.auth.policy_operators import network

WIDEST: Final = {4: 8, 6: 32}  # the shortest prefixes that are not public
FIXED_KEYS: Final = frozenset({
    "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:principalorgid",
    "aws:userid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
})  # fmt: skip
# Operators that hold for the named values alone. With IfExists or ForAllValues they hold for requests without the key too.
LIMITING: Final = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})


@lru_cache(maxsize=512)
def is_public(policy: Policy) -> bool:
    return any(_opens(statement) for statement in policy.statements)


def _opens(statement: Statement) -> bool:
    principals = statement.principals
    if statement.effect != "Allow" or principals is None or not (principals.anyone or principals.federated):
        return False
    block: Mapping[str, Mapping[str, Any]] = statement.source.get("Condition", {})
    return not any(_limits(operator, key.lower(), values) for operator, keys in block.items() for key, values in keys.items())


def _limits(operator: str, key: str, values: Any) -> bool:
    texts = [str(value) for value in (values if isinstance(values, list) else [values])]
    base = operator.removeprefix("ForAnyValue:")
    if not texts:
        return False
    if key == "aws:sourceip":
        return base == "IpAddress" and _narrow(texts)
    if key not in FIXED_KEYS or base not in LIMITING:
        return False
    if key == "s3:dataaccesspointarn":
        texts = [text.partition("/")[0] for text in texts]
    return not any(character in text for text in texts for character in ("*", "?", "${"))


def _narrow(texts: Iterable[str]) -> bool:
    ranges = [network(text) for text in texts]
    return all(found is not None and found.prefixlen >= WIDEST[found.version] for found in ranges)
