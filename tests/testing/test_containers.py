"""The Testcontainers class: what it asks of Docker, and what it says once a container runs. Docker itself is not needed."""

from __future__ import annotations

from typing import Any

import pytest

core = pytest.importorskip("testcontainers.core.container", reason="testcontainers is not installed")

from condemu.testing import Server  # noqa: E402
from condemu.testing.containers import CondemuContainer  # noqa: E402


class AtServer(CondemuContainer):
    """A container whose host and port are those of a server that runs here."""

    def __init__(self, server: Server, **settings: Any) -> None:
        super().__init__(**settings)
        self._host, self._port = server.url.removeprefix("http://").split(":")

    def get_container_host_ip(self) -> str:
        return self._host

    def get_exposed_port(self, port: int) -> int:
        assert port == 4566
        return int(self._port)


@pytest.fixture(autouse=True)
def _no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The class asks for Docker when it is made; here nobody answers, and nobody needs to."""
    monkeypatch.setattr(core, "DockerClient", lambda **_: None)


def test_settings_become_variables_and_the_port_is_exposed() -> None:
    container = CondemuContainer(region_name="eu-west-1", auth="strict")
    assert container.env == {"CONDEMU_REGION": "eu-west-1", "CONDEMU_AUTH": "strict"}
    assert list(container.ports) == ["4566"]


def test_url_config_and_client_reach_the_container(condemu_server: Server) -> None:
    container = AtServer(condemu_server)
    assert container.get_url() == condemu_server.url
    assert container.get_config()["endpoint_url"] == condemu_server.url
    s3 = container.get_client("s3")
    s3.create_bucket(Bucket="from-a-container")
    assert "from-a-container" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.delete_bucket(Bucket="from-a-container")
