"""What holds for every test: whatever a service puts into a store, its space has declared."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import referee
from stores import check_commit

from condemu.core.store import Commit, MemoryStore

_apply = MemoryStore._apply


def _checked(self: MemoryStore, writes: Any, result: Any, index: int) -> Commit:
    commit = _apply(self, writes, result, index)
    check_commit(commit)
    return commit


@pytest.fixture(autouse=True)
def checked_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every commit of every store in this process is looked at: the shape of its keys, the types of its records, its codec."""
    monkeypatch.setattr(MemoryStore, "_apply", _checked)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test begins first, so that the others run beside it."""
    items.sort(key=lambda item: "test_one_path" not in item.nodeid)


def pytest_configure() -> None:
    referee.start_everywhere()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What is left is collected here, once, and what it warns of is told.

    A worker of pytest-xdist collects five times after it has said that it has finished. After five seconds it is interrupted:
    a KeyboardInterrupt within the collection, which was told as a warning. What is frozen is not looked at again.
    """
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    referee.stop()


def _refereed() -> Any:
    """A test that tried to leave fails, even where something swallowed the referee's error; so do its fixtures and children."""
    result = yield
    left = referee.left()
    assert not left, f"the test tried to leave this machine: {left}"
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Any:
    return (yield from _refereed())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Any:
    return (yield from _refereed())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Any:
    return (yield from _refereed())
