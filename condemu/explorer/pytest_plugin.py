"""The pytest plugin of races: the fixture `race`. Costs its own import until it is used.

`race` gives every order of the actors that a test starts: the test's body is run once for each. The marker
`@pytest.mark.condemu_race(faults=[…], time_passes=[…], …)` sets what may happen. `--condemu-schedule TOKEN` runs one order of all
races, those of `explore` included: that of a failure.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from condemu.testing.local import Condemu


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("condemu")
    group.addoption("--condemu-schedule", default=None, metavar="TOKEN", help="run races in this one order")


def pytest_configure(config: pytest.Config) -> None:
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


@pytest.fixture
def race(request: pytest.FixtureRequest, condemu: Condemu) -> Any:
    """A race: `with race: race.start(function, …)` runs the actors, and the test's body is run once for each order."""
    from condemu.explorer.exploration import BadRace
    from condemu.explorer.fixture import RaceFixture

    if condemu.emulator is None:
        pytest.skip("a race needs an emulator in this process, and --condemu-url names a server elsewhere")
    marker = request.node.get_closest_marker("condemu_race")
    if marker is not None and marker.args:
        raise pytest.UsageError(f"@pytest.mark.condemu_race takes settings by name, not {marker.args[0]!r}")
    try:
        return RaceFixture(marker.kwargs if marker is not None else {})
    except BadRace as mistake:
        raise pytest.UsageError(f"@pytest.mark.condemu_race: {mistake}") from None
