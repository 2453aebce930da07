"""All policies together: may this caller do this? (IAM User Guide, "Policy evaluation logic")

1. An explicit Deny anywhere refuses. S3 spares the owner's root user from the bucket policy's in three actions: `spared`.
2. A public policy under RestrictPublicBuckets refuses everybody from outside of the owner's account.
3. Anonymous callers need an Allow for everyone in the resource's policy.
4. In the owner's account the caller's own policies suffice, and so does the resource's policy when it names the caller, its role
   or everyone. Naming the account is a delegation: the caller's own policies must allow too.
5. From another account both sides must allow. A root user's own side always allows.
6. A permissions boundary and a session policy must allow as well, but where the resource's policy names, within the account, the
   very user or session.

Of several refusals one is reported: explicit before implicit, the resource's before the caller's (inferred).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from condemu.auth.patterns import Context
from condemu.auth.principals import Principal, Rights
from condemu.auth.verdicts import ALLOW, BY_ACCOUNT, BY_NAME, DENY, NOT_AT_ALL, NOTHING, Verdict

# Which kind of policy decided, as AccessDenied names them.
RESOURCE_BASED: Final = "resource-based policy"
IDENTITY_BASED: Final = "identity-based policy"
BOUNDARY: Final = "permissions boundary"
SESSION: Final = "session policy"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Allowed or not; if not, whether by an explicit Deny, by which kind of policy, and what decided it."""

    allowed: bool
    explicit: bool = False
    policy: str = ""
    verdict: Verdict | None = None
    because: str = ""


ALLOWED: Final = Ruling(True)


def decide(
    caller: Principal,
    action: str,
    resource: str,
    context: Context,
    *,
    owner: str,
    policy: Rights | None = None,
    restricted: bool = False,
    spared: bool = False,
    granted: int = NOT_AT_ALL,
) -> Ruling:
    """`owner` is the resource's account, `policy` the resource's policy, `restricted` says that it is public and that public
    policies are restricted, `granted` how closely an ACL that grants the action names the caller."""
    within = caller.account == owner
    theirs = policy.evaluate(caller, action, resource, context) if policy is not None else NOTHING
    if theirs.outcome == DENY and not (spared and within and caller.is_root):
        return _refused(True, RESOURCE_BASED, theirs)
    if restricted and not within:
        return Ruling(False, True, RESOURCE_BASED, theirs, "the bucket's policy is public and RestrictPublicBuckets is on")
    named = max(granted, theirs.named if theirs.outcome == ALLOW else NOT_AT_ALL)
    allowed = named > NOT_AT_ALL
    if caller.is_anonymous:
        return ALLOWED if allowed else _refused(False, RESOURCE_BASED, theirs)
    own = _own(caller, action, resource, context)
    if own is not None and own.outcome == DENY:
        return _refused(True, IDENTITY_BASED, own)
    limits = [
        (kind, limit.evaluate(caller, action, resource, context))
        for kind, limit in ((BOUNDARY, caller.boundary), (SESSION, caller.session_policy))
        if limit is not None
    ]
    for kind, verdict in limits:
        if verdict.outcome == DENY:
            return _refused(True, kind, verdict)
    own_allows = own is None or own.outcome == ALLOW
    if within:
        if named == BY_NAME:
            return ALLOWED
        if not own_allows and named <= BY_ACCOUNT:
            return _refused(False, IDENTITY_BASED, own if own is not None and own.statement else theirs)
    else:
        if not allowed:
            return _refused(False, RESOURCE_BASED, theirs)
        if not own_allows:
            return _refused(False, IDENTITY_BASED, own)
    for kind, verdict in limits:
        if verdict.outcome != ALLOW:
            return _refused(False, kind, verdict)
    return ALLOWED


def _own(caller: Principal, action: str, resource: str, context: Context) -> Verdict | None:
    """What the caller's own policies say together; None for a root user, whom nothing but a Deny elsewhere limits."""
    if caller.is_root:
        return None
    found = NOTHING
    for policy in caller.policies:
        verdict = policy.evaluate(caller, action, resource, context)
        if verdict.outcome == DENY:
            return verdict
        if verdict.outcome == ALLOW or found.statement is None:
            found = verdict if found.outcome != ALLOW else found
    return found


def _refused(explicit: bool, kind: str, verdict: Verdict | None) -> Ruling:
    return Ruling(False, explicit, kind, verdict, _because(explicit, kind, verdict))


def _because(explicit: bool, kind: str, verdict: Verdict | None) -> str:
    """What decided, as a sentence."""
    if verdict is None or verdict.statement is None:
        return f"no {kind} has a statement for it"
    label = verdict.statement.label
    if explicit:
        return f"{label} of the {kind} denies it" + (f" ({verdict.key})" if verdict.key else "")
    return f"{label} of the {kind} would allow it, but its condition on {verdict.key} does not hold"
