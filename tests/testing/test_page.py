"""docs/testing.md is right: each block of Python is a test file that passes, here and against a server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from condemu.testing.server import Server
from tests.projects import run, run_file

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

AS_THE_PAGE_SAYS = {"AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"test_block_{number}.py").write_text(block)
    return tmp_path


def test_the_examples_pass(project):
    counts, output = run(project, environment=AS_THE_PAGE_SAYS)
    assert counts == {"passed": 7}, output


def test_the_examples_pass_against_a_server_and_in_parallel(project):
    with Server(bucket_names="per-account") as server:
        counts, output = run(project, "--condemu-url", server.url, "-n", "2", environment=AS_THE_PAGE_SAYS)
    assert counts == {"passed": 4, "skipped": 3}, output


MISTAKES = {
    'auht="strict"': "condemu has no setting 'auht'; did you mean 'auth'?",
    'auth="lenientt"': "auth is 'lenientt'; it can be off, lenient, strict",
    '"strict"': "takes settings by name, not 'strict'",
}


def test_a_mistake_in_the_marker_is_told_in_a_sentence(tmp_path):
    tests = [f"@pytest.mark.condemu({marker})\ndef test_{n}(s3_client):\n    pass\n" for n, marker in enumerate(MISTAKES)]
    counts, output = run_file(tmp_path, "import pytest\n\n" + "\n".join(tests))
    assert counts == {"errors": 3}, output
    assert [said for said in MISTAKES.values() if said not in output] == [], output
