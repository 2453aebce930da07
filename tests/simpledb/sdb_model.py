"""SimpleDB as naively as it can be written down: pairs in sets, items in lists, the guide's sentences one by one.

Knows nothing of the emulator. Answers are (status, code or None, what was read).
"""

from __future__ import annotations

from typing import Any

Pairs = set[tuple[str, str]]
Answer = tuple[int, str | None, Any]
DONE: Answer = (200, None, None)


class Model:
    def __init__(self) -> None:
        self.domains: dict[str, dict[str, Pairs]] = {}

    def create(self, domain: str) -> Answer:
        self.domains.setdefault(domain, {})
        return DONE

    def drop(self, domain: str) -> Answer:
        self.domains.pop(domain, None)
        return DONE

    def names(self) -> Answer:
        return 200, None, sorted(self.domains)

    def put(self, domain: str, item: str, entries: list[tuple[str, str, bool]], expected: Any = None) -> Answer:
        return self._batch(domain, {item: entries}, expected, self._after_put)

    def delete(self, domain: str, item: str, entries: list[tuple[str, str | None]], expected: Any = None) -> Answer:
        return self._batch(domain, {item: entries}, expected, self._after_delete)

    def batch_put(self, domain: str, items: dict[str, list[tuple[str, str, bool]]]) -> Answer:
        return self._batch(domain, items, None, self._after_put)

    def batch_delete(self, domain: str, items: dict[str, list[tuple[str, str | None]]]) -> Answer:
        return self._batch(domain, items, None, self._after_delete)

    def _batch(self, domain: str, items: dict[str, list[Any]], expected: Any, after: Any) -> Answer:
        if domain not in self.domains:
            return 400, "NoSuchDomain", None
        held = self.domains[domain]
        if expected is not None:
            (item,) = items
            refusal = self._condition(expected, held.get(item, set()))
            if refusal is not None:
                return refusal
        new = {item: after(held.get(item, set()), entries) for item, entries in items.items()}
        if any(len(pairs) > 256 for pairs in new.values()):
            return 409, "NumberItemAttributesExceeded", None
        for item in sorted(new):
            if new[item]:
                held[item] = new[item]
            else:
                held.pop(item, None)
        return DONE

    @staticmethod
    def _condition(expected: tuple[str, str | None], pairs: Pairs) -> Answer | None:
        name, value = expected
        values = [have for attribute, have in pairs if attribute == name]
        if value is None:
            return (409, "ConditionalCheckFailed", None) if values else None
        if not values:
            return 404, "AttributeDoesNotExist", None
        if len(values) > 1:
            return 409, "MultiValuedAttribute", None
        return None if values == [value] else (409, "ConditionalCheckFailed", None)

    @staticmethod
    def _after_put(pairs: Pairs, entries: list[tuple[str, str, bool]]) -> Pairs:
        replaced = {name for name, _, replace in entries if replace}
        kept = {(name, value) for name, value in pairs if name not in replaced}
        return kept | {(name, value) for name, value, _ in entries}

    @staticmethod
    def _after_delete(pairs: Pairs, entries: list[tuple[str, str | None]]) -> Pairs:
        if not entries:
            return set()
        return {
            (name, value) for name, value in pairs if not any(name == gone and which in (None, value) for gone, which in entries)
        }

    def get(self, domain: str, item: str) -> Answer:
        if domain not in self.domains:
            return 400, "NoSuchDomain", None
        return 200, None, as_lists(self.domains[domain].get(item, set()))

    def select(self, domain: str, where: Any, order: Any = None) -> Answer:
        """Names of the items that match; `order` is (attribute or None for the name, descending)."""
        if domain not in self.domains:
            return 400, "NoSuchDomain", None
        found = [(item, pairs) for item, pairs in self.domains[domain].items() if matches(where, item, pairs)]
        if order is not None:
            name, descending = order

            def key(entry: tuple[str, Pairs]) -> str:
                values = [entry[0]] if name is None else [value for attribute, value in entry[1] if attribute == name]
                return max(values) if descending else min(values)

            if name is not None:
                found = [entry for entry in found if any(attribute == name for attribute, _ in entry[1])]
            found = sorted(found, key=key, reverse=descending)
        return 200, None, [item for item, _ in found]


def as_lists(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in sorted(pairs):
        found.setdefault(name, []).append(value)
    return found


def matches(where: Any, item: str, pairs: Pairs) -> bool:
    """`where` is nested tuples: ("and" | "or" | "intersection", left, right), ("not", term), (kind, name, operator, operands)."""
    if where is None:
        return True
    if where[0] == "not":
        return not matches(where[1], item, pairs)
    if where[0] == "and":
        subjects = {subject(where[1]), subject(where[2])}
        if len(subjects) == 1 and None not in subjects:  # one attribute: some single value satisfies both
            (name,) = subjects
            return any(value_satisfies(where, value) for attribute, value in pairs if attribute == name)
        return matches(where[1], item, pairs) and matches(where[2], item, pairs)
    if where[0] == "intersection":
        return matches(where[1], item, pairs) and matches(where[2], item, pairs)
    if where[0] == "or":
        return matches(where[1], item, pairs) or matches(where[2], item, pairs)
    kind, name, operator, operands = where
    values = [item] if kind == "itemName()" else [value for attribute, value in pairs if attribute == name]
    if operator in ("is null", "is not null"):
        return bool(values) is (operator == "is not null")
    satisfied = [satisfies(operator, operands, value) for value in values]
    return bool(values) and all(satisfied) if kind == "every" else any(satisfied)


def subject(where: Any) -> str | None:
    if where[0] in ("and", "or"):
        names = {subject(where[1]), subject(where[2])}
        return names.pop() if len(names) == 1 else None
    return where[1] if where[0] == "attribute" and where[3] else None


def value_satisfies(where: Any, value: str) -> bool:
    if where[0] == "and":
        return value_satisfies(where[1], value) and value_satisfies(where[2], value)
    if where[0] == "or":
        return value_satisfies(where[1], value) or value_satisfies(where[2], value)
    return satisfies(where[2], where[3], value)


def satisfies(operator: str, operands: list[str], value: str) -> bool:
    have, (first, *_) = value.encode(), [operand.encode() for operand in operands]
    return {
        "=": have == first,
        "!=": have != first,
        "<": have < first,
        "<=": have <= first,
        ">": have > first,
        ">=": have >= first,
        "between": operator == "between" and first <= have <= operands[-1].encode(),
        "in": value in operands,
        "like": like(value, operands[0]),
        "not like": not like(value, operands[0]),
    }[operator]


def like(value: str, pattern: str) -> bool:
    if pattern.startswith("%") and pattern.endswith("%") and len(pattern) > 1:
        return pattern[1:-1] in value
    if pattern.startswith("%"):
        return value.endswith(pattern[1:])
    return value.startswith(pattern[:-1]) if pattern.endswith("%") else value == pattern
