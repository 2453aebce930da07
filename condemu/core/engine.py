"""The only caller of `transact`, and the stages of a call that it announces.

    RECEIVED   the request's head is here; its Call has a number, headers, and the moment at which it arrived
    READY      verified, decoded, validated, authorized, body spooled: all that is left of this step is the decision
    DECIDED    the step's decision was committed or refused; or the call was refused, or answered, without one
    REPLYING   the answer is about to leave

Faults, virtual time, interleaving control, stale reads and history are observers of these stages; no service knows of them. There
is one path through the engine, whether somebody observes or not.

What an observer may do:

| at       | it may                                                                                              |
|----------|-----------------------------------------------------------------------------------------------------|
| RECEIVED | name the call's actor                                                                               |
| READY    | hold the step (await), refuse it (raise a ServiceError), or say ARRIVE_AGAIN: the call is made anew |
| DECIDED  | nothing                                                                                             |
| REPLYING | delay the reply (await), replace it (return another), or lose it (raise ReplyLost)                  |

Nothing before READY changes state. So a call that waits at READY can be abandoned without a trace, or be made anew when it is
released, as if it had just arrived: whatever was looked up before is looked up again. Decisions never suspend, so the order in
which steps leave READY is the order in which they take effect. Anything else that an observer raises is a mistake of the
observer's: it ends the run with ObserverFailed, and is no answer to a client.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

from condemu.core.calls import ADMINISTRATION, SWEEP, Call, Due, Outcome, Plan, Step
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.core.log import Committing, LogUnavailable
from condemu.core.store import Commit, Key, Store, Txn

T = TypeVar("T")


class ReplyLost(Exception):
    """Raised by an observer at REPLYING: what was decided stands, but the client never hears of it.

    `how` is "reset" when the connection breaks, "stall" when nothing comes until the client gives up, or for so many `seconds`,
    and "cut" when the connection breaks within the answer's body. `reply` is what is lost.
    """

    def __init__(self, how: str = "reset", seconds: float = 0.0) -> None:
        super().__init__(how)
        self.how = how
        self.seconds = seconds
        self.reply: Response | None = None


class ArrivesAgain(Exception):
    """The call is abandoned, and made anew as of now."""


class ObserverFailed(Exception):
    """An observer raised what it must not raise. The cause is the observer's own exception; the run cannot go on."""


class _ArriveAgain:
    def __repr__(self) -> str:
        return "ARRIVE_AGAIN"


ARRIVE_AGAIN: Final = _ArriveAgain()
MOST_ARRIVALS: Final = 1000  # of one call; more are an observer's endless loop


class Observer(Protocol):
    def received(self, call: Call) -> None: ...

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None: ...

    def decided(self, call: Call, outcome: Outcome) -> None: ...

    async def replying(self, call: Call, reply: Response) -> Response | None: ...


class Watch:
    """An observer that lets everything pass: a base to build others on."""

    def received(self, call: Call) -> None:
        """Nothing."""

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None:
        return None

    def decided(self, call: Call, outcome: Outcome) -> None:
        """Nothing."""

    async def replying(self, call: Call, reply: Response) -> Response | None:
        return None


class ReadSource(Protocol):
    """Answers reads in place of the store: how the lab makes eventually consistent reads honestly stale."""

    def view(self, call: Call, decide: Callable[[Txn], T]) -> T: ...


class Engine:
    """Runs decisions. Nothing else in the program changes state."""

    def __init__(
        self,
        store: Store,
        observers: tuple[Observer, ...] = (),
        stale_reads: ReadSource | None = None,
        log: Committing | None = None,
        unavailable: Callable[[Call, Step], ServiceError] | None = None,
    ) -> None:
        """`log` commits in place of the store, which is its replica then; `unavailable` refuses a step while it cannot."""
        self.store = store
        self.stale_reads = stale_reads
        self.log = log
        self.at_work: set[tuple[str, Key]] = set()  # exports and imports that this process carries out: space and key of each
        self.observed = bool(observers)
        self._unavailable = unavailable
        self.failure: ObserverFailed | None = None
        self._observers = observers
        self._by_account: dict[str, tuple[Observer, ...]] = {}
        self._last: tuple[Observer, ...] = ()

    # observers

    def observe(self, observer: Observer, account: str | None = None, *, last: bool = False) -> Callable[[], None]:
        """Let `observer` hear of all calls, or of one account's, until what is returned is called.

        Whoever observes an account hears of a call's arrival once its signature told whose it is. `last` is for those who write
        down what clients are told: they hear of a reply behind all others of all accounts, if these let it through.
        """
        if last:
            self._last = (*self._last, observer)
        elif account is None:
            self._observers = (*self._observers, observer)
        else:
            self._by_account[account] = (*self._by_account.get(account, ()), observer)
        self.observed = True
        return lambda: self._forget(observer, account)

    def _forget(self, observer: Observer, account: str | None) -> None:
        if observer in self._last:
            self._last = _without(self._last, observer)
        elif account is None:
            self._observers = _without(self._observers, observer)
        else:
            rest = _without(self._by_account.get(account, ()), observer)
            if rest:
                self._by_account[account] = rest
            else:
                self._by_account.pop(account, None)
        self.observed = bool(self._observers or self._by_account or self._last)

    def _watching(self, call: Call) -> tuple[Observer, ...]:
        own = self._by_account.get(call.account) if self._by_account else None
        if own is None:
            return self._observers + self._last
        if not call.announced:
            call.announced = True
            for observer in own:
                self._told(observer, "received", observer.received, call)
        return self._observers + own + self._last

    def _told(self, observer: Observer, stage: str, tell: Callable[..., None], *what: Any) -> None:
        try:
            tell(*what)
        except Exception as error:
            raise self._failed(observer, stage, error) from error

    async def _asked(self, observer: Observer, stage: str, answer: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await answer
        except (ServiceError, ReplyLost) as allowed:
            if isinstance(allowed, ServiceError) is (stage == "ready"):
                raise
            raise self._failed(observer, stage, allowed) from allowed
        except Exception as error:
            raise self._failed(observer, stage, error) from error

    def _failed(self, observer: Observer, stage: str, error: Exception) -> ObserverFailed:
        self.failure = self.failure or ObserverFailed(f"{type(observer).__name__}.{stage} raised {error!r}")
        return self.failure

    # the stages

    def received(self, call: Call) -> None:
        """Announce that a request has arrived."""
        if self.failure is not None:
            raise self.failure
        for observer in self._observers + self._last:
            self._told(observer, "received", observer.received, call)

    async def run(self, call: Call, plan: Plan | Step) -> Any:
        """The result of the plan, or of a step that is all there is to do; or raises what refuses it."""
        if isinstance(plan, Plan):
            if plan.check is not None:
                self.store.view(plan.check)
            if plan.join is not None:
                return plan.join([await self._result_of(call, step, number) for number, step in enumerate(plan.steps)])
            step = plan.steps[0]
        else:
            step = plan
        if self.observed:
            return await self._observed_step(call, step, 0)
        if self.log is not None:
            return await self._logged_step(self.log, call, step, 0)
        return self._step(call, step, 0)

    async def _result_of(self, call: Call, step: Step, number: int) -> Any:
        """What came of one step of several: its result, or what refuses it."""
        try:
            if self.observed:
                return await self._observed_step(call, step, number)
            if self.log is not None:
                return await self._logged_step(self.log, call, step, number)
            return self._step(call, step, number)
        except ServiceError as error:
            error.__traceback__ = None
            return error

    def _step(self, call: Call, step: Step, number: int) -> Any:
        store = self.store
        if step.reads or store.ids.seeded:
            commit = self._decide(call, step, number)
        else:  # as `_decide` does, in fewer steps: this is the way of nearly every write
            try:
                commit = store.transact(step.decide)
            except Due:
                commit = self._decide(call, step, number)
        call.commit_index = commit.index
        return commit.result

    async def _logged_step(self, log: Committing, call: Call, step: Step, number: int) -> Any:
        """As `_step`; it returns when what it tells is in the log."""
        commit = await self._logged(log, call, step, number)
        call.commit_index = commit.index
        return commit.result

    async def _observed_step(self, call: Call, step: Step, number: int) -> Any:
        """As `_step`, and told of: READY before it, DECIDED after it. With a log it returns when what it tells is in the log."""
        observers = self._watching(call)
        try:
            if observers:
                await self._hold(observers, call, step, number)
            if self.log is None:
                commit = self._decide(call, step, number)
            else:
                commit = await self._logged(self.log, call, step, number)
        except ServiceError as error:
            self._announce(observers, Outcome(call, step, refusal=error, index=self.store.index))
            raise
        finally:
            step.release()
        call.commit_index = commit.index
        self._announce(observers, Outcome(call, step, commit.result, index=commit.index, changes=commit.changes))
        return commit.result

    async def _hold(self, observers: tuple[Observer, ...], call: Call, step: Step, number: int) -> None:
        """READY: return when every observer lets the step go on. A call that has begun to take effect is not made anew."""
        step.footprint = tuple(self.store.view(step.touches))
        for observer in observers:
            if await self._asked(observer, "ready", observer.ready(call, step)) is not ARRIVE_AGAIN:
                continue
            if number == 0:
                if call.arrivals == MOST_ARRIVALS:
                    raise self._failed(observer, "ready", RuntimeError(f"{call!r} arrived {MOST_ARRIVALS} times"))
                raise ArrivesAgain
            call.arrived_index = self.store.index

    def _decide(self, call: Call, step: Step, number: int) -> Commit:
        decide, store = step.decide, self.store
        while True:
            try:
                if step.reads:
                    return Commit(self._view(call, decide), store.index, ())
                ids = store.ids
                return store.transact(decide, ids.of(f"{call.identity}/{number}") if ids.seeded else ids)
            except Due as due:
                if step.late:
                    decide = due.late
                    continue
                self._sweep(call, due)
                decide = due.then

    async def _logged(self, log: Committing, call: Call, step: Step, number: int) -> Commit:
        """As `_decide`. Time in the queue is not the call's: what arrived after the last commit arrives when it is decided."""
        store, ids = self.store, self.store.ids
        then, waits = step.decide, call.arrived_index == store.index

        def decide(txn: Txn) -> Any:
            if waits:
                call.arrived_index = txn.index - 1
            return then(txn)

        try:
            while True:
                try:
                    if step.reads:
                        return Commit(self._view(call, then), store.index, ())
                    return await log.commit(decide, ids.of(f"{call.identity}/{number}") if ids.seeded else ids)
                except Due as due:
                    if step.late:
                        then = due.late
                        continue
                    sweep = self._sweep_of(call, due)
                    self._swept(sweep, await log.commit(due.sweep))
                    then = due.then
        except LogUnavailable as failure:
            raise self._refusal(call, step, failure) from failure

    def _refusal(self, call: Call, step: Step, failure: LogUnavailable) -> ServiceError:
        if self._unavailable is None:
            raise failure
        error = self._unavailable(call, step)
        error.because = str(failure)
        return error

    async def catch_up(self, call: Call) -> None:
        """Where there is a log that others append to: see all that they did until now. The call arrives as of then."""
        if self.log is not None and not self.log.alone:
            await self.log.catch_up()
            call.arrived_index = self.store.index

    def _view(self, call: Call, decide: Callable[[Txn], T]) -> T:
        if self.stale_reads is not None and not call.consistent:
            return self.stale_reads.view(call, decide)
        return self.store.view(decide)

    def _sweep(self, call: Call, due: Due) -> None:
        """What is due is a commit of its own, which nobody may hold or refuse."""
        sweep = self._sweep_of(call, due)
        self._swept(sweep, self.store.transact(due.sweep))

    def _sweep_of(self, call: Call, due: Due) -> Call:
        sweep = Call(call.service, due.operation, cause=SWEEP, account=due.account, arrived_index=self.store.index)
        sweep.announced = True
        return sweep

    def _swept(self, sweep: Call, commit: Commit) -> None:
        if self.observed:
            outcome = Outcome(sweep, None, commit.result, index=commit.index, changes=commit.changes)
            self._announce(self._watching(sweep), outcome)

    async def administer(self, decide: Callable[[Txn], T], operation: str = "Administration", cause: str = ADMINISTRATION) -> T:
        """Change the state on nobody's behalf: a reset, the end of an export. Nobody may hold, delay or refuse it.

        Raises what the decision raises, and LogUnavailable.
        """
        commit = self.store.transact(decide) if self.log is None else await self.log.commit(decide)
        return self._administered(commit, operation, cause)  # type: ignore[no-any-return]

    def administer_now(self, decide: Callable[[Txn], T], operation: str = "Administration", cause: str = ADMINISTRATION) -> T:
        """The same for whoever cannot wait: where there is a log, nothing else happens meanwhile."""
        commit = self.store.transact(decide) if self.log is None else self.log.commit_now(decide)
        return self._administered(commit, operation, cause)  # type: ignore[no-any-return]

    def _administered(self, commit: Commit, operation: str, cause: str) -> Any:
        if self.observed:
            call = Call("", operation, cause=cause, arrived_index=commit.index)
            outcome = Outcome(call, None, commit.result, index=commit.index, changes=commit.changes)
            self._announce(self._observers + self._last, outcome)
        return commit.result

    async def replying(self, call: Call, reply: Response) -> Response:
        """Announce that the answer is about to leave, and what came of a call that had no step. Raises ReplyLost."""
        observers = self._watching(call)
        if not call.outcomes:
            self._announce(observers, Outcome(call, None, {}, reply.refusal, self.store.index))
        for observer in observers:
            try:
                other = await self._asked(observer, "replying", observer.replying(call, reply))
            except ReplyLost as lost:
                lost.reply = reply
                raise
            reply = other if other is not None else reply
        return reply

    def _announce(self, observers: tuple[Observer, ...], outcome: Outcome) -> None:
        outcome.call.outcomes += 1
        for observer in observers:
            self._told(observer, "decided", observer.decided, outcome.call, outcome)


def _without(observers: tuple[Observer, ...], gone: Observer) -> tuple[Observer, ...]:
    return tuple(observer for observer in observers if observer is not gone)
