"""docs/credentials.md: its file can be used, its example says what it prints, its table is complete."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from condemu.auth.credentials import ENVIRONMENT, MEMBERS, read_credentials
from condemu.testing import mock_aws

PAGE = (Path(__file__).parent.parent / "docs" / "credentials.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_file_is_read_and_its_users_are_limited(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(block("toml"))
    output = io.StringIO()
    with mock_aws(credentials=str(file)) as condemu, contextlib.redirect_stdout(output):
        root = condemu.session().client("s3", aws_access_key_id="AKIAROOT000000000000", aws_secret_access_key="root-secret")
        root.create_bucket(Bucket="reports")
        exec(compile(block("python"), "docs/credentials.md", "exec"), {})
    assert output.getvalue().splitlines() == re.findall(r"print\(.*\)  # (.*)$", block("python"), re.MULTILINE)
    assert len(output.getvalue().splitlines()) == 2


def test_every_member_and_every_variable_is_on_the_page() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE)
    assert {name.strip("` ") for row in rows for name in row.split(",")} == MEMBERS
    assert len(read_credentials(block("toml"))) == 4
    assert [name for name in ENVIRONMENT if f"`{name}`" not in PAGE] == []
