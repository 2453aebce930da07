"""Actors in threads, of which one runs at a time: each waits at its gate until the race opens it, and gives control back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from condemu.lab.director import ASLEEP, ENDED, Lane

LIMIT: Final = 60.0  # seconds of this machine's time that an actor may take between two requests; never a part of any verdict


class Abandoned(BaseException):
    """The schedule is over: an actor that still waits ends here."""


class Stuck(RuntimeError):
    """An actor neither sends a request nor ends."""


class Raised:
    """What stands for the result of an actor that raised `error`. It is false."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<raised {type(self.error).__name__}: {self.error}>"


class Threads:
    """The threads of one schedule. `owner()` is the lane of the thread that asks."""

    def __init__(self) -> None:
        self._control = threading.Semaphore(0)
        self._gates: dict[str, threading.Semaphore] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._owners: dict[int, Lane] = {}
        self._over = False
        self.results: dict[str, Any] = {}

    def owner(self) -> Lane | None:
        return self._owners.get(threading.get_ident())

    def start(self, lane: Lane, body: Callable[[], Any]) -> None:
        """Let an actor run for the first time, until it waits or ends."""
        self._gates[lane.name] = threading.Semaphore(0)
        thread = threading.Thread(target=self._run, args=(lane, body), name=f"condemu-{lane.name}", daemon=True)
        self._threads[lane.name] = thread
        thread.start()
        self._await(lane)

    def go_on(self, lane: Lane) -> None:
        """Let a waiting actor run, until it waits again or ends."""
        self._gates[lane.name].release()
        self._await(lane)

    def _await(self, lane: Lane) -> None:
        if not self._control.acquire(timeout=LIMIT):
            raise Stuck(
                f"{lane.name} has neither sent a request nor ended for {LIMIT:.0f} s; "
                "an actor may wait for nothing but AWS and time.sleep"
            )

    def wait(self, lane: Lane) -> None:
        """Called by an actor's thread: give control back, and wait for the gate."""
        if self._over:
            raise Abandoned
        self._control.release()
        self._gates[lane.name].acquire()
        if self._over:
            raise Abandoned

    def sleep(self, lane: Lane, until: float) -> None:
        lane.due, lane.state = until, ASLEEP
        self.wait(lane)

    def _run(self, lane: Lane, body: Callable[[], Any]) -> None:
        self._owners[threading.get_ident()] = lane
        try:
            self.results[lane.name] = body()
        except Abandoned:
            pass
        except BaseException as error:  # told to the race, which judges it
            self.results[lane.name] = Raised(error)
        finally:
            lane.state = ENDED
            self._owners.pop(threading.get_ident(), None)
            self._control.release()

    def end(self) -> None:
        """Abandon the actors that still wait."""
        self._over = True
        for name, thread in self._threads.items():
            self._gates[name].release()
            thread.join(LIMIT)
