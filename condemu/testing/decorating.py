"""`mock_aws` as a decorator: of functions, coroutines, generators (fixtures) and of test classes.

| what is decorated             | is active                                                            |
|-------------------------------|----------------------------------------------------------------------|
| function, coroutine           | while it runs                                                        |
| generator, also asynchronous  | from its beginning to its end, as a fixture's                        |
| unittest.TestCase             | for each test: from before setUp to after its clean-ups              |
| class with setup_method       | for each test: from before setup_method to after teardown_method     |
| any other class               | while a method runs whose name begins with "test"                    |
"""

from __future__ import annotations

import functools
import inspect
import unittest
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any, Protocol, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class Mock(Protocol):
    """What decorates: `again` makes one more with the same settings."""

    def again(self) -> Mock: ...

    def start(self) -> Any: ...

    def stop(self) -> None: ...

    def __enter__(self) -> Any: ...

    def __exit__(self, *exception: Any) -> None: ...


def decorated(target: F, mock: Mock) -> F:
    if inspect.isclass(target):
        return cast(F, decorated_class(target, mock))
    kind = next((wrapper for is_kind, wrapper in KINDS if is_kind(target)), _function)
    wrapper = functools.wraps(target)(kind(target, mock))
    return cast(F, wrapper)


def _function(target: Callable[..., Any], mock: Mock) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        with mock.again():
            return target(*args, **kwargs)

    return called


def _coroutine(target: Callable[..., Any], mock: Mock) -> Callable[..., Any]:
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        with mock.again():
            return await target(*args, **kwargs)

    return awaited


def _generator(target: Callable[..., Any], mock: Mock) -> Callable[..., Any]:
    def generated(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with mock.again():
            yield from target(*args, **kwargs)

    return generated


def _async_generator(target: Callable[..., Any], mock: Mock) -> Callable[..., Any]:
    async def generated(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with mock.again():
            async with aclosing(target(*args, **kwargs)) as values:
                async for value in values:
                    yield value

    return generated


KINDS = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
)


def decorated_class(cls: Any, mock: Mock) -> Any:
    """The class itself, changed."""
    if issubclass(cls, unittest.TestCase):
        cls.run = decorated(cls.run, mock)
        cls.debug = decorated(cls.debug, mock)
    elif hasattr(cls, "setup_method"):
        _around_setup(cls, mock)
    else:
        _around_tests(cls, mock)
    for name, value in list(vars(cls).items()):
        if inspect.isclass(value) and value.__qualname__ == f"{cls.__qualname__}.{name}":
            decorated_class(value, mock)
    return cls


def _around_tests(cls: Any, mock: Mock) -> None:
    for name in [name for name in dir(cls) if name.startswith("test")]:
        method = inspect.getattr_static(cls, name)
        if isinstance(method, (staticmethod, classmethod)):
            setattr(cls, name, type(method)(decorated(method.__func__, mock)))
        elif callable(method) and not inspect.isclass(method):
            setattr(cls, name, decorated(method, mock))


def _around_setup(cls: Any, mock: Mock) -> None:
    begun: dict[int, Mock] = {}
    set_up: Callable[..., Any] = cls.setup_method
    tear_down: Callable[..., Any] | None = getattr(cls, "teardown_method", None)

    def begin(self: Any, *args: Any) -> None:
        begun[id(self)] = mock.again()
        begun[id(self)].start()
        try:
            set_up(self, *args)
        except BaseException:  # pytest does not tear down then
            begun.pop(id(self)).stop()
            raise

    def end(self: Any, *args: Any) -> None:
        try:
            if tear_down is not None:
                tear_down(self, *args)
        finally:
            begun.pop(id(self)).stop()

    cls.setup_method = _as_pytest_calls(begin, set_up)
    cls.teardown_method = _as_pytest_calls(end, tear_down)


def _as_pytest_calls(work: Callable[..., None], original: Callable[..., Any] | None) -> Callable[..., None]:
    """`work` with as many arguments as the original: pytest counts them to know whether to name the test's method."""
    if original is not None and original.__code__.co_argcount > 1:

        def with_method(self: Any, method: Any) -> None:
            work(self, method)

        return functools.wraps(original)(with_method)

    def alone(self: Any) -> None:
        work(self)

    return alone if original is None else functools.wraps(original)(alone)
