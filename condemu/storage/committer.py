"""Decisions by way of a log: made in batches, appended, and only then in effect.

One round at a time: what was asked for meanwhile is decided together, each decision on top of those before it, and appended as
one batch; then the batch takes effect in memory and its callers hear of it. What is asked for while an append is under way is the
next round's, so that one wait for the disk serves all who came during the one before it.

A thread of its own appends, so that nobody else waits for the disk. Where the disk is so quick that the way to a thread and back
takes longer, the loop appends by itself: when such an append was slow, the next ones are the thread's, the more of them the more
often that happened.

Nothing in memory is ever ahead of the log. So whatever reads it needs not wait, and an append that fails leaves nothing to be
undone: its callers are told, and nothing happened. A refusal may rest on a commit of the same batch, so it waits for it, too.
When somebody else was faster, what they appended is applied, and the round decides again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any, Final

from condemu.core.effects import Ids
from condemu.core.log import Committing, Log, LogUnavailable, Missed
from condemu.core.store import Batch, Commit, MemoryStore, Txn
from condemu.storage.batches import Batches

MOST: Final = 512  # decisions of one batch
TRIES: Final = 10_000  # of one batch, each after somebody else was faster
QUICK: Final = 0.0005  # seconds: an append that takes less may be waited for
DETOURS: Final = 8, 1024  # appends that are the thread's after a slow one: the first time, and at most

Appended = tuple[bool, list[tuple[int, bytes]]]  # whether it was, and what others had appended before


class Asked:
    """A decision that waits for its round, and who is to be told."""

    __slots__ = ("decide", "failure", "ids", "told", "what")

    def __init__(self, decide: Callable[[Txn], Any], ids: Ids | None, told: asyncio.Future[None] | None = None) -> None:
        self.decide = decide
        self.ids = ids
        self.told = told
        self.what: Commit | None = None
        self.failure: BaseException | None = None

    def outcome(self) -> Commit:
        if self.failure is not None:
            raise self.failure
        assert self.what is not None
        return self.what


class Round:
    """Decisions of one batch, and those who only want to have caught up."""

    __slots__ = ("asked", "batch", "behind", "failure", "home", "job", "landed", "reads", "size", "tries")

    def __init__(self, asked: list[Asked], behind: list[asyncio.Future[None]], *, reads: bool = False) -> None:
        self.reads = reads or bool(behind)
        self.asked = asked
        self.behind = behind
        self.batch: Batch | None = None
        self.job: Future[Appended] | None = None
        self.home: asyncio.AbstractEventLoop | None = None
        self.landed = False
        self.failure: BaseException | None = None  # why nothing came of it
        self.size = 0  # of what is appended, in bytes
        self.tries = 0

    def caught_up(self) -> None:
        """Others' commits were read and applied: nobody waits for those any longer."""
        for behind in self.behind:
            _tell(behind)
        self.behind = []

    def land(self, failure: BaseException | None = None) -> None:
        """Tell all of them: what came of it, or that nothing did."""
        self.landed = True
        self.failure = failure
        for asked in self.asked:
            if failure is not None:
                asked.failure = failure
            if asked.told is not None:
                _tell(asked.told)
        for behind in self.behind:
            _tell(behind, failure)
        self.job = self.batch = None  # the job's callback holds this: a cycle, which only the collector would find


class Pace:
    """Whether the next append may be waited for: it is likely to be quick."""

    __slots__ = ("_detour", "_left")

    def __init__(self) -> None:
        self._left = 0  # appends that are still to be the thread's
        self._detour = DETOURS[0]  # how many there will be after the next slow one

    def may_wait(self) -> bool:
        if self._left:
            self._left -= 1
            return False
        return True

    def waited(self, seconds: float) -> None:
        shortest, longest = DETOURS
        if seconds < QUICK:
            self._detour = max(self._detour // 2, shortest)
        else:
            self._left, self._detour = self._detour, min(self._detour * 4, longest)


class Committer:
    """Commits to a store by way of a log. `store` has all that the log had when this is made.

    `reload` begins the replica anew when the log no longer has what the replica has not read. `grown` is told of each batch that
    took effect, with its size in bytes.
    """

    def __init__(self, store: MemoryStore, log: Log, batches: Batches, reload: Callable[[], None] | None = None) -> None:
        self.alone = log.alone
        self.store = store
        self.log = log
        self.grown: Callable[[int], None] | None = None
        self._batches = batches
        self._reload = reload
        self._asked: list[Asked] = []
        self._behind: list[asyncio.Future[None]] = []
        self._round: Round | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()  # of those who commit at once, on threads of their own
        self._called = False  # the next round is about to begin
        self._closed = False
        self._to_read = False  # others may have appended
        self._thread = ThreadPoolExecutor(1, "condemu-log")
        self._aside: Future[None] | None = None  # the last work of the thread's that is no append
        self._pace = Pace()

    # what the engine asks for

    async def commit(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        loop = _running_loop()
        if loop is None:  # a client of this very process, on its own thread
            return self.commit_now(decide, ids)
        asked = Asked(decide, ids, loop.create_future())
        self._asked.append(asked)
        self._go_on(loop)
        await asked.told  # type: ignore[misc]
        return asked.outcome()

    async def catch_up(self) -> None:
        if self.alone:
            return
        loop = _running_loop()
        if loop is None:
            one = Round([], [], reads=True)
            self._at_once(one)
            if one.failure is not None:
                raise one.failure
            return
        behind: asyncio.Future[None] = loop.create_future()
        self._behind.append(behind)
        self._go_on(loop)
        await behind

    @property
    def home(self) -> asyncio.AbstractEventLoop | None:
        """The loop that commits, if one runs."""
        return self._home if self._home is not None and self._home.is_running() else None

    def settle_here(self) -> None:
        """The running loop is the one that commits, and it begins with what others did."""
        self._home = asyncio.get_running_loop()
        self._read_on()

    def poke(self) -> None:
        """From any thread: others may have appended, so read on when there is time."""
        home = self.home
        if home is not None:
            with suppress(RuntimeError):  # it ended just now
                home.call_soon_threadsafe(self._read_on)

    def _read_on(self) -> None:
        if self._home is not None and not (self.alone or self._closed):
            self._to_read = True
            self._go_on(self._home)

    def commit_now(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        home = self.home
        if home is not None and home is not _running_loop():
            return asyncio.run_coroutine_threadsafe(self.commit(decide, ids), home).result()
        asked = Asked(decide, ids)
        self._at_once(Round([asked], []))
        return asked.outcome()

    def _at_once(self, one: Round) -> None:
        """A round that nobody else gets in between."""
        with self._lock:
            if self._round is not None:
                self._finish(self._round)
                self._round = None
            self._launch(one)
            self._finish(one)

    def at_once(self) -> Committing:
        return AtOnce(self)

    async def aside(self, work: Callable[[], None]) -> None:
        """Do something with the log between two appends."""
        self._aside = self._thread.submit(work)
        await asyncio.wrap_future(self._aside)

    def close(self) -> None:
        """Return when what is under way is done. Nothing can be committed any more."""
        self._closed = True
        if self._round is not None:
            self._finish(self._round)
        self._thread.shutdown()
        self.log.close()

    # rounds

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a round as soon as all who come at this moment have come, unless one is under way."""
        if self._home is not loop or not (self._called or self._round is not None):
            self._home = loop
            self._called = True
            loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._called = False
        if self._round is not None and self._round.home is not None and self._round.home.is_closed():
            self._finish(self._round)  # those who waited for it have gone
            self._round = None
        if self._round is not None or self._closed or not (self._asked or self._behind or self._to_read):
            return
        asked, self._asked = self._asked[:MOST], self._asked[MOST:]
        behind, self._behind = self._behind, []
        one = self._round = Round(asked, behind, reads=self._to_read)
        self._to_read = False
        self._launch(one)
        self._await(one)

    def _await(self, one: Round) -> None:
        """Land the round when the thread is done with it."""
        home = one.home = self._home
        assert home is not None
        if one.job is None or one.landed:
            self._landed(one)
        else:
            one.job.add_done_callback(partial(self._wake, home, one))

    def _wake(self, home: asyncio.AbstractEventLoop, one: Round, _: Future[Appended]) -> None:
        with suppress(RuntimeError):  # the loop has ended, and whoever waited in it
            home.call_soon_threadsafe(self._landed, one)

    def _landed(self, one: Round) -> None:
        if not one.landed:  # nobody was in a hurry meanwhile
            self._land(one)
            if not one.landed:
                self._await(one)
                return
        if self._round is one:
            self._round = None
        if self._asked or self._behind or self._to_read:
            self._begin()

    def _finish(self, one: Round) -> None:
        """Do nothing else until a round has landed."""
        while not one.landed:
            if one.job is not None:
                wait((one.job,))
            self._land(one)

    def _launch(self, one: Round) -> None:
        """Decide, and send what came of it on its way."""
        batch = one.batch = self.store.batch()
        for asked in one.asked:
            asked.failure = None
            try:
                asked.what = batch.transact(asked.decide, asked.ids)
            except Exception as failure:
                asked.failure = failure
            asked.ids = asked.ids and asked.ids.again()
        after = batch.after
        if batch.commits:
            try:
                content, bodies = self._batches.encoded(batch.commits, self.store.clock.now())
            except Exception as failure:  # a mistake of ours: a record that no document stands for
                return one.land(failure)
            one.size = len(content)
            last = batch.commits[-1].index
            if self._is_quick(bodies):
                self._append_here(one, after, last, content)
            else:
                one.job = self._thread.submit(self._append, after, last, content, bodies)
        elif one.reads:
            one.job = self._thread.submit(lambda: (True, self.log.read(after)))
        else:
            one.job = None
        return None

    def _is_quick(self, bodies: Any) -> bool:
        return self.alone and not bodies and (self._aside is None or self._aside.done()) and self._pace.may_wait()

    def _append_here(self, one: Round, after: int, last: int, content: bytes) -> None:
        began = perf_counter()
        try:
            if not self.log.append(after, last, content, ()):
                raise _parted(after)
        except Exception as failure:
            return one.land(failure)
        finally:
            self._pace.waited(perf_counter() - began)
        return None

    def _append(self, after: int, last: int, content: bytes, bodies: Any) -> Appended:
        if self.log.append(after, last, content, bodies):
            return True, []
        return False, self.log.read(after)

    def _land(self, one: Round) -> None:
        """Let what was appended take effect; or apply what others appended before, and decide again."""
        if one.landed:
            return None
        try:
            appended, others = (True, []) if one.job is None else one.job.result()
            for _, content in others:
                self._apply(self._batches.commits(content))
                if self.grown is not None:
                    self.grown(len(content))
        except Missed:
            if self._reload is None:
                return one.land(LogUnavailable("the log begins later than it was read"))
            try:
                self._reload()
            except Exception as failure:
                return one.land(failure)
            return self._again(one)
        except Exception as failure:
            return one.land(failure)
        if appended:
            assert one.batch is not None
            self._apply(one.batch.commits)
            one.land()
            return None if self.grown is None else self.grown(one.size)
        if self.alone:
            return one.land(_parted(self.store.index))
        one.caught_up()
        return self._again(one)

    def _again(self, one: Round) -> None:
        one.tries += 1
        if one.tries == TRIES:
            return one.land(LogUnavailable(f"others were faster {TRIES} times"))
        return self._launch(one)

    def _apply(self, commits: Any) -> None:
        store = self.store
        for commit in commits:
            if commit.index > store.index:
                store.apply(commit)


class AtOnce:
    """Commits without letting anybody else do anything meanwhile: for what happens before the emulator serves."""

    alone: Final = True

    def __init__(self, log: Committing) -> None:
        self._log = log

    async def commit(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        return self._log.commit_now(decide, ids)

    async def catch_up(self) -> None:
        """Nothing."""

    def at_once(self) -> Committing:
        return self

    def commit_now(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        return self._log.commit_now(decide, ids)


def _parted(index: int) -> LogUnavailable:
    """Nobody else appends, and yet there is something else behind commit `index`: a mistake of ours, which no other try mends."""
    return LogUnavailable(f"the log does not go on after commit {index}, which is the last in memory")


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _tell(told: asyncio.Future[None], failure: BaseException | None = None) -> None:
    if told.done():  # whoever asked has gone
        return
    if failure is None:
        told.set_result(None)
    else:
        told.set_exception(failure)
