"""A symbolic link in a seed is what it leads to, as `aws s3 sync` takes it; one that leads nowhere or back is refused by name.

Source: the AWS CLI's documentation of `aws s3 sync`, --follow-symlinks, which is the default. The CLI warns of a link that leads
nowhere and goes on; a seed is applied as a whole or not at all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.store import MemoryStore
from condemu.server.app import build
from condemu.server.config import Config
from condemu.server.state_files import SeedRefused
from condemu.testing import mock_aws
from tests.server.test_cli import run
from tests.server.test_seeds import TABLE


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    root = tmp_path / "seed"
    (root / "s3" / "data").mkdir(parents=True)
    (root / "s3" / "data" / "file").write_text("file")
    return root


def link(path: Path, target: Path | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def objects(seed: Path, bucket: str = "data") -> dict[str, bytes]:
    with mock_aws(seed=str(seed)):
        s3 = boto3.client("s3")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def refusal(seed: Path) -> str:
    """Why a seed is not applied. Nothing of it is."""
    store = MemoryStore(ManualClock(), CountingIds())
    with pytest.raises(SeedRefused) as caught:
        build(Config(seed=str(seed)), store=store)
    assert store.index == 0
    return str(caught.value)


def test_a_link_to_a_file_is_the_file(seed: Path) -> None:
    link(seed / "s3" / "data" / "linked.txt", "file")
    assert objects(seed) == {"file": b"file", "linked.txt": b"file"}


def test_a_link_to_a_folder_is_the_folder_with_what_is_below_it(seed: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a").write_text("a")
    (outside / "b").write_text("b")
    link(seed / "s3" / "data" / "one", outside)
    link(seed / "s3" / "data" / "two" / "three", outside)
    expected = {"file": b"file", "one/b": b"b", "one/deep/a": b"a", "two/three/b": b"b", "two/three/deep/a": b"a"}
    assert objects(seed) == expected


def test_a_bucket_and_a_kind_may_be_links(seed: Path, tmp_path: Path) -> None:
    link(seed / "s3" / "other", seed / "s3" / "data")
    link(tmp_path / "second" / "s3", seed / "s3")
    assert objects(tmp_path / "second", "other") == {"file": b"file"}


@pytest.mark.parametrize("name", ["s3/data/sub/gone", "s3/data/.gone", "s3/gone", "s3/gone.json", "dynamodb", "simpledb"])
def test_a_link_that_leads_nowhere_is_refused(seed: Path, name: str) -> None:
    link(seed / name, "/nowhere/at/all")
    assert refusal(seed) == f"{seed / name}: it is a symbolic link that leads nowhere, to /nowhere/at/all"


@pytest.mark.parametrize("name", ["dynamodb/tbl.items.json", "dynamodb/tbl.items.jsonl", "simpledb/d.json"])
def test_a_document_that_is_a_link_and_leads_nowhere_is_refused(seed: Path, name: str) -> None:
    """The items of a table were missed without a word."""
    for folder in ("dynamodb", "simpledb"):
        (seed / folder).mkdir()
    (seed / "dynamodb" / "tbl.json").write_text(json.dumps(TABLE))
    link(seed / name, "../moved.json")
    assert refusal(seed) == f"{seed / name}: it is a symbolic link that leads nowhere, to ../moved.json"


def test_a_link_to_itself_is_refused(seed: Path) -> None:
    link(seed / "s3" / "data" / "self", "self")
    assert refusal(seed) == f"{seed / 's3/data/self'}: it is a symbolic link that leads nowhere, to self"


@pytest.mark.parametrize("target", [".", "..", "../..", "../../../.."])
def test_a_link_back_to_a_folder_that_it_is_in_is_refused(seed: Path, target: str) -> None:
    link(seed / "s3" / "data" / "a" / "b" / "back", target)
    told = refusal(seed)
    assert told.startswith(f"{seed / 's3/data/a/b/back'}")
    assert told.endswith(": a symbolic link leads back to a folder that it is in")


def test_two_links_to_each_other_are_refused(seed: Path, tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        link(tmp_path / name / "on", tmp_path / other)
    link(seed / "s3" / "data" / "first", tmp_path / "one")
    assert refusal(seed) == f"{seed / 's3/data/first/on/on'}: a symbolic link leads back to a folder that it is in"


def test_a_hidden_link_of_an_editor_beside_the_documents_is_left_alone(seed: Path) -> None:
    """Emacs marks a file that is being changed by a link to who changes it."""
    link(seed / "s3" / ".#notes", "ann@host.1234")
    link(seed / ".#README", "ann@host.1234")
    assert objects(seed) == {"file": b"file"}


def test_the_command_ends_with_one_sentence(seed: Path) -> None:
    link(seed / "s3" / "data" / "gone", "/nowhere")
    done: Any = run("serve", "--port", "0", "--seed", str(seed))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"condemu: {seed / 's3/data/gone'}: ")
