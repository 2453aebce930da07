"""ProjectionExpression: which parts of an item are answered.

The structure is kept, the elements of lists close ranks. An existing item of which nothing is left is an empty map (GetItem
answers `Item: {}`, recorded on AWS by Alternator's suite).
"""

from __future__ import annotations

from functools import lru_cache

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.paths import DocumentPath, PathTree, conflicting, overlapping, print_path
from condemu.dynamodb.data.values import Item
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.parser import parse_projection
from condemu.dynamodb.expressions.semantics import Names, Refused, Resolver


class Projection:
    """`paths` are the paths asked for, in the order written."""

    __slots__ = ("_tree", "names_used", "paths")

    def __init__(self, paths: tuple[DocumentPath, ...], names_used: frozenset[str]) -> None:
        self.paths = paths
        self.names_used = names_used
        self._tree = PathTree(paths)

    def project(self, item: Item) -> Item:
        return self._tree.project(item)


@lru_cache(maxsize=1024)
def compile_projection(expression: str, text: str, names: Names) -> Projection:
    """Refuses in this order: syntax, reserved words, names that are not defined, paths that overlap, paths that conflict."""
    nodes = parse_projection(expression, text)
    resolver = Resolver(expression, names)
    try:
        resolver.check_reserved(nodes)
        paths = tuple(resolver.path(node) for node in nodes)
    except Refused:
        resolver.checks[-1]({})
        raise
    check_distinct(expression, paths)
    return Projection(paths, frozenset(resolver.names_used))


def check_distinct(expression: str, paths: tuple[DocumentPath, ...]) -> None:
    """Refuse paths of which one leads to another, or two that want the same value to be a map and a list."""
    for row, find in ((errors.PATHS_OVERLAP, overlapping), (errors.PATHS_CONFLICT, conflicting)):
        pair = find(paths)
        if pair is not None:
            one, two = pair
            raise ServiceError(row, {"expression": expression, "one": print_path(one), "two": print_path(two)})


def attributes_to_get(names: list[str]) -> Projection:
    """AttributesToGet: whole attributes by name; a dot in a name is only a dot."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ServiceError(errors.DUPLICATE_ATTRIBUTE_NAME, {"name": name})
        seen.add(name)
    return Projection(tuple((name,) for name in names), frozenset())
