"""An emulator for one test: `mock_aws`, a context manager and decorator, and what the pytest fixture gives."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from condemu.testing import credentials
from condemu.testing.clock import ProcessClock
from condemu.testing.environment import variables_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from condemu.core.spaces import Snapshot
    from condemu.lab.faults import Counted, Fault
    from condemu.server.app import Emulator
    from condemu.testing.activation import Activation
    from condemu.testing.instruments import Holding, Instruments

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_REGION: Final = "us-east-1"
# What condemu.server.app.build takes besides its settings.
EFFECTS: Final = ("clock", "wall", "ids", "store", "observers", "stale_reads")
OWN: Final = ("region", "passthrough", *EFFECTS)


class UnknownSetting(TypeError):
    """A setting that there is not."""


class Condemu:
    """What a test holds: an account of its own, and clients for it.

    `url` is None while calls are answered in this process, else the endpoint that they go to; `emulator` the other way round.
    """

    def __init__(self, account: str, region: str, emulator: Emulator | None = None, url: str | None = None) -> None:
        self.account = account
        self.region = region
        self.emulator = emulator
        self.url = url
        self._activation: Activation | None = None
        self._clients: dict[str, Any] = {}
        self._instruments: Instruments | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that are set for as long as this is active."""
        key = credentials.ACCESS_KEY if self.url is None else self.account
        return variables_of(key, credentials.SECRET, self.region, self.url)

    def session(self, account: str | None = None) -> Any:
        """A boto3 session with this account's credentials, or with those of another account of twelve digits."""
        import boto3

        if account is not None and not credentials.is_account(account):
            raise ValueError(f"account is {account!r}; an account is twelve digits")
        if self.url is not None:
            key = account or self.account
        else:
            key = credentials.chosen_key(account) if account else credentials.home_key(self.account)
        return boto3.Session(key, credentials.SECRET, region_name=self.region)

    def client(self, service: str, *, account: str | None = None, **options: Any) -> Any:
        """A boto3 client of this account, client("s3"), or of another one: client("s3", account="111122223333")."""
        if options or account is not None:
            return self._made("client", service, account, options)
        if service not in self._clients:
            self._clients[service] = self._made("client", service, None, {})
        return self._clients[service]

    def resource(self, service: str, *, account: str | None = None, **options: Any) -> Any:
        """A boto3 resource of this account, or of another one on purpose."""
        return self._made("resource", service, account, options)

    def _made(self, kind: str, service: str, account: str | None, options: dict[str, Any]) -> Any:
        """A client or resource. It is this emulator's, also when another mock has begun meanwhile."""
        from condemu.testing.activation import here_now

        if self.url is not None:
            options.setdefault("endpoint_url", self.url)
        make = getattr(self.session(account), kind)
        before = here_now.set(self._activation)
        try:
            return make(service, **options)
        finally:
            here_now.reset(before)

    def reset(self) -> None:
        """Forget all that this account holds."""
        if self.emulator is not None:
            self.emulator.reset_now(self.account)
            return
        from condemu.testing.remote import reset

        assert self.url is not None
        reset(self.url, self.account)

    # the lab

    @property
    def clock(self) -> ProcessClock:
        """The state's clock: `advance`, `set`, `freeze` and `resume` it."""
        clock = self._here().clock
        if not isinstance(clock, ProcessClock):
            raise TypeError("this emulator was given a clock of its own: move that one")
        return clock

    def fault(self, word: str | Fault, *, must_strike: bool = True, **rule: Any) -> AbstractContextManager[Counted]:
        """Let a fault strike within the block: fault("lost", operation="PutObject", key="*.lock", nth=1).

        The words and the rule's members are those of `condemu.lab.faults`. What the block gives counts `hits`. Raises
        NeverHappened at the end when it never struck, unless `must_strike` is False.
        """
        return self._lab().fault(word, must_strike=must_strike, **rule)

    def hold(
        self, operation: str = "", *, key: str = "", actor: str = "", first: int | None = None, stage: str = "ready",
        seconds: float = 60.0, overlapping: bool = False, must_hold: bool = True,
    ) -> AbstractContextManager[Holding]:  # fmt: skip
        """Park requests within the block: hold("s3:PutObject", key="*.lock") gives `wait`, `release` and `waiting`.

        A request that is released takes effect as if it had just arrived; with `overlapping` it was under way all the while.
        Nobody waits longer than `seconds`. Raises NeverHappened at the end when no request came, or one waited too long.
        """
        rule = {"key": key, "actor": actor, "first": first}
        return self._lab().hold(operation, stage=stage, seconds=seconds, overlapping=overlapping, must_hold=must_hold, **rule)

    def stale_reads(
        self, commits: int = 0, *, seconds: float = 0.0, until_time_moves: bool = False, seed: int | None = None
    ) -> AbstractContextManager[None]:
        """Let reads of DynamoDB and SimpleDB that need not be consistent lag behind what is written within the block.

        `commits` counts the last writes of those that touch what is read; with a `seed` it is so many at most, by chance.
        `seconds` and `until_time_moves` go by the clock. Consistent reads, conditions and S3 are never stale.
        """
        from condemu.lab.staleness import Lag

        return self._lab().stale_reads(Lag(commits, seconds, until_time_moves, seed))

    def snapshot(self) -> Snapshot:
        """All that this account holds now. It costs nothing to keep."""
        return self._lab().snapshot()

    def restore(self, kept: Snapshot) -> None:
        """Let this account hold what it held then, and nothing else."""
        self._lab().restore(kept)

    def _here(self) -> Emulator:
        if self.emulator is None:
            raise NotImplementedError(f"the server at {self.url} has its instruments under /_condemu/: docs/races-over-http.md")
        return self.emulator

    def _lab(self) -> Instruments:
        if self._instruments is None:
            from condemu.testing.instruments import Instruments

            self._instruments = Instruments(self._here(), self.account)
        return self._instruments


class MockAWS:
    """Answers the calls of this process to S3, DynamoDB and SimpleDB for as long as it is active. Made by `mock_aws`."""

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, region: str | None = None,
        passthrough: Iterable[str | re.Pattern[str]] = (), url: str | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        check_settings(settings)
        core = dict((config or {}).get("core", {}))
        self._config = config
        self._region = region
        self._passthrough = (*([passthrough] if isinstance(passthrough, str) else passthrough), *moto_passthrough(core))
        self._sets_environment = core.get("mock_credentials", True) is not False
        self._settings = settings
        self._url = url
        self._lock = threading.Lock()
        self._depth = 0
        self._local: Condemu | None = None
        if url is None and settings:
            self._server_config(DEFAULT_REGION, "0" * 12)  # a mistake in the settings is told here, where they stand

    def start(self) -> Condemu:
        """Begin. What is started several times ends when it was stopped as often."""
        with self._lock:
            if self._local is None:
                self._local = self._begun()
            self._depth += 1
            return self._local

    def stop(self) -> None:
        """End: the environment is as it was, and the state is gone."""
        from condemu.testing import lifetime

        with self._lock:
            if self._local is None:
                raise RuntimeError("Called stop() before start().")
            self._depth -= 1
            if self._depth:
                return
            local, self._local = self._local, None
        assert local._activation is not None
        try:
            if local.url is not None:
                local.reset()
        finally:
            lifetime.end(local._activation)
            if local.emulator is not None:
                local.emulator.close()

    def _begun(self) -> Condemu:
        from condemu.testing import lifetime
        from condemu.testing.activation import Activation

        region = self._region or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        account = self._settings.get("account") or credentials.fresh_account()
        answerer: Any
        if self._url is not None:
            from condemu.testing.remote import Remote

            answerer = Remote(self._url, account)
            local = Condemu(account, region, url=answerer.url)
        else:
            answerer = self._built(region, account)
            local = Condemu(account, region, answerer)
        local._activation = Activation(account, answerer, self._passthrough)
        lifetime.begin(local._activation, local.environment if self._sets_environment else None)
        return local

    def _server_config(self, region: str, account: str) -> Any:
        from condemu.server.config import Config

        settings = {name: value for name, value in self._settings.items() if name not in EFFECTS}
        return Config(**{"region": region, "account": account, **settings})

    def _built(self, region: str, account: str) -> Emulator:
        from condemu.server.app import build, credentials_of

        config = self._server_config(region, account)
        effects = {name: self._settings[name] for name in EFFECTS if name in self._settings}
        effects.setdefault("clock", ProcessClock())
        effects.setdefault("wall", ProcessClock())
        return build(config, book=credentials.LocalBook(credentials_of(config, None)), **effects)

    def again(self) -> MockAWS:
        """Another one with the same settings: each call of a decorated function has its own."""
        return MockAWS(self._config, region=self._region, passthrough=self._passthrough, url=self._url, **self._settings)

    def __enter__(self) -> Condemu:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __call__(self, target: F) -> F:
        from condemu.testing.decorating import decorated

        return decorated(target, self)


@overload
def mock_aws(target: F, /) -> F: ...
@overload
def mock_aws(
    *, config: Mapping[str, Any] | None = None, region: str | None = None,
    passthrough: Iterable[str | re.Pattern[str]] = (), **settings: Any,
) -> MockAWS: ...  # fmt: skip
def mock_aws(target: Any = None, /, **settings: Any) -> Any:
    """Answer this process's calls to S3, DynamoDB and SimpleDB. Nothing reaches AWS; a call to another service is refused.

    A decorator, with and without parentheses, of functions, coroutines, generators and classes; and a context manager, or an
    object with `start()` and `stop()`. Clients, resources and sessions are answered whenever they were made.

    `region` is AWS_DEFAULT_REGION's, else us-east-1. `passthrough` names hosts that requests may reach, such as "*.example.com".
    `clock`, `wall`, `ids`, `store`, `observers` and `stale_reads` are those of `condemu.server.app.build`; other settings are
    those of `condemu serve`. `config` is moto's: of its core settings mock_credentials and passthrough count.
    """
    if target is None:
        return MockAWS(**settings)
    if not callable(target):
        raise TypeError(f"mock_aws decorates functions and classes, not {target!r}; settings are given by name")
    return MockAWS(**settings)(target)


def check_settings(settings: Mapping[str, Any], own: Iterable[str] = OWN) -> None:
    """Raises UnknownSetting for a name that is no setting, with the one that may have been meant."""
    if not settings:
        return
    from condemu.server.config import Config

    known = tuple(dict.fromkeys((*own, *(field.name for field in fields(Config)))))
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"the settings are {', '.join(known)}."
            raise UnknownSetting(f"condemu has no setting {name!r}; {meant}")


def moto_passthrough(core: Mapping[str, Any]) -> tuple[str | re.Pattern[str], ...]:
    """Moto's way to say what may leave: expressions for URLs, and names of services."""
    given = core.get("passthrough") or {}
    services = given.get("services") or ()
    return (
        *(re.compile(url) for url in given.get("urls") or ()),
        *(pattern for service in services for pattern in (f"{service}.*", f"*.{service}.*")),
    )
