"""The AWS SDK for JavaScript and dynamodb-toolbox. `npm ci` in tests/clients/js installs them, as .ci/run does."""

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
    pytest.mark.skipif(
        not (FOLDER / "node_modules" / "dynamodb-toolbox").is_dir(), reason="`npm ci` was not run in tests/clients/js"
    ),
]


def test_the_javascript_sdk_and_dynamodb_toolbox_write_under_conditions(endpoint: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }
    command = [str(NODE), str(FOLDER / "dynamodb.mjs"), endpoint, "javascript"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "twice": ["ConditionalCheckFailedException", {"pk": {"S": "a"}, "sk": {"S": "1"}, "v": {"N": "1"}}],
        "bumped": 2,
        "stale": ["ConditionalCheckFailedException", None],
        "cancelled": ["TransactionCanceledException", ["None", "ConditionalCheckFailed"]],
        "nothing": None,
        "pages": [3, 3, 1],
        "toolboxTwice": "ConditionalCheckFailedException",
        "level": 5,
        "toolboxCancelled": ["TransactionCanceledException", ["None", "ConditionalCheckFailed"]],
        "found": 1,
        "left": 0,
    }
