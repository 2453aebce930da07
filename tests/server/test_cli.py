"""The command line, in processes of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from condemu import __version__
from tests.server.conftest import SOMEBODY

UPLOAD = (  # and the server says when it waits for the four bytes
    f"PUT /bucket/k HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 4\r\nauthorization: {SOMEBODY}\r\n\r\n"
).encode()


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONDEMU_")}
    return {**kept, **more}


def run(*arguments: str, cwd: object = None, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "condemu.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=1800, env=environment(**more), check=False, cwd=cwd)


@contextlib.contextmanager
def served(*arguments: str, cwd: object = None, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0", "--auth", "off", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**more), cwd=cwd)
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert process.stdout.readline() == "Ready.\n"
        yield process, url
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def ask(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1800)
    with contextlib.closing(connection):
        connection.request(method, path, body, {} if path.startswith("/_") else {"Authorization": SOMEBODY})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_version_is_printed():
    assert run("version").stdout == f"{__version__}\n"


def test_the_version_is_an_option_and_the_package_is_a_program():
    done = subprocess.run([sys.executable, "-m", "condemu", "--version"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == (f"{__version__}\n", 0)


def test_env_speaks_other_shells():
    assert "set -gx AWS_ENDPOINT_URL http://127.0.0.1:1;\n" in run("env", "--url", "http://127.0.0.1:1", "--shell", "fish").stdout
    assert '$Env:AWS_REGION = "us-east-1"\n' in run("env", "--shell", "powershell").stdout


def test_bash_completes_commands_and_flags_and_every_shell_knows_all_of_them(tmp_path):
    for shell in ("bash", "zsh", "fish"):
        text = run("completion", shell).stdout
        for word in ("serve", "certify", "completion", "request-timeout", "tls-names", "save", "token"):
            assert word in text
    if shutil.which("bash") is None:
        return
    (tmp_path / "completion").write_text(run("completion", "bash").stdout)
    for line, offered in (
        ("condemu ver", "version"),
        ("condemu serve --tls-n", "--tls-names"),
        ("condemu env --sh", "--shell"),
        ("condemu data sa", "save"),
        ("condemu races cl", "clock"),
        ("condemu races run --most", "--most-faults"),
    ):
        words = f"COMP_WORDS=({line}); COMP_CWORD={len(line.split()) - 1}"
        program = f"source {tmp_path}/completion; {words}; _condemu; echo ${{COMPREPLY[@]}}"
        assert subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False).stdout == f"{offered}\n"


def test_the_start_line_names_the_url_the_mode_and_where_the_state_is():
    command = [sys.executable, "-m", "condemu", "serve", "--port", "0", "--auth", "off"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        told = json.loads(process.stdout.readline())
        assert process.stdout.readline() == "Ready.\n"
        line = process.stderr.readline()
        assert told["url"] in line
        assert "auth is off; the state is in memory" in line
    finally:
        process.kill()
        process.communicate()


def test_serve_logs_when_it_is_asked_to():
    command = [sys.executable, "-m", "condemu", "serve", "--port", "0", "--auth", "off", "--log", "refusals"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        url = json.loads(process.stdout.readline())["url"]
        assert process.stdout.readline() == "Ready.\n"
        assert "the state is in memory" in process.stderr.readline()
        assert ask(url, "PUT", "/bucket")[0] == 200
        assert ask(url, "GET", "/bucket/key")[0] == 404
        assert process.stderr.readline().split()[1:6] == ["test", "s3", "GetObject", "bucket/key", "404"]
    finally:
        process.kill()
        process.communicate()


def test_env_prints_what_a_shell_can_evaluate():
    lines = run("env", "--url", "http://127.0.0.1:1").stdout.splitlines()
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:1" in lines
    assert run("env", CONDEMU_PORT="77").stdout.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:77\n")
    kubernetes = run("env", CONDEMU_PORT="tcp://10.96.0.11:4566")
    assert kubernetes.stdout.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n")


def test_serve_names_a_variable_that_is_almost_a_setting():
    command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0"]
    variables = environment() | {"CONDEMU_BUCKET": "locks"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "condemu: CONDEMU_BUCKET is no setting; did you mean CONDEMU_BUCKETS?\n"
    finally:
        process.kill()
        process.communicate()


def test_serve_says_where_it_is_and_health_agrees():
    with served("--buckets", "one,two") as (_, url):
        assert ask(url, "HEAD", "/two")[0] == 200
        healthy = run("health", "--url", url)
        assert healthy.returncode == 0
        assert json.loads(healthy.stdout)["status"] == "running"


def test_strict_makes_a_token_for_the_administration_and_prints_it():
    command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0", "--auth", "strict"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        url = json.loads(process.stdout.readline())["url"]
        assert process.stdout.readline() == "Ready.\n"
        token = re.search(r"X-Condemu-Token: (\S+)$", process.stderr.readline())[1]
        for given, status in ((token, 200), (token[1:], 401)):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1800)
            with contextlib.closing(connection):
                connection.request("POST", "/_condemu/reset", headers={"X-Condemu-Token": given})
                assert connection.getresponse().status == status
        assert run("health", "--url", url).returncode == 0
    finally:
        process.kill()
        process.communicate()


def test_health_fails_where_nothing_answers():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    unhealthy = run("health", "--url", f"http://127.0.0.1:{port}")
    assert unhealthy.returncode == 1
    assert "nothing answers" in unhealthy.stderr


def test_settings_come_from_the_environment_and_from_the_file(tmp_path):
    (tmp_path / "condemu.toml").write_text('region = "eu-west-1"\nbuckets = ["from-file"]\n')
    with served(cwd=tmp_path, CONDEMU_REGION="eu-west-3") as (_, url):
        config = json.loads(ask(url, "GET", "/_condemu/config")[1])
        assert (config["region"], config["buckets"]) == ("eu-west-3", ["from-file"])


def test_an_unusable_setting_ends_with_a_sentence_and_no_trace():
    for arguments in (("--auth", "never"), ("--port", "x"), ("--buckets", "BAD_NAME"), ("--config", "/nowhere.toml")):
        refused = run("serve", *(() if "--port" in arguments else ("--port", "0")), *arguments)
        assert refused.returncode == 2
        assert refused.stderr.startswith("condemu: ")
        assert "Traceback" not in refused.stderr


def test_a_bucket_that_cannot_be_is_told_in_a_sentence():
    refused = run("serve", "--port", "0", "--buckets", "A_B")
    assert refused.returncode == 2
    assert refused.stderr == "condemu: bucket 'A_B' cannot be created: The specified bucket is not valid.\n"


def test_a_settings_file_that_is_no_text_ends_with_a_sentence_and_no_trace(tmp_path):
    file = tmp_path / "binary.toml"
    file.write_bytes(b"\xff")
    refused = run("serve", "--port", "0", "--config", str(file))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"condemu: {file}: ")
    assert "Traceback" not in refused.stderr


def test_an_unknown_setting_is_looked_for_in_the_file_that_was_given(tmp_path):
    file = tmp_path / "other.toml"
    file.write_text("prot = 1\n")
    refused = run("serve", "--port", "0", "--config", str(file))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"condemu: {file} has prot; the settings are host, ")


def test_a_port_in_use_ends_with_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refused = run("serve", "--port", str(listener.getsockname()[1]))
    assert refused.returncode == 1
    assert "cannot listen on 127.0.0.1 port" in refused.stderr


def test_a_signal_lets_running_requests_finish_and_is_a_success():
    for number in (signal.SIGTERM, signal.SIGINT):
        with served("--buckets", "bucket", "--shutdown-timeout", "600") as (process, url):
            client = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1800)
            with contextlib.closing(client):
                client.sendall(UPLOAD)
                assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
                process.send_signal(number)
                client.sendall(b"body")
                assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
            assert process.wait(1800) == 0


def test_an_upload_whose_client_has_gone_silent_does_not_hold_the_server():
    with served("--buckets", "bucket", "--shutdown-timeout", "5") as (process, url):
        clients = [socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1800) for _ in range(2)]
        with contextlib.closing(clients[0]) as silent, contextlib.closing(clients[1]) as lively:
            for client in (silent, lively):
                client.sendall(UPLOAD)
                assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
            silent.sendall(b"bo")
            process.send_signal(signal.SIGTERM)
            lively.sendall(b"body")
            assert lively.recv(1000).startswith(b"HTTP/1.1 200 ")
            with contextlib.suppress(ConnectionResetError):
                assert silent.recv(1000) == b""
        assert process.wait(1800) == 0


def test_idle_memory_is_small():
    with served() as (process, url):
        assert ask(url, "GET", "/_condemu/health")[0] == 200
        with open(f"/proc/{process.pid}/status") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        assert resident < 60 * 1024


def test_serving_does_not_import_the_sdk():
    code = "import sys, condemu.server.serving; sys.exit(any(name.startswith('boto') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=1800).returncode == 0


def test_many_clients_at_once_are_all_answered():
    with served("--buckets", "bucket") as (_, url):
        statuses: list[int] = []

        def put(number: int) -> None:
            statuses.append(ask(url, "PUT", f"/bucket/{number}", b"x" * 1000)[0])

        threads = [threading.Thread(target=put, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 64


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:port", "http://127.0.0.1:99999", "http://[::1", "ftp://there"])
@pytest.mark.parametrize("words", [("health",), ("env",), ("data", "save", "x.zip"), ("races", "list")], ids=" ".join)
def test_a_url_that_is_none_is_one_sentence(words: tuple[str, ...], url: str) -> None:
    done = run(*words, "--url", url)
    assert (done.returncode, done.stdout) == (2 if words[0] == "races" else 1, "")
    assert done.stderr == f"condemu: --url is http://HOST:PORT, unlike {url!r}\n"
