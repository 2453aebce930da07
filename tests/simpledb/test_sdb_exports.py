# ruff: noqa: E501 - a table's rows are lines
"""The export API: idempotent beginnings, limits, states, files, and every refusal of its table."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sdb_wire import Wire, entries, run, state

from condemu.auth.authenticate import STRICT, Authenticator
from condemu.auth.credentials import CredentialBook, credential_of
from condemu.simpledb.records import EXPORT_TOKENS, EXPORTS

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json").read_text())
EXPORT_CASES = [case for case in CASES["cases"] if case["group"] == "simpledbv2"]
UNKNOWN = "arn:aws:sdb:us-east-1:000000000000:domain/MyDomain/export/00000000-0000-0000-0000-000000000000"


class Sink:
    """Keeps what is written to it; may fail, may look around between two files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failure: str | None = None
        self.look: Any = None

    async def __call__(self, account: str, key: str, body: bytes, request: Mapping[str, str], goes_on: Any) -> str | None:
        if self.look is not None:
            self.look()
        if self.failure is None:
            self.files[f"{request['s3Bucket']}/{key}"] = body
        return self.failure


class Exporting(Wire):
    def __init__(self, **settings: Any) -> None:
        self.sink = Sink()
        super().__init__(export_sink=self.sink, **settings)

    def post(self, operation: str, members: Any = None, raw: bytes | None = None) -> tuple[int, dict[str, Any], dict[str, str]]:
        body = json.dumps(members or {}).encode() if raw is None else raw
        answer = run(self.service.handle(self.request("POST", "", body, "localhost", f"/v2/{operation}")))
        return answer.status, json.loads(answer.body), dict(answer.headers)

    def start(self, **members: Any) -> str:
        status, result, _ = self.post("StartDomainExport", {"domainName": "MyDomain", "s3Bucket": "my-bucket", **members})
        assert status == 200, result
        arn: str = result["exportArn"]
        return arn

    def got(self, arn: str) -> dict[str, Any]:
        status, result, _ = self.post("GetExport", {"exportArn": arn})
        assert status == 200, result
        return result


@pytest.fixture
def sdb() -> Exporting:
    wire = Exporting()
    wire("CreateDomain")
    return wire


@pytest.mark.parametrize("case", EXPORT_CASES, ids=lambda case: case["id"])
def test_shared_case(case: dict[str, Any]) -> None:
    sdb = Exporting()
    arn = ""
    for step in case["setup"]:
        if "_http" in step:
            arn = sdb.post(step["_http"].rpartition("/")[2], step["json"])[1]["exportArn"]
        else:
            assert sdb.send(step).status == 200
    before = state(sdb)
    sent = {name: arn if value == "@exportArn" else value for name, value in case["request"]["json"].items()}
    status, result, headers = sdb.post(case["request"]["_http"].rpartition("/")[2], sent)
    expected = case["expected"]
    assert status == expected["status"], result
    if status != 200:
        assert (headers["x-amzn-ErrorType"], result["message"]) == (expected["code"], expected["message"])
        assert state(sdb) == before
        return
    if case["id"] == "v2.start.same-token":
        assert result["exportArn"] == arn
    if case["id"] == "v2.start":
        assert result["clientToken"] == "tok-1"
        assert result["exportArn"].startswith("arn:aws:sdb:us-east-1:000000000000:domain/MyDomain/export/")
        assert result["requestedAt"] == sdb.clock.now()
    if case["id"] == "v2.get":
        wanted = {name: value for name, value in expected["body"].items() if name != "exportStatus"}
        assert {name: result[name] for name in wanted} == wanted
        assert result["exportStatus"] in expected["body"]["exportStatus"].split("|")
    if case["id"] == "v2.list":
        (summary,) = result["exportSummaries"]
        assert sorted(summary) == ["domainName", "exportArn", "exportStatus", "requestedAt"]


def test_an_export_writes_all_items_and_says_so(sdb: Exporting) -> None:
    sdb.put("b", [("color", "red"), ("color", "blue"), ("size", "M")])
    sdb.put("a", {"color": "grün"})
    arn = sdb.start(s3KeyPrefix="backup", clientToken="t")
    number = arn.rpartition("/")[2]
    place = f"my-bucket/backup/AWSSimpleDB/{number}/MyDomain/"
    files = sdb.sink.files
    assert list(files) == [
        place + name for name in ("_started", "data/dataFile_0_0.json", "manifest-file.json", "manifest-summary.json")
    ]
    assert files[place + "_started"] == b""
    assert json.loads(files[place + "data/dataFile_0_0.json"]) == [
        {
            "itemName": "b",
            "attributes": [{"name": "color", "values": ["blue", "red"]}, {"name": "size", "values": ["M"]}],
        },
        {"itemName": "a", "attributes": [{"name": "color", "values": ["grün"]}]},
    ]
    (listed,) = json.loads(files[place + "manifest-file.json"])
    assert listed["dataFileItemCount"] == 2
    assert "my-bucket/" + listed["dataFileS3Key"] in files
    summary = json.loads(files[place + "manifest-summary.json"])
    assert (summary["version"], summary["itemsCount"], summary["exportArn"]) == ("2025-11-01", 2, arn)
    got = sdb.got(arn)
    assert (got["exportStatus"], got["itemsCount"], got["clientToken"]) == ("SUCCEEDED", 2, "t")
    assert "my-bucket/" + got["exportManifest"] == place + "manifest-summary.json"


def test_a_domain_stays_while_its_export_runs(sdb: Exporting) -> None:
    seen: list[Any] = []
    sdb.sink.look = lambda: seen.append((
        sdb("DeleteDomain").refusal,
        [entry["exportStatus"] for entry in sdb.post("ListExports")[1]["exportSummaries"]],
    ))  # fmt: skip
    sdb.start()
    refusal = (409, "DeleteConflictException", "Cannot delete domain due to a PENDING or IN_PROGRESS export.")
    assert set(map(str, seen)) == {str((refusal, ["IN_PROGRESS"]))}
    assert sdb("DeleteDomain").status == 200


def test_an_export_lasts_until_the_clock_has_passed_its_delay() -> None:
    sdb = Exporting(export_delay=60.0)
    sdb("CreateDomain")
    arn = sdb.start(clientToken="t")
    assert (sdb.got(arn)["exportStatus"], "itemsCount" in sdb.got(arn)) == ("IN_PROGRESS", False)
    before = state(sdb)
    assert (sdb("DeleteDomain").status, state(sdb)) == (409, before)
    sdb.clock.advance(59)
    assert [one["exportStatus"] for one in sdb.post("ListExports")[1]["exportSummaries"]] == ["IN_PROGRESS"]
    sdb.clock.advance(1)
    assert (sdb.got(arn)["exportStatus"], sdb.got(arn)["itemsCount"]) == ("SUCCEEDED", 0)
    assert sdb("DeleteDomain").status == 200


@pytest.mark.parametrize("code", ["S3NoSuchBucket", "KmsDisabledException"])
def test_an_export_that_cannot_write_fails_and_says_why(sdb: Exporting, code: str) -> None:
    sdb.sink.failure = code
    got = sdb.got(sdb.start())
    messages = {row["code"]: row["message"] for row in CASES["errors_v2"]}
    assert (got["exportStatus"], got["failureCode"], got["failureMessage"]) == ("FAILED", code, messages[code])


def test_an_export_that_is_cut_off_has_failed_and_lets_its_domain_go(sdb: Exporting) -> None:
    def cut() -> None:
        raise ConnectionError

    sdb.sink.look = cut
    with pytest.raises(ConnectionError):
        sdb.start()
    (summary,) = sdb.post("ListExports")[1]["exportSummaries"]
    got = sdb.got(summary["exportArn"])
    assert (got["exportStatus"], got["failureCode"]) == ("FAILED", "ExportTimedOut")
    assert sdb("DeleteDomain").status == 200


def test_a_token_stands_for_its_export_for_eight_hours(sdb: Exporting) -> None:
    first = sdb.start(clientToken="t")
    assert sdb.start(clientToken="t") == first
    sdb.clock.advance(8 * 3600)
    assert sdb.start(clientToken="t") != first


def test_five_exports_of_a_domain_and_twenty_five_of_an_account_in_a_day(sdb: Exporting) -> None:
    for number in range(6):
        sdb("CreateDomain", DomainName=f"domain{number}")
    for number in range(5):
        for _ in range(5):
            sdb.start(domainName=f"domain{number}")
    before = state(sdb)
    for domain in ("domain0", "domain5"):
        status, result, headers = sdb.post("StartDomainExport", {"domainName": domain, "s3Bucket": "my-bucket"})
        assert (status, headers["x-amzn-ErrorType"]) == (409, "NumberExportsLimitExceeded")
        assert result["message"] == "The export limit was exceeded."
    assert state(sdb) == before
    sdb.clock.advance(24 * 3600)
    sdb.start(domainName="domain0")


def test_exports_are_listed_in_pages_the_latest_first(sdb: Exporting) -> None:
    arns = []
    for _ in range(5):
        sdb.clock.advance(60)
        arns.append(sdb.start())
    seen, token = [], None
    while True:
        _, page, _ = sdb.post(
            "ListExports", {"maxResults": 2, "domainName": "MyDomain", **({"nextToken": token} if token else {})}
        )
        seen += [entry["exportArn"] for entry in page["exportSummaries"]]
        token = page.get("nextToken")
        if token is None:
            break
    assert seen == arns[::-1]
    sdb.clock.advance(92 * 24 * 3600)
    assert sdb.post("ListExports")[1] == {"exportSummaries": []}
    assert sdb.post("GetExport", {"exportArn": arns[0]})[2]["x-amzn-ErrorType"] == "NoSuchExportException"


def kept(sdb: Exporting) -> tuple[int, int]:
    """How many exports and tokens are kept."""
    view = sdb.store.view
    return view(lambda txn: len(list(txn.scan(EXPORTS)))), view(lambda txn: len(list(txn.scan(EXPORT_TOKENS))))


def test_an_export_takes_those_away_that_nobody_finds_any_more() -> None:
    sdb = Exporting()
    sdb("CreateDomain")
    for _ in range(5):
        sdb.start()
    sdb.clock.advance(24 * 3600)
    reused = sdb.start(clientToken="token")
    assert kept(sdb) == (6, 6)
    sdb.clock.advance(24 * 3600)
    latest = sdb.start(clientToken="token")
    assert reused != latest
    sdb.clock.advance(91 * 24 * 3600 - 1)
    sdb.start()
    assert kept(sdb) == (3, 2)
    sdb.clock.advance(2)
    sdb.start()
    assert kept(sdb) == (3, 3)  # the token is that of a later one
    assert sdb.got(latest)["clientToken"] == "token"


LONG = "x" * 3000
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("StartDomainExport", {"domainName": "xx"}, "InvalidParameterValueException", "DomainName must be between 3 and 255 characters long."),
    ("StartDomainExport", {"domainName": "a b c"}, "InvalidParameterValueException", "DomainName must only contain letters, numbers, underscores, periods, and hyphens."),
    ("StartDomainExport", {"clientToken": ""}, "InvalidParameterValueException", "ClientToken must be between 1 and 128 characters long."),
    ("StartDomainExport", {"clientToken": "a b"}, "InvalidParameterValueException", "ClientToken must only contain ASCII characters in the range of 33-126, inclusive."),
    ("StartDomainExport", {"s3BucketOwner": "12"}, "InvalidParameterValueException", "S3BucketOwner must be a valid AWS account ID."),
    ("StartDomainExport", {"s3SseAlgorithm": "DES"}, "InvalidParameterValueException", "S3SseAlgorithm can only be AES256 or KMS."),
    ("StartDomainExport", {"s3SseAlgorithm": "KMS", "s3SseKmsKeyId": ""}, "InvalidParameterValueException", "S3SseKmsKeyId must be between 1 and 2048 characters long."),
    ("StartDomainExport", {"s3SseAlgorithm": "KMS", "s3SseKmsKeyId": "a b"}, "InvalidParameterValueException", "S3SseKmsKeyId must only contain letters, numbers, underscores, colons, and hyphens."),
    ("GetExport", {"exportArn": "short"}, "InvalidParameterValueException", "ExportArn must be between 20 and 2048 characters long."),
    ("ListExports", {"nextToken": LONG}, "InvalidParameterValueException", "NextToken must be between 1 and 2048 characters long."),
    ("ListExports", {"nextToken": "a b"}, "InvalidParameterValueException", "NextToken must only contain letters, numbers, underscores, hyphens, and equals signs."),
    ("ListExports", {"nextToken": "AAAA"}, "InvalidNextTokenException", "The specified next token is not valid."),
    ("ListExports", {"maxResults": 0}, "InvalidParameterValueException", "MaxResults must be between 1 and 100."),
    ("GetExport", {}, "MissingParameter", "The request must contain the parameter ExportArn"),
    ("GetExport", {"exportArn": UNKNOWN}, "NoSuchExportException", "The specified export does not exist."),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "members", "code", "message"), REFUSALS)
def test_refusals_change_nothing(sdb: Exporting, operation: str, members: dict[str, Any], code: str, message: str) -> None:
    before = state(sdb)
    given = {"domainName": "MyDomain", "s3Bucket": "my-bucket", **members} if operation == "StartDomainExport" else members
    status, result, headers = sdb.post(operation, given)
    assert (status, headers["x-amzn-ErrorType"]) == (400, code)
    assert result["message"].endswith(message)
    assert state(sdb) == before


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000, b'{"domainName":7}', b'{"domainName":"\\ud800xxx"}', b"{}" + b" " * 70_000],
)
def test_what_is_no_request_is_a_serialization_exception(sdb: Exporting, raw: bytes) -> None:
    status, _, headers = sdb.post("StartDomainExport", raw=raw)
    assert (status, headers["x-amzn-ErrorType"]) == (400, "SerializationException")


def test_an_unknown_operation_is_not_found(sdb: Exporting) -> None:
    status, _, headers = sdb.post("StopDomainExport")
    assert (status, headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")


def test_the_export_api_wants_version_4() -> None:
    sdb = Exporting(authenticator=Authenticator(CredentialBook(), STRICT))
    status, result, headers = sdb.post("ListExports")
    assert (status, headers["x-amzn-ErrorType"], result["message"]) == (
        403, "MissingAuthenticationTokenException", "Missing Authentication Token",
    )  # fmt: skip


def signed(sdb: Exporting, credentials: Credentials, operation: str, members: dict[str, Any]) -> tuple[int, str | None, str]:
    """(status, error, message) of a request that botocore signed."""
    sdb.clock.set(time.time())
    body = json.dumps(members).encode()
    request = AWSRequest("POST", f"http://localhost/v2/{operation}", {"Host": "localhost"}, body)
    SigV4Auth(credentials, "sdb", "us-east-1").add_auth(request)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    sent = sdb.request("POST", "", body, "localhost", f"/v2/{operation}")
    sent.headers.update(headers)
    answer = run(sdb.service.handle(sent))
    return answer.status, dict(answer.headers).get("x-amzn-ErrorType"), json.loads(answer.body).get("message", "")


def test_signatures_and_policies_of_the_export_api() -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sdb:ListExports", "Resource": "*"}]}
    alice = {"access_key": "AKIA1", "secret": "secret", "account": "111122223333", "user": "Alice", "policy": json.dumps(policy)}
    old = {"access_key": "ASIA2", "secret": "secret", "session_token": "token", "expires": datetime(2020, 1, 1, tzinfo=UTC)}
    book = CredentialBook([credential_of(alice), credential_of(old)])
    sdb = Exporting(authenticator=Authenticator(book, STRICT))
    assert signed(sdb, Credentials("AKIA1", "secret"), "ListExports", {})[0] == 200
    before = state(sdb)
    arn = "arn:aws:sdb:us-east-1:111122223333:domain/MyDomain"
    assert signed(sdb, Credentials("AKIA1", "secret"), "StartDomainExport", {"domainName": "MyDomain", "s3Bucket": "bbb"}) == (
        403, "AccessDeniedException",
        f"User: arn:aws:iam::111122223333:user/Alice is not authorized to perform: sdb:StartDomainExport on resource: {arn}",
    )  # fmt: skip
    wrong = signed(sdb, Credentials("AKIA1", "another"), "ListExports", {})
    assert wrong[:2] == (403, "InvalidSignatureException")
    assert wrong[2].startswith("The request signature we calculated does not match the signature you provided.")
    assert signed(sdb, Credentials("AKIA9", "secret"), "ListExports", {}) == (
        403, "UnrecognizedClientException", "The security token included in the request is invalid.",
    )  # fmt: skip
    assert signed(sdb, Credentials("ASIA2", "secret", "token"), "ListExports", {}) == (
        403, "ExpiredTokenException", "The security token included in the request is expired",
    )  # fmt: skip
    assert state(sdb) == before


def test_an_export_takes_more_items_than_a_file(sdb: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("condemu.simpledb.exports.ITEMS_PER_FILE", 10)
    for number in range(25):
        sdb("PutAttributes", entries({"n": str(number)}), ItemName=f"i{number}")
    sdb.start()
    manifest = next(json.loads(body) for key, body in sdb.sink.files.items() if key.endswith("manifest-file.json"))
    assert [entry["dataFileItemCount"] for entry in manifest] == [10, 10, 5]
