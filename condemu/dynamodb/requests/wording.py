"""Which of AWS's two wordings a refusal has.

AWS replaced its request validation between June and October 2026, region by region. Types, status and order did not change; texts
did: PutItem, UpdateItem and DeleteItem put "1 validation error detected: " in front of whatever they refuse before they look the
table up, the single-item operations and Query have new texts, Scan, BatchWriteItem and the transactions keep the old ones
(recorded on AWS in September and October 2026). The profile "classic" answers as AWS did before.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import classic
from condemu.dynamodb.requests.shapes import SHAPES
from condemu.dynamodb.requests.validation import Constraints, Problem, joined, show

MODERN: Final = "2026"
CLASSIC: Final = "classic"


class Wording(NamedTuple):
    """How an operation words its refusals since 2026."""

    renewed: bool = False  # constraints have new texts
    keeps_old: bool = False  # what is refused before the table is looked up has the text that it had before
    enveloped: bool = False  # "1 validation error detected: " stands in front of that
    enveloped_select: bool = False  # it stands in front of what is wrong with Select alone
    lists_return_values: bool = False  # a ReturnValues that there is not is answered alone, whatever else is wrong
    wants_items: bool = False  # a request without items has a text of its own


USUAL: Final = Wording()
OLD: Final = Wording(keeps_old=True)
RENEWED: Final = Wording(renewed=True)
ENVELOPED: Final = Wording(renewed=True, enveloped=True)

_SELECT: Final = frozenset((
    errors.SELECT_PROJECTED_WITHOUT_INDEX, errors.SELECT_SPECIFIC_ALONE, errors.SELECT_WITH_PROJECTION,
))  # fmt: skip

RETURN_VALUES: Final = errors.PROBLEM_BARE.format(
    constraint=errors.ENUM.format(values="ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE")
)


def worded(error: ServiceError, wording: Wording, operation: str, profile: str, *, request_level: bool) -> ServiceError:
    """The refusal as this operation words it. `request_level`: refused before the table was looked up."""
    if isinstance(error, Constraints):
        return _constraints(error, wording, operation, profile)
    if error.row.code != "ValidationException":
        return error
    if profile == CLASSIC or (request_level and wording.keeps_old):
        return classic(error)
    if request_level and (wording.enveloped or (wording.enveloped_select and error.row in _SELECT)):
        return ServiceError(errors.ENVELOPE, {"problem": error.message}, because=error.because)
    return error


def _constraints(error: Constraints, wording: Wording, operation: str, profile: str) -> ServiceError:
    modern = profile == MODERN and wording.renewed
    if profile == MODERN and wording.wants_items and any(map(_empty_requests, error.problems)):
        return ServiceError(errors.REQUEST_ITEMS_REQUIRED, {"operation": operation})
    if modern and any(one.path == "tableName" and one.value == "" for one in error.problems):
        return ServiceError(errors.ENVELOPE, {"problem": _unquoted("TableName", _NOT_EMPTY)})
    texts: list[str] = []
    for problem in error.problems:
        if problem.path == "tableName" and problem.constraint == _NOT_EMPTY:
            problem = problem._replace(constraint=errors.LONG_ENOUGH.format(limit=3))
        if modern and problem.path == "returnValues":
            if wording.lists_return_values:
                return ServiceError(errors.CONSTRAINTS, joined([RETURN_VALUES]))
            texts.append(RETURN_VALUES)
        elif modern and problem.value is not None and (problem.path in _UNQUOTED or _too_many_keys(problem)):
            texts.append(_unquoted(_capitalised(problem.path), problem.constraint))
        else:
            texts.append(show(problem))
            if not modern and problem.path == "tableName" and problem.constraint == _WRONG_NAME and len(problem.value or "") == 2:
                texts.append(show(problem._replace(constraint=errors.LONG_ENOUGH.format(limit=3))))
    return ServiceError(errors.CONSTRAINTS, joined(texts[:10]))


_NOT_EMPTY: Final = errors.LONG_ENOUGH.format(limit=1)
_WRONG_NAME: Final = errors.PATTERN.format(pattern=SHAPES["TableName"].pattern)
_LONG: Final = errors.SHORT_ENOUGH.partition("{")[0]
_UNQUOTED: Final = frozenset(("limit", "requestItems"))


def _empty_requests(problem: Problem) -> bool:
    return problem.path == "requestItems" and problem.value == "{}"


def _too_many_keys(problem: Problem) -> bool:
    return problem.path.startswith("requestItems.") and problem.path.endswith(".keys") and problem.constraint.startswith(_LONG)


def _capitalised(path: str) -> str:
    """`requestItems.t.member.keys` as the new layer writes it: members begin with a capital, tables are as they are."""
    if path.startswith("requestItems."):
        return "RequestItems" + path.removeprefix("requestItems").removesuffix("keys") + "Keys"
    return path[0].upper() + path[1:]


def _unquoted(path: str, constraint: str) -> str:
    return errors.PROBLEM_UNQUOTED.format(path=path, constraint=constraint)
