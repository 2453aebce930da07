"""The AWS SDK for JavaScript. `npm ci` in tests/clients/js installs it, as .ci/run does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from client_settings import ACCESS_KEY, REGION, SECRET_KEY

FOLDER = Path(__file__).parent / "js"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(not (FOLDER / "node_modules").is_dir(), reason="`npm ci` was not run in tests/clients/js"),
]


def test_the_javascript_sdk_puts_with_conditions_uploads_in_parts_lists_and_deletes(endpoint: str, bucket: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }
    command = [str(NODE), str(FOLDER / "exercise.mjs"), endpoint, bucket]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "createdTwice": [412, "PreconditionFailed"],
        "stale": [412, "PreconditionFailed"],
        "content": "3",
        "notModified": 304,
        "completed": [412, "PreconditionFailed"],
        "conflict": [409, "ConditionalRequestConflict"],
        "unconditional": '-2"',
        "listed": [["key", 1], ["parts", 5242883]],
        "deletedStale": [412, "PreconditionFailed"],
        "left": 0,
    }
