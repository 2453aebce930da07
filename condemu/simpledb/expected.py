"""The condition of a PutAttributes or a DeleteAttributes.

One condition, on one attribute of the item, judged on what the item holds before the write, whatever earlier reads showed.
Neither `Replace` nor the attributes that are written have a say in it.

What is there is nothing, one value that is equal or another, or several values:

| Name  | Value | Exists | absent                | equal                  | other                  | several                |
|-------|-------|--------|-----------------------|------------------------|------------------------|------------------------|
| given | given | -      | AttributeDoesNotExist | holds                  | ConditionalCheckFailed | MultiValuedAttribute   |
| given | given | true   | AttributeDoesNotExist | holds                  | ConditionalCheckFailed | MultiValuedAttribute   |
| given | -     | false  | holds                 | ConditionalCheckFailed | ConditionalCheckFailed | ConditionalCheckFailed |

A condition that is none is refused whatever is there:

| Name  | Value | Exists | answer                   |
|-------|-------|--------|--------------------------|
| given | -     | -      | IncompleteExpectedValues |
| given | -     | true   | IncompleteExpectedValues |
| given | given | false  | ExistsAndExpectedValue   |
| given | -     | 0      | InvalidParameterValue    |
| given | given | True   | InvalidParameterValue    |
| -     | given | -      | MissingParameter         |
| -     | -     | false  | MissingParameter         |

Documented in the Developer Guide, "Performing a Conditional Put" and "Performing a Conditional Delete". An attribute of an item
that is not there is absent. An empty value is a value: presence of the parameter decides, not its length. Values are compared as
text, "7" is not "07". That an attribute exists with any value whatever cannot be asked.

`Exists=false` on an attribute with several values: "value exists" is inferred; the guide names MultiValuedAttribute for equality
only. The guide's page on conditional deletes has one sentence by which a delete goes ahead when the attribute is absent; its
table of errors and the API model say 404, and so do we.
"""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

from condemu.core.errors import ServiceError
from condemu.simpledb.errors import (
    ATTRIBUTE_DOES_NOT_EXIST,
    CONDITIONAL_CHECK_FAILED_EXISTS,
    CONDITIONAL_CHECK_FAILED_VALUE,
    EMPTY_ATTRIBUTE_NAME,
    EXISTS_AND_EXPECTED_VALUE,
    INCOMPLETE_EXPECTED_VALUES,
    INVALID_EXISTS,
    INVALID_PARAMETER_VALUE,
    MISSING_PARAMETER,
    MULTI_VALUED_ATTRIBUTE,
    MULTIPLE_EXISTS_CONDITIONS,
    MULTIPLE_EXPECTED_NAMES,
    MULTIPLE_EXPECTED_VALUES,
)
from condemu.simpledb.validation import check_length
from condemu.wire.query import Parameters, number_of


class Condition(TypedDict):
    """Name and Value, or Name and an Exists that is False."""

    Name: str
    Value: NotRequired[str]
    Exists: NotRequired[bool]


# The order in which surplus members are refused is inferred.
_SURPLUS: Final = {
    "Name": MULTIPLE_EXPECTED_NAMES,
    "Value": MULTIPLE_EXPECTED_VALUES,
    "Exists": MULTIPLE_EXISTS_CONDITIONS,
}

# As the guide and the SDKs spell them.
_USUAL: Final = {f"{prefix}.{member}": member for prefix in ("Expected", "Expected.1") for member in _SURPLUS}


def refusal(condition: Condition, values: tuple[str, ...]) -> ServiceError | None:
    """Why the write must not happen, given the attribute's present values; () is an attribute that is absent."""
    name = condition["Name"]
    if "Value" not in condition:
        if not values:
            return None
        return ServiceError(CONDITIONAL_CHECK_FAILED_EXISTS, {"Name": name}, because=f"{name} is {_shown(values)}")
    expected = condition["Value"]
    if not values:
        return ServiceError(ATTRIBUTE_DOES_NOT_EXIST, {"Name": name}, because=f"the item has no attribute {name}")
    if len(values) > 1:
        return ServiceError(MULTI_VALUED_ATTRIBUTE, {"Name": name}, because=f"{name} is {_shown(values)}")
    if values[0] != expected:
        fields = {"Name": name, "Value": values[0], "Expected": expected}
        return ServiceError(CONDITIONAL_CHECK_FAILED_VALUE, fields, because=f"{name} is {_shown(values)}, not {expected!r}")
    return None


def condition_of(parameters: Parameters) -> Condition | None:
    """The condition that a request states; None when it states none.

    The members may be spelled `Expected.Name`, `Expected.1.Name` or with any other number, as the guide, the SDKs and older
    clients do. A parameter that begins with Expected and is none of them is refused rather than overlooked, for a write that
    lost its condition is the worst of answers (inferred).
    """
    members: dict[str, str] = {}
    for parameter in [name for name in parameters if "Expected" in name and name.startswith("Expected")]:
        value = parameters[parameter]
        if parameter == "Expected" and not value:
            continue
        member = _USUAL.get(parameter) or _member(parameter)
        if member not in _SURPLUS:
            reason = "Expected has a Name, a Value and an Exists."
            raise ServiceError(INVALID_PARAMETER_VALUE, {"Value": value, "Parameter": parameter, "Reason": reason})
        if parameter in parameters.repeated or member in members:
            members["again " + member] = value
        members.setdefault(member, value)
    return _checked(members) if members else None


def _checked(members: dict[str, str]) -> Condition:
    """Surplus members, an Exists that is no truth value, a missing and an empty name, combinations: in this order (inferred)."""
    for member, row in _SURPLUS.items():
        if "again " + member in members:
            raise ServiceError(row)
    exists = members.get("Exists", "true")
    if exists not in ("true", "false"):
        raise ServiceError(INVALID_EXISTS, {"Value": exists})
    name, value = members.get("Name"), members.get("Value")
    if name is None:
        raise ServiceError(MISSING_PARAMETER, {"Parameter": "Name"}, because="Expected has no Name")
    if not name:
        raise ServiceError(EMPTY_ATTRIBUTE_NAME, because="Expected.Name is empty")
    check_length("Name", name)
    if value is None:
        if exists == "true":
            raise ServiceError(INCOMPLETE_EXPECTED_VALUES)
        return {"Name": name, "Exists": False}
    check_length("Value", value)
    if exists == "false":
        raise ServiceError(EXISTS_AND_EXPECTED_VALUE)
    return {"Name": name, "Value": value}


def _member(parameter: str) -> str:
    """Name of `Expected.Name` and of `Expected.7.Name`; "" of anything else."""
    _, _, rest = parameter.partition(".")
    number, dot, member = rest.partition(".")
    if not dot:
        return rest
    return member if number_of(number) is not None and parameter.startswith("Expected.") else ""


def _shown(values: tuple[str, ...]) -> str:
    return repr(values[0]) if len(values) == 1 else "several values: " + ", ".join(map(repr, values[:10]))
