"""Scripts that run before the emulator is ready, on servers in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from condemu.server.init_hooks import DIRECTORIES, command_of, environment_of, pointing_at, scripts_in
from tests.server.test_cli import ask, environment, run, served

posix = pytest.mark.skipif(os.name != "posix", reason="the scripts are for a POSIX shell")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the signal is one of Linux")
MAKES_A_BUCKET = """
import os
import boto3

region = os.environ["AWS_REGION"]
boto3.client("s3").create_bucket(Bucket=f"by-python-{region}", CreateBucketConfiguration={"LocationConstraint": region})
print("a line on stdout")
"""
Started = subprocess.Popen[str]


@pytest.fixture
def scripts(tmp_path: Path) -> Callable[..., Path]:
    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / "ready.d" / name.replace("__", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return tmp_path / "ready.d"

    return write


def started(directory: Path, *arguments: str, **more: str) -> Started:
    given = ["--port", "0", "--auth", "off", "--init-dir", str(directory), *arguments]
    command = [sys.executable, "-m", "condemu.cli", "serve", *given]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**more))


@posix
def test_scripts_run_in_the_order_of_their_names_and_what_they_made_is_there_when_it_is_ready(
    scripts: Callable[..., Path], tmp_path: Path
) -> None:
    """Their output goes to stderr: stdout begins with the line of JSON, as `served` knows it."""
    seen = tmp_path / "seen"
    directory = scripts(
        b__sh=f'echo "b $AWS_ACCESS_KEY_ID" >> {seen}', a__sh=f"echo a >> {seen}", c__py=MAKES_A_BUCKET, d__txt="no script"
    )
    with served("--init-dir", str(directory), "--region", "eu-west-1", AWS_ACCESS_KEY_ID="AKIAREAL") as (_, url):
        assert ask(url, "HEAD", "/by-python-eu-west-1")[0] == 200
        assert seen.read_text() == "a\nb test\n"
        states = [{"stage": "READY", "name": f"{name}", "state": "SUCCESSFUL"} for name in ("a.sh", "b.sh", "c.py")]
        completed = {"BOOT": True, "START": True, "READY": True, "SHUTDOWN": False}
        assert json.loads(ask(url, "GET", "/_localstack/init")[1]) == {"completed": completed, "scripts": states}
        assert json.loads(ask(url, "GET", "/_localstack/init/ready")[1]) == {"completed": True, "scripts": states}
        assert json.loads(ask(url, "GET", "/_localstack/init/boot")[1]) == {"completed": True, "scripts": []}
        assert json.loads(ask(url, "GET", "/_condemu/ready")[1])["status"] == "ready"
        assert run("health", "--ready", "--url", url).returncode == 0


@posix
def test_until_the_scripts_have_run_it_answers_and_is_not_ready(scripts: Callable[..., Path], tmp_path: Path) -> None:
    told, go_on = tmp_path / "told", tmp_path / "go-on"
    for pipe in (told, go_on):
        os.mkfifo(pipe)
    process = started(scripts(a__sh=f"echo $AWS_ENDPOINT_URL > {told}; read line < {go_on}", b__sh="true"))
    try:
        url = told.read_text().strip()
        status, body = ask(url, "GET", "/_condemu/ready")
        assert (status, json.loads(body)["status"]) == (503, "starting")
        assert [script["state"] for script in json.loads(body)["scripts"]] == ["RUNNING", "UNKNOWN"]
        status, body = ask(url, "GET", "/_localstack/init/ready")
        assert (status, json.loads(body)["completed"]) == (200, False)
        assert ask(url, "PUT", "/bucket")[0] == 200
        assert run("health", "--ready", "--url", url).returncode == 1
        assert run("health", "--url", url).returncode == 0
        go_on.write_text("go on\n")
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"] == url
        assert process.stdout.readline() == "Ready.\n"
        assert ask(url, "GET", "/_condemu/ready")[0] == 200
    finally:
        process.terminate()
        process.communicate()


@posix
def test_a_script_that_fails_ends_it_with_1_its_output_and_a_sentence(scripts: Callable[..., Path], tmp_path: Path) -> None:
    directory = scripts(a__sh="echo about to fail; echo details >&2; exit 3", b__sh=f"touch {tmp_path}/never")
    process = started(directory)
    out, err = process.communicate(timeout=1800)
    assert (process.returncode, out) == (1, "")
    assert err.splitlines() == [
        "about to fail", "details", f"condemu: {directory}/a.sh ended with exit code 3, so condemu is not ready and ends",
    ]  # fmt: skip
    assert not (tmp_path / "never").exists()


@posix
@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("#!/no/such/interpreter\n", "cannot be run: No such file or directory"),
        ("#!/bin/sh\0\n", "cannot be run: embedded null byte"),
        ("kill -KILL $$", "was ended by SIGKILL"),
        pytest.param("kill -40 $$", "was ended by signal 40", marks=linux),
    ],
    ids=["its interpreter is not there", "its interpreter is no name", "it is killed", "by a signal without a name"],
)
def test_a_script_that_cannot_be_run_or_is_killed_has_failed(scripts: Callable[..., Path], text: str, how: str) -> None:
    process = started(scripts(a__sh=text))
    _, err = process.communicate(timeout=1800)
    assert (process.returncode, f"a.sh {how}, so condemu" in err) == (1, True)


@posix
def test_a_server_that_is_told_to_stop_ends_the_script_that_runs(scripts: Callable[..., Path], tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    process = started(scripts(a__sh=f"echo $$ > {told}; sleep 1000 & wait"))
    script = int(told.read_text())
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=1800)  # it ends: nothing that the script started holds its stderr
    assert (process.returncode, out, err) == (0, "", "")
    with pytest.raises(ProcessLookupError):
        os.kill(script, 0)


def test_where_scripts_are_looked_for_and_in_which_order(tmp_path: Path) -> None:
    assert DIRECTORIES == ("/etc/condemu/init/ready.d", "/etc/localstack/init/ready.d")
    for name in ("one/b.sh", "one/a/z.py", "two/a.sh", "two/a.sh.txt", "two/c.sh/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = scripts_in((str(tmp_path / "one"), str(tmp_path / "none"), str(tmp_path / "two")))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["one/a/z.py", "one/b.sh", "two/a.sh"]


def test_a_script_runs_as_its_first_line_says(tmp_path: Path) -> None:
    lines = {"": ["sh"], "#!\n": ["sh"], "#!/usr/bin/env bash\n": ["/usr/bin/env", "bash"], "#! /bin/sh -e\n": ["/bin/sh", "-e"]}
    for text, command in lines.items():
        script = tmp_path / "a.sh"
        script.write_text(text)
        assert command_of(script) == [*command, str(script)]
    assert command_of(tmp_path / "a.py") == [sys.executable, str(tmp_path / "a.py")]


@pytest.mark.parametrize(
    ("listening", "here"),
    [
        ("http://0.0.0.0:4566", "http://127.0.0.1:4566"), ("http://[::]:4566", "http://[::1]:4566"),
        ("http://[::1]:4566", "http://[::1]:4566"), ("http://192.0.2.1:80", "http://192.0.2.1:80"),
    ],
)  # fmt: skip
def test_a_script_finds_the_emulator_whatever_address_it_listens_on(listening: str, here: str) -> None:
    assert pointing_at(listening) == {"AWS_ENDPOINT_URL": here, "CONDEMU_URL": here}


def test_a_script_has_nobodys_real_credentials_and_the_key_and_token_of_the_emulator() -> None:
    real = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SESSION_TOKEN": "t", "AWS_PROFILE": "p", "AWS_ENDPOINT_URL": "u", "X": "x"}
    region = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}
    key = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    assert environment_of(real, "eu-west-1", "") == {"X": "x", **region, **key}
    own = {"CONDEMU_ACCESS_KEY_ID": "own", "CONDEMU_SECRET_ACCESS_KEY": "secret"}
    given = environment_of(own, "eu-west-1", "token")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CONDEMU_ADMIN_TOKEN")
    assert [given[name] for name in names] == ["own", "secret", "token"]


def test_a_directory_of_scripts_that_is_not_there_is_said() -> None:
    done = run("serve", "--init-dir", "/no/such/directory")
    assert (done.returncode, done.stderr) == (2, "condemu: init_dir is '/no/such/directory'; there is no such directory\n")
