"""The contract of a store. Every store passes this module: add it to STORES."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import NaiveStore, TwiceStore

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.store import Commit, MemoryStore, ReadOnly, Store, Txn, prefix_range


class BackwardsClock(ManualClock):
    """A clock that was set back between any two looks at it."""

    def now(self) -> float:
        self.advance(-1)
        return super().now()


STORES: dict[str, Callable[[], Store]] = {
    "memory": lambda: MemoryStore(ManualClock(), CountingIds()),  # its clock stands still
    "memory, deciding twice": lambda: TwiceStore(ManualClock(), CountingIds()),
    "one dictionary": lambda: NaiveStore(ManualClock(), CountingIds()),
    "memory, clock going backwards": lambda: MemoryStore(BackwardsClock(), CountingIds()),
}


@pytest.fixture(params=STORES, ids=str)
def store(request: pytest.FixtureRequest) -> Store:
    return STORES[request.param]()


def put(store: Store, *entries: tuple[tuple[Any, ...], Any], table: str = "t") -> Commit:
    def decide(txn: Txn) -> None:
        for key, record in entries:
            txn.put(table, key, record)

    return store.transact(decide)


def everything(store: Store, table: str = "t", **bounds: Any) -> list[tuple[Any, Any]]:
    return store.view(lambda txn: list(txn.scan(table, **bounds)))


def test_what_was_put_is_there_for_the_next_decision(store):
    put(store, (("a",), 1))
    assert store.view(lambda txn: txn.get("t", ("a",))) == 1
    assert store.view(lambda txn: txn.get("t", ("b",))) is None
    assert store.view(lambda txn: txn.get("other", ("a",))) is None


def test_a_decision_sees_its_own_writes(store):
    put(store, (("a",), 1), (("b",), 2))

    def decide(txn: Txn) -> tuple[Any, ...]:
        txn.put("t", ("a",), 10)
        txn.delete("t", ("b",))
        txn.put("t", ("c",), 3)
        return txn.get("t", ("a",)), txn.get("t", ("b",)), txn.get("t", ("c",)), list(txn.scan("t"))

    assert store.transact(decide).result == (10, None, 3, [(("a",), 10), (("c",), 3)])


def test_a_decision_that_raises_changes_nothing(store):
    put(store, (("a",), 1))
    index = store.index

    def decide(txn: Txn) -> None:
        txn.put("t", ("a",), 2)
        txn.put("u", ("b",), 3)
        txn.delete("t", ("a",))
        raise KeyError("refused")

    with pytest.raises(KeyError, match="refused"):
        store.transact(decide)
    assert everything(store) == [(("a",), 1)]
    assert everything(store, "u") == []
    assert store.index == index


def test_the_index_counts_commits_that_changed_something(store):
    assert store.index == 0
    assert put(store, (("a",), 1)).index == 1
    assert store.transact(lambda txn: txn.get("t", ("a",))).index == 1
    assert store.transact(lambda txn: txn.delete("t", ("nothing",))).index == 1
    assert store.transact(lambda txn: txn.delete("t", ("a",))).index == 2
    assert store.index == 2


def test_a_decision_knows_the_index_that_it_will_have(store):
    for expected in (1, 2, 3):

        def decide(txn: Txn) -> int:
            txn.put("t", ("a",), txn.index)
            return txn.index

        commit = store.transact(decide)
        assert (commit.result, commit.index, store.index) == (expected, expected, expected)


def test_a_commit_names_its_changes_with_old_and_new(store):
    put(store, (("a",), 1), (("b",), 2))

    def decide(txn: Txn) -> None:
        txn.put("t", ("a",), 10)
        txn.delete("t", ("b",))
        txn.put("u", ("c",), 3)
        txn.delete("u", ("nothing",))

    changes = store.transact(decide).changes
    assert sorted((c.table, c.key, c.old, c.new) for c in changes) == [
        ("t", ("a",), 1, 10),
        ("t", ("b",), 2, None),
        ("u", ("c",), None, 3),
    ]


def test_a_view_cannot_write(store):
    put(store, (("a",), 1))
    for write in (lambda txn: txn.put("t", ("a",), 2), lambda txn: txn.delete("t", ("a",))):
        with pytest.raises(ReadOnly):
            store.view(write)
    assert everything(store) == [(("a",), 1)]


def test_a_record_is_handed_out_as_it_was_put(store):
    record = ("frozen", 1)
    put(store, (("a",), record))
    assert store.view(lambda txn: txn.get("t", ("a",))) == record


def test_none_is_no_record(store):
    with pytest.raises(ValueError, match="never None"):
        put(store, (("a",), None))
    assert store.index == 0


def test_time_and_identifiers_come_from_outside(store):
    seen = store.transact(lambda txn: (txn.now, txn.ids.token(8))).result
    assert isinstance(seen[0], float)
    assert len(seen[1]) == 8


def test_a_scan_is_in_key_order_between_its_bounds(store):
    keys = [("b", "\U00010000"), ("b", "\uffff"), ("a", "z"), ("b", ""), ("c", "")]
    put(store, *((key, 0) for key in keys))
    assert [key for key, _ in everything(store)] == sorted(keys)
    assert [key for key, _ in everything(store, start=("b", ""), stop=("c", ""))] == [
        ("b", ""),
        ("b", "\uffff"),
        ("b", "\U00010000"),
    ]
    assert [key for key, _ in everything(store, start=("b", "\uffff"), reverse=True)] == [
        ("c", ""),
        ("b", "\U00010000"),
        ("b", "\uffff"),
    ]
    assert everything(store, start=("d",)) == []


@pytest.mark.parametrize("part", ["a", b"a", 7])
def test_a_prefix_range_holds_exactly_the_keys_with_the_prefix(store, part):
    after = {str: "a\0", bytes: b"a\0", int: 8}[type(part)]
    put(store, *((key, 0) for key in [("x", part, "1"), ("x", part, "2"), ("x", after, "1"), ("w", part, "1"), ("y", part, "1")]))
    start, stop = prefix_range(("x", part))
    assert [key for key, _ in everything(store, start=start, stop=stop)] == [("x", part, "1"), ("x", part, "2")]


def test_a_scan_is_lazy(store):
    put(store, *(((f"{n:05}",), n) for n in range(5000)))
    assert store.view(lambda txn: next(txn.scan("t"))) == (("00000",), 0)
    assert store.view(lambda txn: next(txn.scan("t", reverse=True))) == (("04999",), 4999)


def test_tables_are_named_as_soon_as_they_hold_something(store):
    assert set(put(store, (("a",), 1), table="one") and store.view(lambda txn: txn.tables())) == {"one"}
    put(store, (("a",), 1), table="two")
    assert set(store.view(lambda txn: txn.tables())) == {"one", "two"}


def test_concurrent_decisions_do_not_interleave(store):
    put(store, (("n",), 0))

    def increment(txn: Txn) -> None:
        txn.put("t", ("n",), txn.get("t", ("n",)) + 1)

    threads = [threading.Thread(target=lambda: [store.transact(increment) for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.view(lambda txn: txn.get("t", ("n",))) == 800
    assert store.index == 801


KEYS = st.tuples(st.sampled_from("ab"), st.integers(0, 3))
WRITES = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.integers(1, 3))), max_size=6)
BOUNDS = st.one_of(st.none(), KEYS)


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(WRITES, st.booleans()), max_size=8), BOUNDS, BOUNDS, st.booleans())
def test_a_store_is_a_dictionary_that_is_changed_all_at_once(name, commits, start, stop, reverse):
    store = STORES[name]()
    model: dict[Any, Any] = {}

    def scan(held: dict[Any, Any]) -> list[tuple[Any, Any]]:
        inside = [(k, v) for k, v in held.items() if (start is None or k >= start) and (stop is None or k < stop)]
        return sorted(inside, reverse=reverse)

    for writes, refused in commits:
        after = dict(model)
        for key, value in writes:
            after.pop(key, None)
            if value is not None:
                after[key] = value

        def decide(txn: Txn, writes: Any = writes, refused: bool = refused) -> Any:
            for key, value in writes:
                txn.delete("t", key) if value is None else txn.put("t", key, value)
            seen = list(txn.scan("t", start, stop, reverse=reverse))
            if refused:
                raise KeyError(seen)
            return seen

        try:
            seen = store.transact(decide).result
            model = after
        except KeyError as error:
            seen = error.args[0]
        assert seen == scan(after)
        assert everything(store, start=start, stop=stop, reverse=reverse) == scan(model)


def test_a_transaction_can_have_identifiers_of_its_own(store: Store) -> None:
    assert store.transact(lambda txn: txn.ids.token(8), CountingIds("other")).result in (
        CountingIds("other").token(8), tokens("other")[1],
    )  # fmt: skip
    assert store.transact(lambda txn: txn.ids is store.ids).result is True


def tokens(seed: str) -> list[bytes]:
    ids = CountingIds(seed)
    return [ids.token(8), ids.token(8)]  # a store that decides twice uses the second


def test_a_store_tells_of_each_commit_in_order_and_of_nothing_else(store: Store) -> None:
    told: list[Commit] = []
    put(store, (("a",), 1))
    store.on_commit = told.append
    commits = [put(store, (("a",), 2)), put(store, (("b",), 3))]
    store.transact(lambda txn: txn.delete("t", ("nothing",)))
    store.transact(lambda txn: None)
    with pytest.raises(ZeroDivisionError):
        store.transact(lambda txn: (txn.put("t", ("c",), 1), 1 / 0))
    store.view(lambda txn: None)
    assert told == commits
    assert [(commit.index, commit.changes[0].old, commit.changes[0].new) for commit in told] == [(2, 1, 2), (3, None, 3)]


def test_a_commit_that_comes_after_another_stores_passes_over_its_index_and_others_follow(store):
    put(store, (("a",), 1))

    def decide(txn: Txn) -> int:
        txn.come_after(100)
        txn.put("t", ("b",), txn.index)
        return txn.index

    assert store.transact(decide).index == 101
    assert store.index == 101
    assert put(store, (("c",), 3)).index == 102
    assert everything(store) == [(("a",), 1), (("b",), 101), (("c",), 3)]


def test_a_commit_never_goes_back_and_one_without_changes_passes_over_nothing(store):
    put(store, (("a",), 1))
    assert store.transact(lambda txn: txn.come_after(100)).index == 1
    assert store.index == 1

    def decide(txn: Txn) -> None:
        txn.come_after(0)
        txn.put("t", ("b",), 2)

    assert store.transact(decide).index == 2
