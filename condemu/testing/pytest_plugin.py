"""The pytest plugin. Costs its own import until a fixture is used.

| fixture             | scope    | gives                                                                             |
|---------------------|----------|-----------------------------------------------------------------------------------|
| condemu             | function | a fresh account, answered in this process (or by --condemu-url), AWS_* set for it |
| condemu_server      | session  | a real server on a real socket                                                    |
| s3_client           | function | boto3's client for the fresh account; so dynamodb_client, sdb_client              |
| s3_resource         | function | boto3's resource for the fresh account; so dynamodb_resource                      |

`--condemu-lint=error` (or `condemu_lint`) checks the history of each test that uses `condemu`: lost updates, misled clients.
`--condemu-url URL` (or `condemu_url` in the ini file) runs the same tests against a server elsewhere: a container, another store.
`@pytest.mark.condemu(region="eu-west-1", auth="strict", …)` sets the region and the emulator's settings for one test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from condemu.testing.local import Condemu
    from condemu.testing.server import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("condemu")
    group.addoption("--condemu-url", default=None, metavar="URL", help="run the tests against this endpoint, not in this process")
    group.addoption(
        "--condemu-lint", default=None, choices=("off", "warn", "error"), help="check what each test does to its own writes"
    )
    parser.addini("condemu_lint", "check what each test does to its own writes: off, warn or error", default="off")
    parser.addini("condemu_url", "run the tests against this endpoint, not in this process", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "condemu(region='us-east-1', **settings): the emulator's settings for this test")


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
    if url is not None:
        from condemu.testing.remote import Unusable, check

        try:
            check(url)
        except Unusable as mistake:
            raise pytest.UsageError(str(mistake)) from None
    try:
        mock = MockAWS(url=url, **settings)
    except (UnknownSetting, ValueError) as mistake:
        raise pytest.UsageError(f"@pytest.mark.condemu: {mistake}") from None
    level = request.config.getoption("--condemu-lint") or request.config.getini("condemu_lint")
    with mock as local:
        if level == "off":
            yield local
            return
        from condemu.testing.lint import LEVELS, linted

        if level not in LEVELS:
            raise pytest.UsageError(f"condemu_lint is {' or '.join(LEVELS)}, not {level!r}")
        with linted(local, level):
            yield local


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
