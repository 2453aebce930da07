"""The suite's pytest plugin: options, fixtures, and the collection of what every case came to.

A case is a plain pytest function. The first line of its docstring is the rule; a line `Source: … [grade]` says where the rule is
known from and how well: recorded, third-party, documented or inferred. Both are demanded, so that no expectation is anonymous.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from . import evidence, targeting
from .exchanges import Exchanges
from .expect import Difference
from .raw import Raw
from .resources import Resources
from .selection import Unreadable, selection
from .targeting import Target, detach, start

HERE: Final = Path(__file__).parent
GRADES: Final = ("recorded", "third-party", "documented", "inferred")
TIERS: Final = ("core", "full", "exact")
SOURCE: Final = re.compile(r"^\s*Source: (?P<text>.+?) \[(?P<grade>[a-z-]+)\]\s*$", re.MULTILINE)
SERVICE_OF: Final = {  # fixtures that a case cannot have without the service
    **dict.fromkeys(("s3", "bucket", "versioned_bucket", "own_bucket"), "s3"),
    **dict.fromkeys(("dynamodb", "table", "ranged_table"), "dynamodb"),
    **dict.fromkeys(("sdb", "domain"), "simpledb"),
}
TARGET: Final = pytest.StashKey[Target]()


@dataclass
class Case:
    """One case and what came of it. `outcome` is "as AWS", a kind of Difference, "gap", "not applicable" or "broken"."""

    id: str
    service: str
    rule: str
    sources: list[str]
    evidence: str
    tier: str
    outcome: str = "not run"
    detail: str = ""
    gap: str = ""
    exchanges: list[dict[str, Any]] = field(default_factory=list)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--target", default="inprocess", help="inprocess, condemu, aws, or a URL")
    group.addoption("--target-name", default=None, help="the name under which a URL's gaps and results go")
    group.addoption("--services", default="s3,dynamodb,simpledb,recipes,races", help="which folders, comma-separated")
    group.addoption("--tier", default="exact", choices=TIERS, help="core: the rules locks stand on; full: all; exact: texts too")
    group.addoption("--cases", default=None, metavar="EXPRESSION", help="only the cases whose id matches, as pytest's -k does")
    group.addoption("--region", default="us-east-1")
    group.addoption("--results", default=None, metavar="FILE", help="write every case's outcome as JSON")
    group.addoption("--record", action="store_true", help="keep normalized, dated evidence of what the target answered")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tier(name): core, full (the default) or exact")
    config.addinivalue_line("markers", "needs(*capabilities): what a target must be able to do for the case to make sense")


def case_of(item: pytest.Item) -> Case:
    """The case that an item is, read from its docstring."""
    function = getattr(item, "function", None)
    text = inspect.getdoc(function) or ""
    rule = text.partition("\n")[0].strip()
    sources = [(match["text"], match["grade"]) for match in SOURCE.finditer(text)]
    row = getattr(item, "callspec", None) and item.callspec.params.get("row")  # type: ignore[attr-defined]
    path = Path(str(item.path)).relative_to(HERE)
    if not rule or not sources:
        raise pytest.UsageError(f"{item.nodeid}: a case needs a rule as its first line and a `Source: … [grade]`")
    grade = (row or {}).get("evidence") or sources[0][1] if isinstance(row, dict) or row is None else sources[0][1]
    if grade not in GRADES:
        raise pytest.UsageError(f"{item.nodeid}: {grade!r} is no grade of evidence; they are {', '.join(GRADES)}")
    marker = item.get_closest_marker("tier")
    name = f"{path.with_suffix('').as_posix()}::{item.name}"
    return Case(name, path.parts[0], rule, [text for text, _ in sources], grade, marker.args[0] if marker else "full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    services = set(config.getoption("--services").split(","))
    highest = TIERS.index(config.getoption("--tier"))
    try:
        meant = selection(config.getoption("--cases") or "::")
    except Unreadable as problem:
        raise pytest.UsageError(f"-k {config.getoption('--cases')!r}: {problem}") from None
    chosen, others = [], []
    for item in items:
        if HERE not in Path(str(item.path)).parents:
            chosen.append(item)
            continue
        case = case_of(item)
        item.user_properties.append(("case", asdict(case)))
        asked_for = case.service in services and TIERS.index(case.tier) <= highest and meant(case.id)
        (chosen if asked_for else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the target cannot do by its own account, and fail what would be its end, before anything is created for it."""
    case = dict(item.user_properties).get("case")
    if case is None:
        return
    name = targeting.label_of(item.config.getoption("--target"), item.config.getoption("--target-name"))
    needs = {need for marker in item.iter_markers("needs") for need in marker.args} | {case["service"]}
    needs |= {SERVICE_OF[fixture] for fixture in item.fixturenames if fixture in SERVICE_OF}  # type: ignore[attr-defined]
    knowledge = targeting.Knowledge.of(name)
    lacking = needs & knowledge.missing
    if lacking:
        pytest.skip(f"{name} has no {', '.join(sorted(lacking))}")
    if case["id"] in knowledge.fatal:
        pytest.fail(f"not sent: {knowledge.fatal[case['id']]}", pytrace=False)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """Where the cases go."""
    option = pytestconfig.getoption
    target = start(option("--target"), region=option("--region"), label=option("--target-name"))
    pytestconfig.stash[TARGET] = target
    yield target
    detach(target)


@pytest.fixture(scope="session")
def exchanges(target: Target) -> Exchanges:
    """What goes to and fro, noted for the report."""
    noted = Exchanges()
    target.listeners.append(noted.listen)
    return noted


@pytest.fixture(autouse=True)
def _noted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give every case the exchanges that were its own."""
    if not any(name == "case" for name, _ in request.node.user_properties):
        yield
        return
    noted: Exchanges = request.getfixturevalue("exchanges")
    noted.begin()
    yield
    request.node.user_properties.append(("exchanges", noted.end()))


@pytest.fixture(scope="session")
def client(target: Target, exchanges: Exchanges) -> Any:
    """client("s3") and the like: one client per service for the whole run."""
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = target.client(service)
        return made[service]

    return get


@pytest.fixture(scope="session")
def resources(client: Any, target: Target) -> Iterator[Resources]:
    """Creates buckets, tables and domains, and removes them when the run ends: with patience where they would outlive it."""
    kept = Resources(client, target.region, patient=target.outlives_the_run)
    yield kept
    kept.remove_all()


@pytest.fixture(scope="session")
def s3(client: Any) -> Any:
    return client("s3")


@pytest.fixture(scope="session")
def dynamodb(client: Any) -> Any:
    return client("dynamodb")


@pytest.fixture(scope="session")
def sdb(client: Any) -> Any:
    return client("simpledb")


@pytest.fixture(scope="session")
def raw(target: Target, exchanges: Exchanges) -> Raw:
    """Signed bytes: raw("PUT", "/bucket/key", {"If-None-Match": "*"}, b"…")."""
    return Raw(target, exchanges)


@pytest.fixture(scope="session")
def bucket(resources: Resources) -> str:
    """An unversioned bucket, shared by the run: use `key`."""
    return resources.bucket()


@pytest.fixture(scope="session")
def versioned_bucket(resources: Resources) -> str:
    """A bucket with versioning enabled, shared by the run: use `key`."""
    return resources.bucket(Versioning=True)


@pytest.fixture
def own_bucket(client: Any, target: Target) -> Iterator[str]:
    """An unversioned bucket for this case alone, gone when it ends: for policies, configurations and listings."""
    kept = Resources(client, target.region)
    yield kept.bucket()
    kept.remove_all()


@pytest.fixture(scope="session")
def table(resources: Resources) -> str:
    """A table with the hash key `pk` (S), shared by the run: use `key`."""
    return resources.table()


@pytest.fixture(scope="session")
def ranged_table(resources: Resources) -> str:
    """A table with the keys `pk` (S) and `sk` (N), shared by the run: use `key`."""
    return resources.table(
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )


@pytest.fixture(scope="session")
def domain(resources: Resources) -> str:
    """A SimpleDB domain, shared by the run: use `key`."""
    return resources.domain()


@pytest.fixture
def key() -> str:
    """A key, or item name, that no other case uses."""
    return f"k{uuid4().hex[:12]}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    properties = dict(item.user_properties)
    case = properties.get("case")
    if case is None:
        return
    error = call.excinfo.value if call.excinfo is not None else None
    if report.failed and error is not None:
        kind = error.kind if isinstance(error, Difference) else "broken"
        report.user_properties.append(("difference", (kind, f"{error}"[:2000])))
    if call.when != "call" or TARGET not in item.config.stash:
        return
    target = item.config.stash[TARGET]
    gap = target.knowledge.gap(case["id"])
    if gap is None:
        if report.passed and target.name in ("aws", "condemu", "inprocess") and not item.config.getoption("--record"):
            compare_with_evidence(item, case["id"], report)
        return
    report.user_properties.append(("gap", gap))
    if report.failed:
        report.outcome, report.wasxfail = "skipped", gap
    elif report.passed:
        report.outcome = "failed"
        report.longrepr = f"a known gap of this target no longer differs; take it from its file: {gap}"


def compare_with_evidence(item: pytest.Item, case: str, report: Any) -> None:
    """Fail a case whose rule holds but whose words are no longer those that AWS was recorded with."""
    noted: Exchanges = item._request.getfixturevalue("exchanges")  # type: ignore[attr-defined]
    found = evidence.difference(case, noted.so_far())
    if found is not None:
        report.outcome, report.longrepr = "failed", found
        report.user_properties.append(("difference", ("wrong result", found)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if _collected is not None:
        _collected.note(report)


class Collected:
    """The outcomes of a run, put together in the process that prints (also under xdist, where reports travel)."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def note(self, report: pytest.TestReport) -> None:
        properties: dict[str, Any] = {}
        for name, value in report.user_properties:
            properties[name] = value
        if "case" not in properties:
            return
        case = self.cases.setdefault(properties["case"]["id"], Case(**properties["case"]))
        if "exchanges" in properties:
            case.exchanges = properties["exchanges"]
        if "difference" in properties:
            case.outcome, case.detail = properties["difference"]
        if "gap" in properties and report.when == "call":
            case.gap = properties["gap"]
            if case.outcome == "not run":
                case.outcome, case.detail = "gap closed", str(report.longrepr)
        elif report.skipped and case.outcome == "not run":
            case.outcome, case.detail = "not applicable", reason_of(report)
        elif report.when == "call" and report.passed:
            case.outcome = "as AWS"

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Note the cases that did not come to their turn."""
        for item in items:
            case = dict(item.user_properties).get("case")
            if case is not None:
                self.cases.setdefault(case["id"], Case(**case))


_collected: Collected | None = None


def reason_of(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_sessionstart(session: pytest.Session) -> None:
    global _collected
    _collected = Collected()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was found, before anything is removed: that takes time, and somebody may not want to wait for it."""
    option = session.config.getoption
    if hasattr(session.config, "workerinput") or _collected is None:
        return
    _collected.expect(getattr(session, "items", ()))
    cases = list(_collected.cases.values())
    if option("--results") is not None:
        write_results(Path(option("--results")), session.config, cases)
    if option("--record"):
        target = option("--target-name") or option("--target")
        evidence.record(target, f"{datetime.now(UTC):%Y-%m-%d}", cases)


def write_results(path: Path, config: pytest.Config, cases: list[Case]) -> None:
    """Every case's outcome, as JSON: what the reports are made of."""
    document = {
        "target": config.getoption("--target-name") or config.getoption("--target"),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "tier": config.getoption("--tier"),
        "cases": [asdict(case) for case in sorted(cases, key=lambda case: case.id)],
    }
    path.write_text(json.dumps(document, indent=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _collected is None or not _collected.cases:
        return
    from .report import summary

    terminalreporter.section("conformance")
    for line in summary(list(_collected.cases.values())):
        terminalreporter.line(line)
