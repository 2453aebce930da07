"""The shared policy cases as requests: what a case says about its context becomes headers, parameters, tags and time."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from hashlib import md5
from typing import Any
from urllib.parse import quote, urlencode

from condemu.auth.authentication import Authentication
from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem
from condemu.auth.principals import NOBODY, Principal, root_of, session_of, user_of
from condemu.core.blobs import MemoryBlobs
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.http import BytesBody, Request
from condemu.core.store import MemoryStore
from condemu.s3.service import S3
from condemu.s3.state.buckets import take_name
from condemu.s3.state.records import BUCKETS, Bucket
from condemu.wire.rest import iso_8601, parse_iso_8601

BUCKET = "amzn-s3-demo-bucket1"
OPEN = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
HEADERS = {
    "s3:if-match": "if-match", "s3:if-none-match": "if-none-match", "s3:x-amz-acl": "x-amz-acl",
    "s3:x-amz-grant-full-control": "x-amz-grant-full-control", "s3:x-amz-metadata-directive": "x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption", "s3:x-amz-content-sha256": "x-amz-content-sha256",
    "s3:x-amz-copy-source": "x-amz-copy-source", "s3:object-lock-mode": "x-amz-object-lock-mode", "aws:useragent": "user-agent",
    "aws:referer": "referer",
}  # fmt: skip
BOUNDARY = "----form"


class Believer:
    """Stands for an authenticator that has found the signature right."""

    def __init__(self, authentication: Authentication) -> None:
        self.authentication = authentication

    def verify_s3(self, request: Request, now: float, host_bucket: str = "") -> Authentication:
        return self.authentication

    def verify_form(self, fields: Any, bucket: str, now: float) -> tuple[Authentication, None]:
        return self.authentication, None


def principal_of(case: dict[str, Any], *, with_policy: bool = False) -> Principal:
    """The case's caller; `with_policy` when the case's policy is one of its own."""
    described = case["principal"]
    sources = list(case.get("identity_policies", ())) + ([case["policy"]] if with_policy else [])
    boundary = case.get("permissions_boundary")
    limits = {
        "policies": tuple(policy_of(source) for source in sources),
        "boundary": policy_of(boundary) if boundary is not None else None,
    }
    account = described["account"]
    match described["type"]:
        case "anonymous":
            return NOBODY
        case "root":
            return root_of(account)
        case "user":
            return user_of(account, described["name"], **limits)
    role, session = described["arn"].rsplit("/", 2)[-2:]
    return session_of(account, role, session, **limits)


def policy_of(source: Any) -> Policy:
    found = parse(json.dumps(source))
    assert not isinstance(found, Problem), found
    return found


class World:
    """The case's bucket, set up by its owner, and its caller's requests."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.operation = case["request"]["operation"].partition("(")[0]
        self.context: dict[str, Any] = {}
        for check in case["request"]["checks"]:
            self.context |= {key.lower(): value for key, value in check["context"].items()}
        moment = parse_iso_8601(self.context.get("aws:currenttime", "2026-01-01T00:00:00Z"))
        self.clock, self.ids = ManualClock(moment or 0.0), CountingIds()
        self.store = MemoryStore(self.clock, self.ids)
        effects = {"engine": Engine(self.store), "blobs": MemoryBlobs(), "clock": self.clock, "ids": self.ids}
        self.owner = S3(**effects)
        authentication = Authentication(
            principal_of(case),
            "AKIA",
            None if case["principal"]["type"] == "anonymous" else self.context.get("s3:authtype", "REST-HEADER"),
            self.context.get("s3:signatureversion", "AWS4-HMAC-SHA256"),
            signature_age=float(self.context.get("s3:signatureage", 0)),
        )
        self.caller = S3(**effects, authenticator=Believer(authentication))
        blocks = case.get("public_access_block", OPEN)
        ownership = "ObjectWriter" if "s3:x-amz-acl" in self.context or "s3:x-amz-grant-full-control" in self.context else None
        self.actions = {check["action"] for check in case["request"]["checks"]}
        locked = "s3:PutObjectRetention" in self.actions or any(key.startswith("s3:object-lock") for key in self.context)
        bucket = Bucket(
            BUCKET, case["owner_account"], 1, "us-east-1", self.clock.now(), public_access_block=blocks,
            ownership=ownership or "BucketOwnerEnforced", object_lock={} if locked else None,
            versioning="Enabled" if locked or "s3:versionid" in self.context else "",
        )  # fmt: skip

        def create(txn: Any) -> None:
            txn.put(BUCKETS, (bucket.owner, bucket.name), bucket)
            take_name(txn, bucket, None)

        self.store.transact(create)

    def key(self) -> str:
        if "missing" in self.case["request"]["operation"]:
            return str(self.context["s3:prefix"])
        resource: str = self.case["request"]["checks"][-1]["resource"]
        return resource.partition("/")[2]

    def send(
        self, service: S3, method: str, key: str = "", query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        sent = {"host": "s3.localhost", "content-length": str(len(body)), **(headers or {})}
        request = Request(
            method,
            f"/{BUCKET}/{quote(key)}" if key else f"/{BUCKET}",
            query,
            sent,
            BytesBody(body),
            scheme="https" if self.context.get("aws:securetransport") == "true" else "http",
            client_address=self.context.get("aws:sourceip", "127.0.0.1"),
            received_index=self.store.index,
            received_at=self.clock.now(),
        )
        response = asyncio.run(service.handle(request))
        data = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        return response.status, data, {name.lower(): value for name, value in response.headers}

    def prepare(self) -> str:
        """Everything that has to be there before the caller comes; the upload's id, if it needs one."""
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:existingobjecttag/")}
        headers = {"x-amz-tagging": urlencode(tags)} if tags else {}
        if self.operation != "HeadObject" or "missing" not in self.case["request"]["operation"]:
            for key in {self.key(), *(check["resource"].partition("/")[2] for check in self.case["request"]["checks"])} - {""}:
                assert self.send(self.owner, "PUT", key, body=b"data", headers=headers)[0] == 200
        upload = ""
        if self.operation in ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload"):
            encryption = self.context.get("s3:x-amz-server-side-encryption")
            asked = {"x-amz-server-side-encryption": encryption} if encryption else {}
            answer = self.send(self.owner, "POST", self.key(), "uploads", headers=asked)[1].decode()
            upload = answer.partition("<UploadId>")[2].partition("<")[0]
            self.send(self.owner, "PUT", self.key(), f"partNumber=1&uploadId={upload}", b"part")
        if self.case["policy"] is not None:
            policy = self.case["policy"]
            if "missing" in self.case["request"]["operation"]:  # the case is about listing: reading is allowed
                read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
                policy = {**policy, "Statement": [*policy["Statement"], read]}
            body = json.dumps(policy).encode()
            status, answer_body, _ = self.send(self.owner, "PUT", query="policy", body=body)
            assert status == 204, answer_body
        return upload

    def headers(self) -> dict[str, str]:
        sent = {header: str(self.context[key]) for key, header in HEADERS.items() if key in self.context}
        sent |= {name.lower(): value for name, value in self.case["request"]["http"].items()}
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:requestobjecttag/")}
        if tags and self.operation != "PutObjectTagging":
            sent["x-amz-tagging"] = urlencode(tags)
        if self.operation == "PutObject" and "s3:PutObjectTagging" in self.actions:
            sent.setdefault("x-amz-tagging", "a=b")
        if self.operation == "PutObject" and "s3:PutObjectRetention" in self.actions:
            sent.setdefault("x-amz-object-lock-mode", "GOVERNANCE")
        if "x-amz-object-lock-mode" in sent:
            sent["x-amz-object-lock-retain-until-date"] = "2030-01-01T00:00:00Z"
        return sent

    def ask(self) -> tuple[int, bytes, dict[str, str]]:
        """The caller's request."""
        upload = self.prepare()
        self.before = everything(self.store)
        key, headers = self.key(), self.headers()
        version = self.context.get("s3:versionid", "")
        match self.operation:
            case "GetObject" | "HeadObject" | "DeleteObject":
                method = self.operation.removesuffix("Object").upper()
                return self.send(self.caller, method, key, f"versionId={version}" if version else "", headers=headers)
            case "GetObjectAttributes":
                headers["x-amz-object-attributes"] = "ETag"
                return self.send(self.caller, "GET", key, "attributes", headers=headers)
            case "PutObject" | "CopyObject":
                return self.send(self.caller, "PUT", key, body=b"" if self.operation == "CopyObject" else b"new", headers=headers)
            case "PostObject":
                return self.post(key, headers)
            case "CreateMultipartUpload":
                return self.send(self.caller, "POST", key, "uploads", headers=headers)
            case "UploadPart" | "UploadPartCopy":
                body = b"part" if self.operation == "UploadPart" else b""
                return self.send(self.caller, "PUT", key, f"partNumber=2&uploadId={upload}", body, headers)
            case "CompleteMultipartUpload":
                return self.complete(key, upload, headers)
            case "DeleteObjects":
                return self.delete_objects(key, headers, version)
            case "PutObjectTagging":
                return self.send(self.caller, "PUT", key, "tagging", self.tagging(), headers)
            case "PutObjectRetention":
                mode = self.context.get("s3:object-lock-mode", "GOVERNANCE")
                days = int(self.context.get("s3:object-lock-remaining-retention-days", 100))
                return self.send(self.caller, "PUT", key, "retention", retention(mode, self.clock.now() + days * 86400 + 60))
            case "ListBucket" | "ListObjectsV2":
                names = ("s3:prefix", "s3:max-keys", "s3:delimiter")
                given = {name[3:]: self.context[name] for name in names if name in self.context}
                return self.send(self.caller, "GET", query=urlencode(given), headers=headers)
            case "GetBucketPolicy" | "DeleteBucketPolicy":
                return self.send(self.caller, self.operation.removesuffix("BucketPolicy").upper(), query="policy")
        raise AssertionError(self.operation)

    def post(self, key: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        fields = {"key": key}
        if "x-amz-acl" in headers:
            fields["acl"] = headers.pop("x-amz-acl")
        parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nnew\r\n--{BOUNDARY}--\r\n'
        headers["content-type"] = f"multipart/form-data; boundary={BOUNDARY}"
        return self.send(self.caller, "POST", body=("".join(parts) + file).encode(), headers=headers)

    def complete(self, key: str, upload: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        etag = self.send(self.owner, "PUT", key, f"partNumber=1&uploadId={upload}", b"part")[2]["etag"]
        self.before = everything(self.store)
        body = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
        return self.send(self.caller, "POST", key, f"uploadId={upload}", body.encode(), headers)

    def delete_objects(self, key: str, headers: dict[str, str], version: str) -> tuple[int, bytes, dict[str, str]]:
        etag = headers.pop("if-match", None)
        entry = f"<Key>{key}</Key>" + (f"<VersionId>{version}</VersionId>" if version else "")
        entry += f"<ETag>{etag}</ETag>".replace('"', "&quot;") if etag is not None else ""
        body = f"<Delete><Object>{entry}</Object></Delete>".encode()
        headers["content-md5"] = b64encode(md5(body).digest()).decode()
        return self.send(self.caller, "POST", query="delete", body=body, headers=headers)

    def tagging(self) -> bytes:
        tags = {key.split("/", 1)[1]: value for key, value in self.context.items() if key.startswith("s3:requestobjecttag/")}
        for name in self.context.get("s3:requestobjecttagkeys", []):
            tags.setdefault(name, "v")
        rows = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags.items())
        return f"<Tagging><TagSet>{rows}</TagSet></Tagging>".encode()


def retention(mode: str, until: float) -> bytes:
    return f"<Retention><Mode>{mode}</Mode><RetainUntilDate>{iso_8601(until)}</RetainUntilDate></Retention>".encode()


def everything(store: MemoryStore) -> dict[str, list[Any]]:
    return {name: list(table.items()) for name, table in store._tables.items() if len(table)}


def is_denied(answer: tuple[int, bytes, dict[str, str]]) -> bool:
    status, body, _ = answer
    return status == 403 or b"<Code>AccessDenied</Code>" in body
