"""Document paths: the place of a value within an item.

A path is a tuple that begins with an attribute's name; a string steps into a map, an integer into a list. Paths are compared and
printed after `#names` have been replaced, so a name with a dot in it is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from condemu.dynamodb.data.values import MISSING, Value

DocumentPath: TypeAlias = tuple[str | int, ...]

MAX_PATH_DEPTH: Final = 32  # Developer Guide, "Constraints": nested attribute depth
MAX_INDEX: Final = 2**31 - 1  # inferred: a longer number than any list's index is out of "the allowable range"


def print_path(path: DocumentPath) -> str:
    """As AWS's messages print it: `[a, [1], b]`."""
    return "[" + ", ".join(f"[{step}]" if type(step) is int else str(step) for step in path) + "]"


def show_path(path: DocumentPath) -> str:
    """As people write it: `a[1].b`. What cannot be printed in ASCII is escaped."""
    return "".join(f"[{step}]" if type(step) is int else f".{ascii(step)[1:-1]}" for step in path)[1:]


def read(item: Mapping[str, Value], path: DocumentPath) -> Value:
    """The value at `path`; MISSING when a step leads nowhere, or through something that is no map or no list."""
    value: Value = item
    for step in path:
        if type(step) is int:
            if type(value) is not list or step >= len(value):
                return MISSING
            value = value[step]
        else:
            if type(value) is not dict:
                return MISSING
            value = value.get(step, MISSING)
    return value


def overlapping(paths: Sequence[DocumentPath]) -> tuple[DocumentPath, DocumentPath] | None:
    """The first two paths of which one is the other or leads to it, in the order in which they were written."""
    seen: dict[DocumentPath, DocumentPath] = {}  # each path and each of its beginnings: the first path that has it
    whole: set[DocumentPath] = set()
    for path in paths:
        if path in seen:
            return seen[path], path
        for length in range(1, len(path)):
            if path[:length] in whole:
                return path[:length], path
        whole.add(path)
        for length in range(1, len(path) + 1):
            seen.setdefault(path[:length], path)
    return None


def conflicting(paths: Iterable[DocumentPath]) -> tuple[DocumentPath, DocumentPath] | None:
    """The first two paths that step into one place, the one as into a map and the other as into a list."""
    seen: dict[tuple[DocumentPath, bool], DocumentPath] = {}
    for path in paths:
        for length in range(1, len(path)):
            other = seen.get((path[:length], type(path[length]) is str))
            if other is not None:
                return other, path
            seen.setdefault((path[:length], type(path[length]) is int), path)
    return None


class PathTree:
    """Paths that do not overlap, as a tree: what a projection or an UPDATED_* answer keeps of an item.

    The structure is kept; the elements of a list that are kept close ranks, in ascending order.
    """

    __slots__ = ("_steps",)

    def __init__(self, paths: Iterable[DocumentPath]) -> None:
        self._steps: dict[str | int, PathTree | None] = {}
        for path in paths:
            node = self
            for step in path[:-1]:
                child = node._steps.get(step)
                if child is None:
                    child = node._steps[step] = PathTree(())
                node = child
            node._steps[path[-1]] = None

    def project(self, item: Mapping[str, Value]) -> dict[str, Value]:
        """What the item has at these paths: empty when it has nothing."""
        kept = self._keep(item)
        return {} if kept is MISSING else kept

    def _keep(self, value: Value) -> Value:
        if type(value) is dict:
            found: dict[str, Value] = {}
            for step, child in self._steps.items():
                if type(step) is str and step in value:
                    inner = value[step] if child is None else child._keep(value[step])
                    if inner is not MISSING:
                        found[step] = inner
            return found or MISSING
        if type(value) is list:
            indexes = sorted(step for step in self._steps if type(step) is int and step < len(value))
            elements = []
            for index in indexes:
                child = self._steps[index]
                inner = value[index] if child is None else child._keep(value[index])
                if inner is not MISSING:
                    elements.append(inner)
            return elements or MISSING
        return MISSING
