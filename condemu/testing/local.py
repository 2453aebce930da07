"""An emulator for one test, and the two ways to be given one: a context manager (also a decorator) and the pytest fixture."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from condemu.server.app import Emulator

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_REGION = "us-east-1"


class Condemu:
    """What a test holds: an account of its own, and clients for it.

    `url` is None while calls are answered in this process, else the endpoint that they go to.
    """

    def __init__(self, account: str, region: str, emulator: Emulator | None = None, url: str | None = None) -> None:
        self.account = account
        self.region = region
        self.emulator = emulator
        self.url = url
        self._clients: dict[str, Any] = {}

    @property
    def environment(self) -> dict[str, str]:
        from condemu.testing.activation import environment

        variables = environment(self.account, self.region)
        return variables if self.url is None else {**variables, "AWS_ENDPOINT_URL": self.url}

    def session(self) -> Any:
        """A boto3 session with this account's credentials."""
        import boto3

        session = boto3.Session(self.account, "condemu", region_name=self.region)
        if self.emulator is not None:
            from condemu.testing.transport import install

            install(session, self.emulator)
        return session

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this account, e.g. client("s3")."""
        if self.url is not None:
            options.setdefault("endpoint_url", self.url)
        if options:
            return self.session().client(service, **options)
        if service not in self._clients:
            self._clients[service] = self.session().client(service)
        return self._clients[service]

    def resource(self, service: str, **options: Any) -> Any:
        """A boto3 resource of this account."""
        if self.url is not None:
            options.setdefault("endpoint_url", self.url)
        return self.session().resource(service, **options)

    def reset(self) -> None:
        """Forget all that this account holds."""
        if self.emulator is not None:
            self.emulator.reset(self.account)
            return
        from urllib.request import Request, urlopen

        assert self.url is not None
        urlopen(Request(f"{self.url}/_condemu/reset?account={self.account}", method="POST"), timeout=30).close()


class mock_aws:  # noqa: N801 - the name that moto's users know
    """Answer the boto3 calls of this process, to S3, DynamoDB and SimpleDB, for as long as it is active.

    A context manager, a decorator of functions and coroutines, and a decorator of test classes. Any other service is refused: no
    call to AWS leaves. `region` sets AWS_DEFAULT_REGION; `settings` are those of `condemu.server.config.Config`. Clients and
    resources made while it is active are answered; so is the default session's, if there was one before.
    """

    def __init__(self, config: Mapping[str, Any] | None = None, *, region: str = DEFAULT_REGION, **settings: Any) -> None:
        self._region = region
        self._settings = settings
        self._saved: dict[str, str | None] = {}
        self._local: Condemu | None = None

    def start(self) -> Condemu:
        """Begin; the fixture's way."""
        from condemu.server.app import build
        from condemu.server.config import Config
        from condemu.testing import activation

        emulator = build(Config(region=self._region, **self._settings))
        local = Condemu(activation.fresh_account(), self._region, emulator)
        self._saved = {name: os.environ.get(name) for name in (*activation.VARIABLES, *activation.MISLEADING)}
        for name in activation.MISLEADING:
            os.environ.pop(name, None)
        os.environ.update(local.environment)
        activation.activate(local.account, emulator)
        self._local = local
        return local

    def stop(self) -> None:
        """End: the environment is as it was, and the state is gone."""
        from condemu.testing import activation

        if self._local is None:
            return
        activation.deactivate(self._local.account)
        for name, value in self._saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self._local.emulator is not None:
            self._local.emulator.close()
        self._local = None

    def __enter__(self) -> Condemu:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __call__(self, target: F) -> F:
        if inspect.isclass(target):
            return cast(F, self._decorated_class(target))
        if inspect.iscoroutinefunction(target):

            @functools.wraps(target)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with self._again():
                    return await target(*args, **kwargs)

            return cast(F, awaited)

        @functools.wraps(target)
        def called(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return target(*args, **kwargs)

        return cast(F, called)

    def _again(self) -> mock_aws:
        return mock_aws(region=self._region, **self._settings)

    def _decorated_class(self, cls: type) -> type:
        """One emulator per test method, there before `setUp` (unittest) or `setup_method` (pytest) runs."""
        for before, after in (("setUp", "tearDown"), ("setup_method", "teardown_method")):
            if hasattr(cls, before):
                self._wrap_set_up(cls, before, after)
                return cls
        for name in [name for name in dir(cls) if name.startswith("test") and callable(getattr(cls, name))]:
            setattr(cls, name, self(getattr(cls, name)))
        return cls

    def _wrap_set_up(self, cls: type, before: str, after: str) -> None:
        begun: dict[int, mock_aws] = {}
        set_up: Callable[..., Any] = getattr(cls, before)
        tear_down: Callable[..., Any] | None = getattr(cls, after, None)

        def begin(instance: Any, *args: Any) -> None:
            begun[id(instance)] = self._again()
            begun[id(instance)].start()
            set_up(instance, *args)

        def end(instance: Any, *args: Any) -> None:
            try:
                if tear_down is not None:
                    tear_down(instance, *args)
            finally:
                begun.pop(id(instance)).stop()

        setattr(cls, before, begin)
        setattr(cls, after, end)
