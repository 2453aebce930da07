"""Where SimpleDB's exports go: into this emulator's own S3, by ordinary PutObject requests of the account that exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree

from condemu.auth.authentication import Authentication, trusted
from condemu.auth.post_policy import PostPolicy
from condemu.core.calls import EXPORT
from condemu.core.http import BytesBody, Request
from condemu.core.service import Service
from condemu.server.connection import Answering

# S3's code -> GetExport's failureCode
FAILURE_CODES: Final = {
    "NoSuchBucket": "S3NoSuchBucket",
    "AllAccessDisabled": "S3AllAccessDisabled",
    "AccountProblem": "S3AccountProblem",
    "NotSignedUp": "S3NotSignedUp",
    "KMS.NotFoundException": "KmsNotFoundException",
    "KMS.DisabledException": "KmsDisabledException",
    "KMS.KMSInvalidStateException": "KmsInvalidStateException",
}


class Trusted:
    """Believes that an account asks: the request was made here, on its behalf."""

    def __init__(self, account: str) -> None:
        self.account = account

    def verify_s3(self, request: Request, now: float, host_bucket: str = "") -> Authentication:
        return trusted(self.account)

    def verify_form(self, fields: Mapping[str, str], bucket: str, now: float) -> tuple[Authentication, PostPolicy | None]:
        return trusted(self.account), None


class S3Sink:
    """Puts an export's files. `s3_of` makes the service that believes an authenticator; the emulator answers with it."""

    def __init__(self, s3_of: Callable[[Trusted], Service], emulator: Answering) -> None:
        self._s3_of = s3_of
        self._emulator = emulator

    async def __call__(self, account: str, key: str, body: bytes, request: Mapping[str, str]) -> str | None:
        headers = {"host": "localhost", "content-length": str(len(body)), "content-type": "application/json"}
        if "s3BucketOwner" in request:
            headers["x-amz-expected-bucket-owner"] = request["s3BucketOwner"]
        if request.get("s3SseAlgorithm") == "AES256":
            headers["x-amz-server-side-encryption"] = "AES256"
        elif "s3SseAlgorithm" in request:
            headers["x-amz-server-side-encryption"] = "aws:kms"
            if "s3SseKmsKeyId" in request:
                headers["x-amz-server-side-encryption-aws-kms-key-id"] = request["s3SseKmsKeyId"]
        path = f"/{quote(request['s3Bucket'], safe='')}/{quote(key, safe='/')}"
        put = self._emulator.received("PUT", path, "", headers, BytesBody(body), cause=EXPORT)
        response = await self._emulator.answer(put, self._s3_of(Trusted(account)))
        if response.status == 200:
            return None
        text = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        code = ElementTree.fromstring(text).findtext("Code", "") if text else ""
        if code == "AccessDenied" and "s3BucketOwner" in request:
            return "S3InvalidBucketOwnerAWSAccountID"
        return FAILURE_CODES.get(code, "S3AccessDenied")
