"""Whether a refusal of DynamoDB has the text that was recorded: exactly, in part, or but for the order of its problems."""

from __future__ import annotations

import re
from typing import Any


def reasons_agree(found: Any, expected: dict[str, Any]) -> bool:
    wanted = expected["cancellation_reasons"]
    if not isinstance(found, list):
        return False
    if isinstance(wanted, dict):
        return all(_assertion_holds(found, name, value) for name, ((_, value),) in wanted.items())
    if len(found) != len(wanted):
        return False
    for one, other in zip(found, wanted, strict=True):
        if isinstance(other, str):
            other = {"Code": other}
        if any(one.get(name) != value for name, value in other.items() if value is not None):
            return False
    return True


def _assertion_holds(found: list[Any], name: str, value: Any) -> bool:
    """`reason.0.Code` is …, or the codes of all `reasons` are …."""
    if name == "reasons":
        return bool([reason["Code"] for reason in found] == value)
    _, number, member = name.split(".", 2)
    return bool(found[int(number)].get(member) == value)


def wrong_text(text: str, operation: str, expected: dict[str, Any], code: str) -> str:
    if expected.get("message") is not None and not same_text(text, expected["message"]):
        return f"text {text!r} instead of {expected['message']!r}"
    if expected.get("message_regex") and not re.search(expected["message_regex"], text, re.IGNORECASE):
        return f"text {text!r} does not match {expected['message_regex']!r}"
    for piece in _list(expected.get("message_contains")):
        if piece not in text:
            return f"text {text!r} lacks {piece!r}"
    if expected.get("str_regex"):
        whole = f"An error occurred ({code}) when calling the {operation} operation: {text}"
        if not re.search(expected["str_regex"], whole):
            return f"{whole!r} does not match {expected['str_regex']!r}"
    parts = expected.get("message_parts_any_order")
    if parts:
        return _wrong_parts(text, parts)
    return ""


def _wrong_parts(text: str, parts: list[Any]) -> str:
    pieces = text.partition("detected: ")[2].split("; ")
    for part in parts:
        if isinstance(part, str) and part not in pieces:
            return f"text {text!r} lacks {part!r}"
        if isinstance(part, dict) and part.get("regex") and not any(re.search(part["regex"], piece) for piece in pieces):
            return f"text {text!r} lacks {part['regex']!r}"
    return "" if len(pieces) == len(parts) else f"text {text!r} has {len(pieces)} parts instead of {len(parts)}"


def _list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else value


_TYPES = re.compile(r"\{((?:NS|SS|L|BS|N|M|B|BOOL|NULL|S)(?:,(?:NS|SS|L|BS|N|M|B|BOOL|NULL|S))+)\}")


def same_text(left: str, right: str) -> bool:
    """Equal but for the order of problems, and of a set of types, which vary on AWS."""
    return left == right or _sorted(left) == _sorted(right)


_RUN = re.compile(r"revision id \d{13}|(?<=table )\w+(?= has)|(?<=for table )\w+(?=, but)")  # of the run that was recorded


def _sorted(text: str) -> tuple[str, list[str]]:
    text = _RUN.sub("…", _sorted_types(text))
    head, separator, problems = text.partition(" validation errors detected: ")
    return (head, sorted(problems.split("; "))) if separator else (text, [])


def _sorted_types(text: str) -> str:
    return _TYPES.sub(lambda match: "{" + ",".join(sorted(match[1].split(","))) + "}", text)
