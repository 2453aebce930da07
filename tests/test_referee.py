"""The referee blocks what would leave this machine."""

from __future__ import annotations

import socket

import pytest
from referee import Left, is_here


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "bucket.localhost", None, "0.0.0.0"])
def test_the_referee_lets_this_machine_pass(host):
    assert is_here(host)


@pytest.mark.parametrize("host", ["s3.amazonaws.com", "169.254.169.254", "10.0.0.1", "localhost.example"])
def test_the_referee_blocks(host):
    assert not is_here(host)
    with pytest.raises(Left):
        socket.create_connection((host, 443), timeout=1)
