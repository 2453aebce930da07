"""The suite on condemu, in process: every rule holds; what the run calls, creates, removes and costs is what is announced."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance import evidence, prospect, resources
from conformance.permissions import ACTIONS
from conformance.resources import BOUNDS, PREFIX, Resources, sweep
from conformance.targeting import Target, detach, start

# Runs in a process of its own: the suite's plugin, then what is left, as JSON on the last line.
PROGRAM = """
import json, os, sys
from pathlib import Path
from urllib.parse import parse_qsl
import pytest
from conformance import plugin, raw, resources, targeting
from conformance.cli import HERE

class Kept:
    left, created, called = None, {}, {}

    def note(self, model, **_):
        self.called[model.name] = self.called.get(model.name, 0) + 1

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        outcome = yield
        if fixturedef.argname == "target":
            self.target = outcome.get_result()
            self.target.listeners.append(lambda client: client.meta.events.register("after-call", self.note))

    @pytest.hookimpl(trylast=True)
    def pytest_fixture_post_finalizer(self, fixturedef, request):
        if fixturedef.argname == "exchanges" and self.left is None:
            look, called = self.target.client, dict(self.called)
            self.left = [entry["Name"] for entry in look("s3").list_buckets()["Buckets"]]
            self.left += look("dynamodb").list_tables()["TableNames"] + look("simpledb").list_domains().get("DomainNames", [])
            self.called = called  # looking does not count

true_name = resources.Resources.name
names = []
def name(self, kind):
    names.append((kind, true_name(self, kind)))
    return names[-1][1]
resources.Resources.name = name
true_call = raw.Raw.__call__
def call(self, method, path, headers=None, *rest, **options):
    operation = dict(headers or {}).get("X-Amz-Target", "").partition(".")[2]
    if options.get("service") == "simpledb":
        operation = dict(parse_qsl(options["body"].decode()))["Action"]
    if operation and operation != "Frobnicate":  # the raw lane has no events
        Kept.called[operation] = Kept.called.get(operation, 0) + 1
    return true_call(self, method, path, headers, *rest, **options)
raw.Raw.__call__ = call
targeting.Target.outlives_the_run = True  # so that it is looked at what stays
kept = Kept()
words = [str(HERE), "-q", "-p", "no:cacheprovider", "-p", "conformance.plugin", "--rootdir", str(HERE), "-c", os.devnull,
         "--noconftest", "--import-mode=importlib", "--tier", sys.argv[1], "--results", sys.argv[2]]
status = pytest.main(words, plugins=[kept])
print("\\n" + json.dumps({"status": int(status), "left": kept.left, "called": kept.called, "names": names}))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run of the whole suite, and what was seen of it."""
    results = tmp_path_factory.mktemp("suite") / "results.json"
    words = [sys.executable, "-c", PROGRAM, "exact", str(results)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1800, cwd=Path(__file__).parents[2])
    assert done.stdout, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    seen["text"] = done.stdout[-4000:]
    seen["cases"] = json.loads(results.read_text())["cases"]
    return seen


def test_every_rule_holds_in_process(run: dict[str, Any]) -> None:
    assert run["status"] == 0, run["text"]
    assert {case["outcome"] for case in run["cases"]} == {"as AWS"}
    assert len(run["cases"]) > 1000


def test_every_operation_that_is_called_has_its_permissions_and_no_other_is_asked_for(run: dict[str, Any]) -> None:
    assert set(run["called"]) == set(ACTIONS)


def test_all_that_is_created_carries_the_prefix_stays_in_bounds_and_is_removed(run: dict[str, Any]) -> None:
    assert all(name.startswith(PREFIX) for _, name in run["names"])
    counts = Counter(kind for kind, _ in run["names"])
    assert all(0 < counts[kind] <= bound for kind, bound in BOUNDS.items())
    assert run["left"] == []


def test_a_run_costs_no_more_than_announced(run: dict[str, Any]) -> None:
    calls = [operation for operation, count in run["called"].items() for _ in range(count)]
    assert 2 * len(calls) < prospect.REQUESTS  # in process nobody waits for a table; on AWS some questions are asked again
    assert 2 * prospect.cost_of(calls) < prospect.cost_bound() < 1.0


def test_no_evidence_is_kept_of_a_case_that_is_gone(run: dict[str, Any]) -> None:
    assert evidence.orphans({case["id"] for case in run["cases"]}) == []


@pytest.fixture
def target() -> Any:
    started = start("inprocess")
    yield started
    detach(started)


def test_the_sweeper_takes_what_a_killed_run_has_left_and_nothing_else(target: Target) -> None:
    kept = Resources(target.client, run="202001010000-abcdef")
    bucket, table, domain = kept.bucket(Versioning=True), kept.table(), kept.domain()
    young = Resources(target.client).bucket()
    s3 = target.client("s3")
    s3.create_bucket(Bucket="somebody-elses")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="k")
    s3.create_multipart_upload(Bucket=bucket, Key="k")
    assert sorted(sweep(target.client)) == sorted([bucket, table, domain])
    assert [entry["Name"] for entry in s3.list_buckets()["Buckets"]] == sorted([young, "somebody-elses"])
    assert sweep(target.client) == []


def test_a_version_that_nobody_may_delete_is_waited_for(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    s3, waited = target.client("s3"), list[float]()
    later = time.time() + 600  # signatures hold for a quarter of an hour

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            monkeypatch.setattr(target.emulator.clock, "now", lambda: later)

    monkeypatch.setattr(resources, "time", SimpleNamespace(sleep=sleep))
    until = datetime.fromtimestamp(later - 60, UTC)
    for patient, left in ((False, 1), (True, 1)):  # the first one stays
        kept = Resources(target.client, patient=patient)
        bucket = kept.bucket(ObjectLockEnabledForBucket=True)
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
        kept.remove_all()
        assert len(s3.list_buckets()["Buckets"]) == left
    assert len(waited) == 3


def test_the_policy_speaks_of_our_names_alone_but_for_reads_of_the_account() -> None:
    *statements, lists = prospect.policy("eu-west-1")["Statement"]
    assert all(PREFIX in name for statement in statements for name in statement["Resource"])
    assert all(action.partition(":")[2].startswith(("List", "Describe")) for action in lists["Action"])
    assert not any("*" in action for statement in (*statements, lists) for action in statement["Action"])
