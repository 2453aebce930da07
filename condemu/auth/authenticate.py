"""Who sent this request? One door per protocol.

What a request to S3 is, by its key and its signature:

| mode    | a known key | its signature wrong | an unknown key | no key    |
|---------|-------------|---------------------|----------------|-----------|
| off     | believed    | believed            | believed       | believed  |
| lenient | verified    | refused             | believed       | anonymous |
| strict  | verified    | refused             | refused        | anonymous |

Who is believed is whom the key belongs to; without a key it is the default account's root user. Unless the mode is off, a
presigned URL expires. In every mode it binds whoever uses it to the headers that it signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from condemu.auth import json_requests, post_policy, query_requests, rest_requests
from condemu.auth.authentication import HEADER, VERSION_4, Authentication, trusted
from condemu.auth.credentials import Book, CredentialBook
from condemu.auth.failures import UNKNOWN_KEY, AuthFailure
from condemu.auth.principals import Principal
from condemu.core.effects import Clock
from condemu.core.http import Request

OFF: Final = "off"
LENIENT: Final = "lenient"
STRICT: Final = "strict"


class Authenticator:
    """Knows the keys and how strictly to look."""

    def __init__(
        self, book: Book | None = None, mode: str = LENIENT, region: str = "us-east-1", clock: Clock | None = None
    ) -> None:
        """`clock` is the state's, by which presigned requests expire; without it they expire by the time they are verified at."""
        self.book: Book = book if book is not None else CredentialBook()
        self.mode = mode
        self.region = region
        self.clock = clock

    def verify_s3(self, request: Request, now: float, host_bucket: str = "") -> Authentication:
        """`host_bucket` is the bucket that the host names, which version 2 signs. Raises AuthFailure."""
        if self.mode == OFF:
            if "X-Amz-SignedHeaders" in request.query_string and "authorization" not in request.headers:
                rest_requests.check_bound(request)
            return self._believed(request)
        return rest_requests.verify(self, request, now, host_bucket)

    def verify_form(
        self, fields: Mapping[str, str], bucket: str, now: float
    ) -> tuple[Authentication, post_policy.PostPolicy | None]:
        """A form's fields by lower-case name: who posts, and the policy that the post must keep to. Raises AuthFailure."""
        return post_policy.verify(self, fields, bucket, now)

    def verify_json(self, request: Request, body: bytes, now: float, service: str = "dynamodb") -> Authentication:
        """Signature version 4 as the JSON protocols check it. Raises AuthFailure."""
        if self.mode == OFF:
            return self._believed(request)
        return json_requests.verify(self, request, body, now, service)

    def verify_query(self, request: Request, parameters: Mapping[str, str], now: float, sent: str = "") -> Authentication:
        """Signature versions 0, 1 and 2 of the query protocol; `parameters` are decoded, in the order of the text that they were
        read from, which need not be known. Raises AuthFailure."""
        if self.mode == OFF:
            key = parameters.get("AWSAccessKeyId")
            return self._believed(request) if key is None else Authentication(self.book.owner(key), key)
        return query_requests.verify(self, request, parameters, now, sent)

    def state_time(self, now: float) -> float:
        return now if self.clock is None else self.clock.now()

    def stranger(self, access_key: str) -> Principal:
        """Who uses a key without a known secret. Raises AuthFailure, for the key is refused, by a strict authenticator alone."""
        if self.mode == STRICT:
            raise AuthFailure(UNKNOWN_KEY, {"AWSAccessKeyId": access_key}, f"no secret is configured for {access_key}")
        return self.book.owner(access_key)

    def _believed(self, request: Request) -> Authentication:
        key = rest_requests.claimed_key(request)
        if key is None:
            return trusted(self.book.account)
        payload = request.headers.get("x-amz-content-sha256")
        return Authentication(self.book.owner(key), key, HEADER, VERSION_4, self.region, payload=payload)
