"""condemu in a container, for users of testcontainers-python (`pip install condemu[containers]`).

with CondemuContainer() as condemu:
    s3 = condemu.get_client("s3")
"""

from __future__ import annotations

from typing import Any, Final

from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import wait_for_logs

IMAGE: Final = "condemu/condemu:latest"
PORT: Final = 4566


class CondemuContainer(DockerContainer):
    """Method names are those of testcontainers' LocalStackContainer and MinioContainer, so that either can be replaced by it.

    `settings` become CONDEMU_* variables: CondemuContainer(auth="strict") sets CONDEMU_AUTH.
    """

    def __init__(self, image: str = IMAGE, port: int = PORT, region_name: str = "us-east-1", **settings: Any) -> None:
        super().__init__(image)
        self.port = port
        self.region_name = region_name
        self.with_exposed_ports(port)
        self.with_env("CONDEMU_REGION", region_name)
        for name, value in settings.items():
            self.with_env(f"CONDEMU_{name.upper()}", str(value))

    def start(self, timeout: float = 60) -> CondemuContainer:
        super().start()
        wait_for_logs(self, r"Ready\.\n", timeout=timeout)
        return self

    def get_url(self) -> str:
        """The endpoint, for AWS_ENDPOINT_URL or endpoint_url."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(self.port)}"

    def get_config(self) -> dict[str, str]:
        """What a client needs, by boto3's names."""
        return {
            "endpoint_url": self.get_url(),
            "region_name": self.region_name,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    def get_client(self, name: str = "s3", **options: Any) -> Any:
        """A boto3 client of one of the services: s3, dynamodb, sdb."""
        import boto3

        client: Any = boto3.client  # whose overloads want a literal
        return client(name, **{**self.get_config(), **options})
