"""The suite's core under ASGI servers that are not condemu's own: the answers are the same. CI runs the whole suite so, too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.servers import BESIDES


@pytest.mark.long
@pytest.mark.parametrize("server", BESIDES)
def test_the_core_rules_hold_under_any_asgi_server(server: str, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    words = ["--target", f"condemu:{server}", "--tier", "core", "--json", str(results)]
    command = [sys.executable, "-m", "conformance", "run", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    cases = json.loads(results.read_text())["cases"]
    assert {case["outcome"] for case in cases} == {"as AWS"}
    assert {case["service"] for case in cases} == {"s3", "dynamodb", "simpledb", "recipes", "races"}
