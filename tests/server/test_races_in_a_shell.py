"""`condemu races`: its page is right, its statuses say the outcome, and what cannot be run is told in a sentence."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from condemu import cli
from condemu.shell import processes, races
from condemu.shell import run as running
from condemu.testing.server import Server
from tests import referee
from tests.server.races_client import Admin, client

PAGE = (Path(__file__).parents[2] / "docs" / "races-in-a-shell.md").read_text()
FILES = re.findall(r"^```sh\n# (\w+\.sh)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
# An actor in a line of Python: curl may not be there, and boto3 takes half a second to begin.
PROGRAM = """
import os, sys, urllib.request
def s3(method, key, body=None):
    authorization = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/s3/aws4_request"
    headers = {"Authorization": authorization + ", SignedHeaders=host, Signature=" + "0" * 64}
    request = urllib.request.Request(f"{os.environ['AWS_ENDPOINT_URL']}/{key}", body, headers, method=method)
    return urllib.request.urlopen(request).read()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(auth="off") as server:
        yield server


@pytest.fixture
def admin(server: Server, monkeypatch: pytest.MonkeyPatch) -> Admin:
    for name in list(os.environ):
        if name.startswith(("CONDEMU_", "AWS_")) and name != referee.FILE:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONDEMU_URL", server.url)
    admin = Admin(server.url)
    assert admin("POST", "reset")[0] == 200
    client(admin.url, "s3").create_bucket(Bucket="locks")
    client(admin.url, "s3").put_object(Bucket="locks", Key="n", Body=b"0")
    return admin


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", f"{PROGRAM}\n{code}"])


CARELESS = python("n = int(s3('GET', 'locks/n')); s3('PUT', 'locks/n', b'%d' % (n + 1))")
BLIND = python("s3('PUT', 'locks/n', b'2'); print('done')")
TWO = python("n = s3('GET', 'locks/n').decode(); n == '2' or sys.exit(f'the counter is at {n}')")


def race(*words: str) -> int:
    return cli.main(["races", "run", *words])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    return tmp_path


CURL = subprocess.run(["sh", "-c", "curl --help all | grep -q aws-sigv4"], check=False).returncode == 0


@pytest.mark.skipif(not CURL, reason="the scripts of the page need a curl that signs")
@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_every_command_on_the_page_prints_what_the_page_shows(project, command, output):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CONDEMU_"))}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(["sh", "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (output, "")
    assert done.returncode == (1 if output.startswith("FAILED") else 0)


def test_the_page_knows_every_flag_variable_and_word():
    assert len(FILES) >= 5
    assert len(COMMANDS) >= 3
    top = cli.parser()
    commands = next(action for action in top._actions if action.dest == "command")
    words = next(action for action in commands.choices["races"]._actions if action.dest == "word").choices
    assert set(words) == set(races.WORDS)
    assert [word for word in words if f"condemu races {word}" not in PAGE] == []
    flags = [flag for action in words["run"]._actions for flag in action.option_strings if flag not in ("-h", "--help")]
    assert [flag for flag in flags if flag not in PAGE] == []
    assert [name for name in re.findall(r"(?:AWS|CONDEMU)_\w+", processes.__doc__ or "") if f"`{name}`" not in PAGE] == []


def test_a_failing_order_is_drawn_and_the_state_is_what_it_was(admin, capsys, tmp_path):
    picture = tmp_path / "race.svg"
    assert race("--actor", f"a={CARELESS}", "--actor", f"b={CARELESS}", "--check", TWO, "--svg", str(picture)) == 1
    told = capsys.readouterr().out
    assert told.startswith("FAILED after 2 schedules: the counter is at 1\n")
    assert told.endswith("It takes 1 switch. Run it again: --schedule v1.a:1.b:2.a:1\n")
    assert picture.read_text().startswith("<svg")
    assert client(admin.url, "s3").get_object(Bucket="locks", Key="n")["Body"].read() == b"0"
    assert admin("GET", "races") == (200, {"races": []})
    assert admin("GET", "snapshots") == (200, {"snapshots": []})


def test_what_setup_makes_is_the_state_before_each_order_and_gone_afterwards(admin, capsys):
    setup = python("s3('PUT', 'jobs'); s3('PUT', 'jobs/n', b'1')")
    actor = python("s3('PUT', 'jobs/n', s3('GET', 'jobs/n') + b'1')")
    check = python("found = s3('GET', 'jobs/n'); found in (b'11', b'111') or sys.exit(repr(found))")
    assert race("--actor", f"a={actor}", "--actor", f"b={actor}", "--setup", setup, "--check", check) == 0
    assert "every order there is" in capsys.readouterr().out
    assert [bucket["Name"] for bucket in client(admin.url, "s3").list_buckets()["Buckets"]] == ["locks"]


def test_one_order_is_run_again_and_holds_or_fails(admin, capsys, monkeypatch):
    actors = ["--actor", f"a={CARELESS}", "--actor", f"b={CARELESS}", "--check", TWO]
    assert race(*actors, "--schedule", "v1.a:2.b:2") == 0
    assert capsys.readouterr().out == "v1.a:2.b:2 holds\n"
    monkeypatch.setenv("CONDEMU_SCHEDULE", "v1.a:1.b:2.a:1")
    assert race(*actors) == 1
    assert capsys.readouterr().out.startswith("FAILED after 1 schedule: the counter is at 1\n")


def test_orders_that_are_left_are_no_success(admin, capsys):
    assert race("--actor", f"a={CARELESS}", "--actor", f"b={CARELESS}", "--check", "true", "--schedules", "1") == 3
    assert capsys.readouterr().out == "1 schedule, those with the fewest deviations first; more are left\n"


def test_without_a_check_the_actors_statuses_decide_and_their_last_words_are_told(admin, capsys):
    bad = python("s3('PUT', 'locks/n', b'1'); sys.exit('no lock for me')")
    assert race("--actor", f"a={BLIND}", "--actor", f"b={bad}") == 1
    told = capsys.readouterr().out
    assert told.startswith("FAILED after 1 schedule: b has ended with 1: no lock for me\n")
    assert "\na said: done\nb has ended with 1: no lock for me\nIt takes no more than one actor after another." in told


def test_a_check_is_told_what_became_of_each_actor(admin, capsys):
    check = shlex.join([sys.executable, "-c", "import os; print(os.environ['CONDEMU_TOLD']); raise SystemExit(1)"])
    assert race("--actor", f"a={BLIND}", "--check", check, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    told = {"a": {"status": 0, "output": "done"}}
    assert document["failed"]["told"] == told
    assert json.loads(document["failed"]["why"]) == told


def test_faults_strike_and_the_one_that_never_did_is_named(admin, capsys):
    rule = json.dumps({"do": "lost", "operation": "PutObject", "key": "locks/other"})
    assert race("--actor", f"a={BLIND}", "--check", "true", "--faults", "throttle,internal_error", "--faults", rule) == 0
    assert capsys.readouterr().out == (
        "3 schedules: every order there is, with at most 1 fault in each. "
        "Never struck, and so not tried: lost (any service:PutObject), key locks/other\n"
    )


def test_an_actor_that_crashes_is_no_failure_and_the_check_is_told(admin, capsys):
    twice = python("s3('PUT', 'locks/n', b'1'); s3('PUT', 'locks/n', b'2')")
    assert race("--actor", f"a={twice}", "--faults", "crash,crash-after") == 0
    assert capsys.readouterr().out.startswith("5 schedules: every order there is, with at most 1 fault in each")
    check = python("'crashed' in os.environ['CONDEMU_TOLD'] and s3('GET', 'locks/n') == b'1' and sys.exit('half of it')")
    assert race("--actor", f"a={twice}", "--check", check, "--faults", "crash") == 1
    told = capsys.readouterr().out
    assert told.startswith("FAILED after 3 schedules: half of it\n")
    assert "never sent" in told


def test_an_actor_reads_the_clock_of_the_race_and_sleeps_by_it(admin, capsys):
    words = shlex.join([sys.executable, "-m", "condemu", "races"])
    actor = f"{words} clock && {words} sleep 31 && {words} clock"
    assert race("--actor", f"a={actor}", "--skew", "a=7", "--check", "false", "--json") == 1
    assert json.loads(capsys.readouterr().out)["failed"]["told"]["a"] == {"status": 0, "output": "1767225607\n1767225638"}


def test_an_actor_that_neither_sends_nor_ends_is_named_and_killed(admin, capsys, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.0)
    waits = shlex.join([sys.executable, "-c", "import time; time.sleep(3600)"])
    assert race("--actor", f"a={waits}", "--check", "true", "--patience", "0.2") == 1
    assert "a is thinking for 0.2 s since it began, and has sent no request" in capsys.readouterr().out


def test_what_an_actor_leaves_in_the_background_is_killed_and_does_not_hold_the_race(admin, capsys, monkeypatch):
    """The shell has ended then, and a process that it started holds what it writes to."""
    monkeypatch.setattr(running, "GRACE", 0.0)
    waits = shlex.join([sys.executable, "-c", "import time; time.sleep(3600)"])
    assert race("--actor", f"a={waits} & exit 0", "--check", "true", "--patience", "0.2") == 1
    assert "a is thinking for 0.2 s since it began" in capsys.readouterr().out


def test_a_check_is_told_as_much_as_a_variable_has_room_for(admin, capsys):
    """Of many actors that print much, the ends of what they printed."""
    talks = "python3 -c \"print('\U0001f600' * 5000 + 'END')\"".replace("python3", shlex.quote(sys.executable))
    actors = [word for name in "abcdefgh" for word in ("--actor", f"{name}={talks}")]
    each = "for told in json.loads(os.environ['CONDEMU_TOLD']).values(): assert told['output'].endswith('END')"
    check = python(f"import json\n{each}")
    assert race(*actors, "--check", check, "--schedules", "1") in (0, 3), capsys.readouterr()


def test_what_printed_nothing_that_fits_is_still_told_by_its_status():
    told = {f"a{number}": processes.Ended(1, "\U0001f600" * 4000, "") for number in range(3000)}
    documents = json.loads(processes.told_as_json(told))
    assert {tuple(document.items()) for document in documents.values()} == {(("status", 1), ("output", ""))}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "a race has actors: --actor NAME=COMMAND, once for each"),
        (["--actor", "work.sh"], "--actor is NAME=COMMAND, unlike 'work.sh'"),
        (["--actor", "a=true", "--actor", "a=true"], "--actor names 'a' twice"),
        (["--actor", "a b=true"], "an actor's name is a letter or _"),
        (["--actor", "a=no-such-command-here"], "actor a cannot be run: "),
        (["--actor", "a=true", "--check", "no-such-command-here"], "--check cannot be run: "),
        (["--actor", "a=true", "--setup", "echo no >&2; exit 3"], "--setup has ended with 3: no"),
        (["--actor", "a=true", "--faults", "trottle"], "did you mean 'throttle'?"),
        (["--actor", "a=true", "--faults", "{lost}"], "a rule of --faults is JSON, '{lost}' is none"),
        (["--actor", "a=true", "--time-passes", "soon"], "--time-passes takes numbers of seconds, unlike 'soon'"),
        (["--actor", "a=true", "--skew", "b=1"], "there is no actor 'b' to skew; there are a"),
        (["--actor", "a=true", "--schedule", "b2"], "'b2' is no schedule of this version of condemu"),
        (["--actor", "a=true", "--schedule", "v1.a:3"], "the schedule does not fit this program: "),
        (["--actor", "a=false", "--svg", "/nowhere/race.svg"], "/nowhere/race.svg: No such file"),
        (["--actor", "a=true", "--url", "ftp://there"], "--url is http://HOST:PORT, unlike 'ftp://there'"),
        (["--actor", "a=true", "--url", "http://127.0.0.1:1", "--serve"], "--serve is an emulator of its own"),
        (["--actor", "a=true", "--check", "x" * 200_000], "cannot be run: [Errno 7]"),
        (["--actor", "a=true", "--token", "\u20ac"], "the URL or the token cannot be sent"),
        (["--actor", "a=true", "--url", "http://127.0.0.1:1"], "nothing answers at http://127.0.0.1:1"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_sentence(admin, capsys, words, why):
    assert race(*words) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert told.err.startswith("condemu: ")
    assert admin("GET", "races")[1] == {"races": []}
    assert admin("GET", "snapshots")[1] == {"snapshots": []}


def test_races_of_other_programs_are_listed_reported_and_ended(admin, capsys, monkeypatch):
    name = admin("POST", "races", {"actors": ["a", "b"]})[1]["race"]
    assert cli.main(["races", "list"]) == 0
    assert capsys.readouterr().out == (
        f"{name}  account 000000000000  a, b  idle: 0 schedules, those with the fewest deviations first; more are left\n"
    )
    assert cli.main(["races", "report", name]) == 0
    assert capsys.readouterr().out.startswith("0 schedules")
    assert cli.main(["races", "end", name]) == 0
    assert cli.main(["races", "end", name]) == 2
    assert f"there is no race '{name}'" in capsys.readouterr().err
    assert cli.main(["races", "report", "a b/\u20ac"]) == 2
    assert capsys.readouterr().err.startswith("condemu: ")
    assert cli.main(["races", "clock"]) == 2
    assert "CONDEMU_RACE is not set" in capsys.readouterr().err
    monkeypatch.setenv("CONDEMU_RACE", name)
    assert cli.main(["races", "sleep", "5"]) == 2
    assert "only an actor of a race sleeps in it" in capsys.readouterr().err


def test_under_strict_the_caller_is_known_and_the_token_is_asked_for(tmp_path, capsys, monkeypatch):
    """Actors are lent keys; who sets up and checks has the caller's own."""
    credentials = tmp_path / "credentials.toml"
    credentials.write_text('[[credential]]\naccess_key = "AKIAANN"\nsecret = "s"\naccount = "000000000000"\n')
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAANN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    told = shlex.join([sys.executable, "-c", "import os; print(os.environ['AWS_ACCESS_KEY_ID'])"])
    with Server(auth="strict", credentials=str(credentials), admin_token="secret") as server:
        words = ["--url", server.url, "--actor", f"a={told}", "--check", f"{told}; false"]
        assert race(*words) == 2
        assert "asks for its token" in capsys.readouterr().err
        assert race(*words, "--token", "secret", "--json") == 1
    failed = json.loads(capsys.readouterr().out)["failed"]
    assert (failed["told"]["a"]["output"], failed["why"]) == ("r1-a", "AKIAANN")
