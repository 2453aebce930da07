"""The referee blocks what would leave this machine, and knows of it: from this process, and from one that a test starts."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

import pytest
from referee import Left, is_here, left

LEAVES = "import contextlib, socket\nwith contextlib.suppress(Exception): socket.create_connection(('s3.amazonaws.com', 443), 1)"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "bucket.localhost", None, "0.0.0.0"])
def test_the_referee_lets_this_machine_pass(host):
    assert is_here(host)


@pytest.mark.parametrize("host", ["s3.amazonaws.com", "169.254.169.254", "10.0.0.1", "localhost.example"])
def test_the_referee_blocks(host):
    assert not is_here(host)
    with pytest.raises(Left):
        socket.create_connection((host, 443), timeout=1)
    assert left() == [f"socket.getaddrinfo {host}"]
    assert left() == []


def test_the_referee_blocks_datagrams():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(Left):
        datagrams.sendto(b"", ("10.0.0.1", 53))
    assert left() == ["socket.sendto 10.0.0.1"]


def test_what_is_swallowed_is_known():
    with contextlib.suppress(Left):
        socket.create_connection(("10.0.0.1", 443), timeout=1)
    assert left()


def test_a_process_that_a_test_starts_is_watched_too():
    subprocess.run([sys.executable, "-c", LEAVES], check=True)
    assert left() == ["socket.getaddrinfo s3.amazonaws.com"]
