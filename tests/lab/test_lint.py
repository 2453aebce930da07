"""`--condemu-lint` finds what a test's threads do to each other's writes, and accuses nobody else."""

from __future__ import annotations

import pytest

from tests.projects import run_file

BODY = """
import threading
from botocore.exceptions import ClientError

def in_a_thread(work):
    thread = threading.Thread(target=work, name="other")
    thread.start()
    thread.join()

def setup(s3):
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="n", Body=b"0")

def test_careless(s3_client):
    setup(s3_client)
    n = int(s3_client.get_object(Bucket="locks", Key="n")["Body"].read())
    in_a_thread(lambda: s3_client.put_object(Bucket="locks", Key="n", Body=b"7"))
    s3_client.put_object(Bucket="locks", Key="n", Body=b"%d" % (n + 1))
"""
CAREFUL = """
def test_careful(s3_client):
    setup(s3_client)
    found = s3_client.get_object(Bucket="locks", Key="n")
    in_a_thread(lambda: s3_client.put_object(Bucket="locks", Key="n", Body=b"7", IfMatch=found["ETag"]))
    try:
        s3_client.put_object(Bucket="locks", Key="n", Body=b"1", IfMatch=found["ETag"])
    except ClientError:
        pass
"""


@pytest.mark.parametrize(("words", "counts"), [((), {"passed": 1}), (("--condemu-lint=off",), {"passed": 1})])
def test_nothing_is_checked_unless_it_is_asked_for(tmp_path, words, counts):
    assert run_file(tmp_path, BODY, *words)[0] == counts


def test_a_lost_update_between_threads_fails_the_test(tmp_path):
    counts, output = run_file(tmp_path, BODY, "--condemu-lint=error")
    assert counts == {"passed": 1, "error": 1}, output
    assert "lost update: MainThread's PutObject locks/n" in output
    assert "without a condition replaced what other had written" in output


def test_it_may_be_a_warning_and_be_set_in_the_ini_file(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\ncondemu_lint = warn\n")
    counts, output = run_file(tmp_path, BODY)
    assert counts == {"passed": 1, "warning": 1}, output
    assert "lost update" in output


def test_who_compares_and_sets_is_not_accused(tmp_path):
    counts, output = run_file(tmp_path, BODY.partition("def test_careless")[0] + CAREFUL, "--condemu-lint=error")
    assert counts == {"passed": 1}, output


def test_a_level_that_is_none_is_told(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\ncondemu_lint = loud\n")
    counts, output = run_file(tmp_path, BODY)
    assert "passed" not in counts
    assert "condemu_lint is off or warn or error, not 'loud'" in output
