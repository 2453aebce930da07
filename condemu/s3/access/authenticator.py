"""What S3 asks of whoever verifies its signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from condemu.auth.authentication import Authentication
from condemu.auth.post_policy import PostPolicy
from condemu.core.http import Request


class Authenticator(Protocol):
    def verify_s3(self, request: Request, now: float, host_bucket: str = "") -> Authentication:
        """Who sent the request. `host_bucket` is the bucket that the host names. Raises AuthFailure."""
        ...

    def verify_form(self, fields: Mapping[str, str], bucket: str, now: float) -> tuple[Authentication, PostPolicy | None]:
        """Who posts a form, and the policy that it must keep to. Raises AuthFailure."""
        ...
