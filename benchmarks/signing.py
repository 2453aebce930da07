"""Requests as bytes, signed with SigV4 before the clock starts."""

from __future__ import annotations

import hmac
from functools import cached_property
from hashlib import sha256
from time import gmtime, strftime
from urllib.parse import quote

ACCESS_KEY, SECRET_KEY = "AKIABENCHMARKBENCHMA", "benchmark/secret/key"
REGION = "us-east-1"
UNSIGNED = "UNSIGNED-PAYLOAD"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


class Signer:
    """Signs for one host and one moment. AWS, and so condemu, accepts it for a quarter of an hour."""

    def __init__(self, host: str, service: str = "s3") -> None:
        self.host = host
        self.stamp = strftime("%Y%m%dT%H%M%SZ", gmtime())
        self.scope = f"{self.stamp[:8]}/{REGION}/{service}/aws4_request"
        key = b"AWS4" + SECRET_KEY.encode()
        for part in self.scope.split("/"):
            key = _hmac(key, part)
        self.key = key

    @cached_property
    def dynamodb(self) -> Signer:
        """For the same host and DynamoDB."""
        return Signer(self.host, "dynamodb")

    def request(
        self,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        payload: str = "",
    ) -> bytes:
        """The whole request. `payload` is the declared hash of the body; it is computed when it is not given."""
        sent = {
            "host": self.host,
            "x-amz-content-sha256": payload or sha256(body).hexdigest(),
            "x-amz-date": self.stamp,
            **(headers or {}),
        }
        names = sorted(sent)
        canonical = "".join(f"{name}:{sent[name]}\n" for name in names)
        signed = ";".join(names)
        pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
        given = "&".join(f"{name}={value}" for name, value in pairs)
        target = quote(path, safe="/~")
        text = f"{method}\n{target}\n{given}\n{canonical}\n{signed}\n{sent['x-amz-content-sha256']}"
        to_sign = f"AWS4-HMAC-SHA256\n{self.stamp}\n{self.scope}\n{sha256(text.encode()).hexdigest()}"
        signature = hmac.new(self.key, to_sign.encode(), sha256).hexdigest()
        sent["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{self.scope}, SignedHeaders={signed}, Signature={signature}"
        )
        if body or method in ("PUT", "POST"):
            sent["content-length"] = str(len(body))
        head = (
            f"{method} {target}{'?' if query else ''}{query} HTTP/1.1\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in sent.items())
            + "\r\n"
        )
        return head.encode() + body
