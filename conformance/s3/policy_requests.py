"""A policy case as requests: what it says about its context becomes headers, parameters, tags and the way of signing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from json import dumps
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from botocore.auth import HmacV1Auth, S3SigV4Auth

from ..exchanges import Exchanges
from ..raw import Answer, Raw
from ..targeting import Target
from .principals import BUCKET, OWNER, SECRET, access_key_of

HEADERS: Final = {
    "s3:if-match": "If-Match",
    "s3:if-none-match": "If-None-Match",
    "s3:object-lock-mode": "x-amz-object-lock-mode",
    "s3:x-amz-acl": "x-amz-acl",
    "s3:x-amz-copy-source": "x-amz-copy-source",
    "s3:x-amz-grant-full-control": "x-amz-grant-full-control",
    "s3:x-amz-metadata-directive": "x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
    "aws:useragent": "User-Agent",
    "aws:referer": "Referer",
}
BLOCKS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
BOUNDARY: Final = "----form"


class UnsignedPayload(S3SigV4Auth):
    """SigV4 over a request whose body is not part of what is signed."""

    def payload(self, request: Any) -> str:
        return "UNSIGNED-PAYLOAD"


class World:
    """One case: its bucket, set up by its owner, and its caller's request."""

    def __init__(self, case: dict[str, Any], target: Target, exchanges: Exchanges) -> None:
        self.case = case
        self.operation = case["request"]["operation"].partition("(")[0]
        self.about_listing = "missing" in case["request"]["operation"]
        self.context: dict[str, Any] = {}
        for check in case["request"]["checks"]:
            self.context |= {key.lower(): value for key, value in check["context"].items()}
        self.actions = {check["action"] for check in case["request"]["checks"]}
        self.access_key = access_key_of(case)
        self.locked = "s3:PutObjectRetention" in self.actions or any(key.startswith("s3:object-lock") for key in self.context)
        self.owner = Raw(replace(target, access_key=OWNER, secret=SECRET), exchanges)
        self.who = replace(target, access_key=self.access_key, secret=SECRET)
        self.caller = Raw(self.who, exchanges)

    # What is there before the caller comes.

    @contextmanager
    def bucket(self) -> Iterator[None]:
        """The bucket as the case wants it, gone at the end."""
        granted = "s3:x-amz-acl" in self.context or "s3:x-amz-grant-full-control" in self.context
        headers = {"x-amz-object-ownership": "ObjectWriter" if granted else "BucketOwnerEnforced"}
        if self.locked:
            headers["x-amz-bucket-object-lock-enabled"] = "true"
        self.own("PUT", headers=headers)
        try:
            blocks = self.case.get("public_access_block", dict.fromkeys(BLOCKS, False))
            rows = "".join(f"<{name}>{str(value).lower()}</{name}>" for name, value in blocks.items())
            document = f"<PublicAccessBlockConfiguration>{rows}</PublicAccessBlockConfiguration>".encode()
            self.own("PUT", query="publicAccessBlock", body=document)
            yield
        finally:
            self.remove()

    def prepare(self) -> str:
        """The objects, the upload if one is needed, whose id is returned, and the policy."""
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:existingobjecttag/")}
        keys = {self.key(), *(check["resource"].partition("/")[2] for check in self.case["request"]["checks"])} - {""}
        for key in set() if self.about_listing else keys:
            self.own("PUT", key, headers={"x-amz-tagging": urlencode(tags)} if tags else {}, body=b"data")
        upload = ""
        if self.operation in ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload"):
            encryption = self.context.get("s3:x-amz-server-side-encryption")
            asked = {"x-amz-server-side-encryption": encryption} if encryption else {}
            upload = found(self.own("POST", self.key(), "uploads=", headers=asked), "UploadId")
            self.own("PUT", self.key(), f"partNumber=1&uploadId={upload}", b"part")
        return upload

    def attach(self) -> None:
        policy = self.case["policy"]
        if policy is None:
            return
        if self.about_listing:  # whether it says 404 or 403 is about listing: reading is allowed
            read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
            policy = {**policy, "Statement": [*policy["Statement"], read]}
        self.own("PUT", query="policy=", body=dumps(policy).encode())

    def held(self) -> list[str]:
        """What the bucket holds: its versions and their tags, and its uploads. Looked at while no policy is attached."""
        versions = self.own("GET", query="versions=").text
        tags = [self.own("GET", key, "tagging=").text for key in re.findall("<Key>(.*?)</Key>", versions)]
        return [steady(text) for text in (versions, *tags, self.own("GET", query="uploads=").text)]

    def remove(self) -> None:
        self.send(self.owner, "DELETE", query="policy=")
        text = self.send(self.owner, "GET", query="versions=").text
        for key, version in re.findall("<Key>(.*?)</Key><VersionId>(.*?)</VersionId>", text):
            bypass = {"x-amz-bypass-governance-retention": "true"} if self.locked else {}
            self.send(self.owner, "DELETE", key, f"versionId={version}", headers=bypass)
        text = self.send(self.owner, "GET", query="uploads=").text
        for key, upload in re.findall("<Key>(.*?)</Key><UploadId>(.*?)</UploadId>", text):
            self.send(self.owner, "DELETE", key, f"uploadId={upload}")
        self.own("DELETE")

    # Requests.

    def key(self) -> str:
        if self.about_listing:
            return str(self.context["s3:prefix"])
        return str(self.case["request"]["checks"][-1]["resource"].partition("/")[2])

    def send(
        self,
        who: Raw,
        method: str,
        key: str = "",
        query: str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        path = f"/{BUCKET}/{quote(key)}" if key else f"/{BUCKET}"
        sent = {"Content-Length": str(len(body)), **(headers or {})}
        return who(method, f"{path}?{query}" if query else path, sent, body, **options)

    def own(
        self, method: str, key: str = "", query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """What the owner does succeeds."""
        answer = self.send(self.owner, method, key, query, body, headers)
        if answer.status not in (200, 204):
            raise RuntimeError(f"the case cannot be set up: {method} {key}?{query} was answered {answer.status} {answer.text}")
        return answer

    def ask(
        self, method: str, key: str = "", query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """The caller's request, signed in the way that the case is about."""
        sent = {**(headers or {}), **self.case["request"]["http"]}
        if not self.access_key:
            return self.send(self.caller, method, key, query, body, sent, sign=False)
        if key and "s3:x-amz-content-sha256" not in self.context and "s3:x-amz-content-sha256" in dumps(self.case["policy"]):
            return self.caller.presigned(method, f"/{BUCKET}/{quote(key)}", dict(parse_qsl(query)), body)  # it has no such header
        scheme: type[Any] = S3SigV4Auth
        if self.context.get("s3:signatureversion") == "AWS":
            scheme = HmacV1Auth
        elif self.context.get("s3:x-amz-content-sha256") == "UNSIGNED-PAYLOAD":
            scheme = UnsignedPayload
        return self.send(self.caller, method, key, query, body, sent, scheme=scheme)

    def headers(self) -> dict[str, str]:
        sent = {header: str(self.context[key]) for key, header in HEADERS.items() if key in self.context}
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:requestobjecttag/")}
        if self.operation == "PutObject":
            if tags or "s3:PutObjectTagging" in self.actions:
                sent["x-amz-tagging"] = urlencode(tags or {"a": "b"})
            if "s3:PutObjectRetention" in self.actions:
                sent.setdefault("x-amz-object-lock-mode", "GOVERNANCE")
        elif self.operation == "CopyObject":
            sent.setdefault("x-amz-copy-source", self.case["request"]["http"].get("x-amz-copy-source", f"{BUCKET}/{self.key()}"))
        if "x-amz-object-lock-mode" in sent:
            sent["x-amz-object-lock-retain-until-date"] = "2036-01-01T00:00:00Z"
        return sent

    def request(self, upload: str) -> Answer:
        """The case's own request."""
        key, headers = self.key(), self.headers()
        version = self.context.get("s3:versionid", "")
        match self.operation:
            case "GetObject" | "HeadObject" | "DeleteObject":
                method = self.operation.removesuffix("Object").upper()
                return self.ask(method, key, f"versionId={version}" if version else "", headers=headers)
            case "GetObjectAttributes":
                return self.ask("GET", key, "attributes=", headers={**headers, "x-amz-object-attributes": "ETag"})
            case "PutObject":
                return self.ask("PUT", key, body=b"new", headers=headers)
            case "CopyObject":
                return self.ask("PUT", key, headers=headers)
            case "PostObject":
                return self.post(key, headers)
            case "CreateMultipartUpload":
                return self.ask("POST", key, "uploads=", headers=headers)
            case "UploadPart" | "UploadPartCopy":
                body = b"part" if self.operation == "UploadPart" else b""
                return self.ask("PUT", key, f"partNumber=2&uploadId={upload}", body, headers)
            case "CompleteMultipartUpload":
                return self.ask("POST", key, f"uploadId={upload}", completion(), headers)
            case "DeleteObjects":
                return self.delete_objects(key, headers, version)
            case "PutObjectTagging":
                return self.ask("PUT", key, "tagging=", self.tagging(), headers)
            case "PutObjectRetention":
                return self.ask("PUT", key, "retention=", self.retention())
            case "ListBucket" | "ListObjectsV2":
                names = ("s3:prefix", "s3:max-keys", "s3:delimiter")
                given = {name[3:]: self.context[name] for name in names if name in self.context}
                return self.ask("GET", query=urlencode(given), headers=headers)
            case "GetBucketPolicy" | "DeleteBucketPolicy":
                return self.ask(self.operation.removesuffix("BucketPolicy").upper(), query="policy=")
            case "PutBucketPolicy":
                text = self.case["policy_text"] if self.case["policy"] is None else dumps(self.case["policy"])
                return self.ask("PUT", query="policy=", body=text.encode())
        raise AssertionError(self.operation)

    def post(self, key: str, headers: dict[str, str]) -> Answer:
        """A browser's form, signed by its policy."""
        fields = {"key": key}
        if self.access_key:
            fields = self.who.client("s3").generate_presigned_post(BUCKET, key)["fields"]
        parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nnew\r\n--{BOUNDARY}--\r\n'
        sent = {**headers, **self.case["request"]["http"], "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.send(self.caller, "POST", body=("".join(parts) + file).encode(), headers=sent, sign=False)

    def delete_objects(self, key: str, headers: dict[str, str], version: str) -> Answer:
        etag = headers.pop("If-Match", None)
        entry = f"<Key>{key}</Key>" + (f"<VersionId>{version}</VersionId>" if version else "")
        entry += f"<ETag>{etag}</ETag>".replace('"', "&quot;") if etag is not None else ""
        body = f"<Delete><Object>{entry}</Object></Delete>".encode()
        headers["Content-MD5"] = b64encode(md5(body, usedforsecurity=False).digest()).decode()
        return self.ask("POST", query="delete=", body=body, headers=headers)

    def tagging(self) -> bytes:
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:requestobjecttag/")}
        for name in self.context.get("s3:requestobjecttagkeys", []):
            tags.setdefault(name, "v")
        rows = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags.items())
        return f"<Tagging><TagSet>{rows}</TagSet></Tagging>".encode()

    def retention(self) -> bytes:
        days = int(self.context.get("s3:object-lock-remaining-retention-days", 100))
        until = datetime.now(UTC) + timedelta(days=days, minutes=1)
        mode = self.context.get("s3:object-lock-mode", "GOVERNANCE")
        return f"<Retention><Mode>{mode}</Mode><RetainUntilDate>{until:%Y-%m-%dT%H:%M:%SZ}</RetainUntilDate></Retention>".encode()


def completion() -> bytes:
    """The document for the part that `prepare` has uploaded."""
    etag = md5(b"part", usedforsecurity=False).hexdigest()
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    return f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()


def found(answer: Answer, tag: str) -> str:
    return answer.text.partition(f"<{tag}>")[2].partition("<")[0]


def steady(text: str) -> str:
    """An answer without what differs each time it is asked for."""
    return re.sub(r"<(RequestId|HostId)>.*?</\1>", "", text)
