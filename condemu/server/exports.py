"""Where exports go and imports come from: this emulator's own S3, by ordinary requests of the account that asked for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, cast
from urllib.parse import quote, unquote_plus
from xml.etree import ElementTree

from condemu.auth.authentication import Authentication, trusted
from condemu.auth.post_policy import PostPolicy
from condemu.core.calls import EXPORT, Call, Decide, Due, Plan, Step
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import BytesBody, Request, Response
from condemu.core.store import Txn
from condemu.s3.errors.general import ACCESS_DENIED
from condemu.s3.service import S3
from condemu.server.connection import Answering

NAMESPACE: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"
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
    """Puts an export's files, and reads an import's.

    `s3_of` makes the service that believes an authenticator; the emulator answers with it.
    """

    def __init__(self, s3_of: Callable[[Trusted], S3], emulator: Answering) -> None:
        self._s3_of = s3_of
        self._emulator = emulator

    async def __call__(
        self, account: str, key: str, body: bytes, request: Mapping[str, str], goes_on: Callable[[Txn], bool]
    ) -> str | None:
        headers = {"host": "localhost", "content-length": str(len(body)), "content-type": "application/json"}
        if "s3BucketOwner" in request:
            headers["x-amz-expected-bucket-owner"] = request["s3BucketOwner"]
        if request.get("s3SseAlgorithm") == "AES256":
            headers["x-amz-server-side-encryption"] = "AES256"
        elif "s3SseAlgorithm" in request:
            headers["x-amz-server-side-encryption"] = "aws:kms"
            if "s3SseKmsKeyId" in request:
                headers["x-amz-server-side-encryption-aws-kms-key-id"] = request["s3SseKmsKeyId"]
        response = await self._ask(account, "PUT", f"/{quote(key, safe='/')}", "", headers, body, request, goes_on)
        return None if response.status == 200 else failure_code(_whole(response), request)

    async def find(self, account: str, prefix: str, request: Mapping[str, str], most: int) -> list[str] | str:
        """The keys that begin so, in order and at most so many; or the code of a failure."""
        found: list[str] = []
        while True:
            after = quote(found[-1], safe="") if found else ""
            query = f"list-type=2&encoding-type=url&prefix={quote(prefix, safe='')}&start-after={after}"
            response = await self._ask(account, "GET", "", query, {"host": "localhost", "content-length": "0"}, b"", request)
            if response.status != 200:
                return failure_code(_whole(response), request)
            page = ElementTree.fromstring(_whole(response))
            found += (unquote_plus(one.text or "") for one in page.iter(f"{NAMESPACE}Key"))
            if len(found) >= most or page.findtext(f"{NAMESPACE}IsTruncated") != "true":
                return found[:most]

    async def open(self, account: str, key: str, request: Mapping[str, str]) -> Iterable[bytes] | str:
        """What is in an object, in pieces of bounded size; or the code of a failure."""
        headers = {"host": "localhost", "content-length": "0"}
        response = await self._ask(account, "GET", f"/{quote(key, safe='/')}", "", headers, b"", request)
        if response.status != 200:
            return failure_code(_whole(response), request)
        return [response.body] if isinstance(response.body, bytes) else response.body

    async def pause(self) -> None:
        await asyncio.sleep(0)

    async def _ask(
        self, account: str, method: str, path: str, query: str, headers: dict[str, str], body: bytes, request: Mapping[str, str],
        goes_on: Callable[[Txn], bool] | None = None,
    ) -> Response:  # fmt: skip
        where = f"/{quote(request['s3Bucket'], safe='')}{path}"
        asked = self._emulator.received(method, where, query, dict(headers), BytesBody(body), cause=EXPORT)
        service = self._s3_of(Trusted(account))
        if goes_on is not None:
            service.engine = cast(Engine, WhileItGoesOn(service.engine, goes_on))
        return await self._emulator.answer(asked, service)


class WhileItGoesOn:
    """An engine whose decisions are refused once the work that asks for them has been ended, by whomever."""

    def __init__(self, engine: Engine, goes_on: Callable[[Txn], bool]) -> None:
        self._engine = engine
        self._goes_on = goes_on

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def run(self, call: Call, plan: Plan | Step) -> Any:
        for step in plan.steps if isinstance(plan, Plan) else (plan,):
            step.decide = partial(self._decide, step.decide)
        return await self._engine.run(call, plan)

    def _decide(self, then: Decide, txn: Txn) -> Any:
        if not self._goes_on(txn):
            raise ServiceError(ACCESS_DENIED, because="the export was ended meanwhile")
        try:
            return then(txn)
        except Due as due:
            due.then, due.late = partial(self._decide, due.then), partial(self._decide, due.late)
            raise


def _whole(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def failure_code(text: bytes, request: Mapping[str, str]) -> str:
    """What an export says of S3's refusal."""
    code = ElementTree.fromstring(text).findtext("Code", "") if text else ""
    if code == "AccessDenied" and "s3BucketOwner" in request:
        return "S3InvalidBucketOwnerAWSAccountID"
    return FAILURE_CODES.get(code, "S3AccessDenied")
