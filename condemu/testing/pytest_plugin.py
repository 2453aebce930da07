"""The pytest plugin. Costs its own import until a fixture is used.

| fixture             | scope    | gives                                                                             |
|---------------------|----------|-----------------------------------------------------------------------------------|
| condemu             | function | a fresh account, answered in this process (or by --condemu-url), AWS_* set for it |
| condemu_server      | session  | a real server on a real socket                                                    |
| s3_client           | function | boto3's client for the fresh account; so dynamodb_client, sdb_client              |
| s3_resource         | function | boto3's resource for the fresh account; so dynamodb_resource                      |
| race                | function | every order of the actors that the test starts: its body is run once for each     |

`--condemu-url URL` (or `condemu_url` in the ini file) runs the same tests against a server elsewhere: a container, another store.
`@pytest.mark.condemu(region="eu-west-1", auth="strict", …)` sets the region and the emulator's settings for one test.
`@pytest.mark.condemu_race(faults=[…], time_passes=[…], …)` sets what may happen in a race. `--condemu-schedule TOKEN` runs one
order: that of a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from condemu.testing.local import Condemu
    from condemu.testing.server import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("condemu")
    group.addoption("--condemu-url", default=None, metavar="URL", help="run the tests against this endpoint, not in this process")
    group.addoption("--condemu-schedule", default=None, metavar="TOKEN", help="run races in this one order")
    parser.addini("condemu_url", "run the tests against this endpoint, not in this process", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "condemu(region='us-east-1', **settings): the emulator's settings for this test")


    config.addinivalue_line("markers", "condemu_race(faults=(), time_passes=(), **settings): what may happen in this test's race")
    schedule = config.getoption("--condemu-schedule")
    if schedule:
        os.environ["CONDEMU_SCHEDULE"] = schedule


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that has a race is run once for each order."""
    race: Any = pyfuncitem.funcargs.get("race")
    if race is None or type(race).__name__ != "RaceFixture":
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    race.explore(lambda: pyfuncitem.obj(**arguments), pyfuncitem.nodeid, os.environ.get("CONDEMU_SCHEDULE"))
    return True


def _url(config: pytest.Config) -> str | None:
    return config.getoption("--condemu-url") or config.getini("condemu_url") or None


@pytest.fixture
def condemu(request: pytest.FixtureRequest) -> Iterator[Condemu]:
    """A fresh account. boto3 calls of this process to S3, DynamoDB and SimpleDB are answered by it; nothing reaches AWS."""
    from condemu.testing.local import MockAWS, UnknownSetting

    marker = request.node.get_closest_marker("condemu")
    settings: dict[str, Any] = dict(marker.kwargs) if marker is not None else {}
    if marker is not None and marker.args:
        raise pytest.UsageError(f"@pytest.mark.condemu takes settings by name, not {marker.args[0]!r}")
    url = _url(request.config)
    if url is not None and settings.keys() - {"region", "passthrough"}:
        pytest.skip("its settings need an emulator of their own, and --condemu-url names a server elsewhere")
    try:
        mock = MockAWS(url=url, **settings)
    except (UnknownSetting, ValueError) as mistake:
        raise pytest.UsageError(f"@pytest.mark.condemu: {mistake}") from None
    with mock as local:
        yield local


@pytest.fixture
def race(request: pytest.FixtureRequest, condemu: Condemu) -> Any:
    """A race: `with race: race.start(function, …)` runs the actors, and the test's body is run once for each order."""
    from condemu.testing.explorer.exploration import BadRace
    from condemu.testing.explorer.fixture import RaceFixture

    if condemu.emulator is None:
        pytest.skip("a race needs an emulator in this process, and --condemu-url names a server elsewhere")
    marker = request.node.get_closest_marker("condemu_race")
    if marker is not None and marker.args:
        raise pytest.UsageError(f"@pytest.mark.condemu_race takes settings by name, not {marker.args[0]!r}")
    try:
        return RaceFixture(marker.kwargs if marker is not None else {})
    except BadRace as mistake:
        raise pytest.UsageError(f"@pytest.mark.condemu_race: {mistake}") from None


@pytest.fixture(scope="session")
def condemu_server() -> Iterator[Server]:
    """A server on 127.0.0.1: `condemu_server.url`. Keep tests apart by 12-digit access keys, each its own account."""
    from condemu.testing.server import Server

    with Server() as server:
        yield server


@pytest.fixture
def s3_client(condemu: Condemu) -> Any:
    return condemu.client("s3")


@pytest.fixture
def dynamodb_client(condemu: Condemu) -> Any:
    return condemu.client("dynamodb")


@pytest.fixture
def sdb_client(condemu: Condemu) -> Any:
    return condemu.client("sdb")


@pytest.fixture
def s3_resource(condemu: Condemu) -> Any:
    return condemu.resource("s3")


@pytest.fixture
def dynamodb_resource(condemu: Condemu) -> Any:
    return condemu.resource("dynamodb")
