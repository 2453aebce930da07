"""STS by boto3: who am I, and temporary credentials that work on every service until the state's clock ends them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from condemu.core.effects import ManualClock
from condemu.server.app import build
from condemu.server.config import Config
from condemu.sts.records import SESSIONS
from condemu.testing import Condemu, mock_aws
from condemu.testing.transport import install

FILE = """
[[credential]]
access_key = "ROOT"
secret = "secret"
account = "111122223333"

[[credential]]
access_key = "ALICE"
secret = "secret"
account = "111122223333"
user = "Alice"
policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}'

[[credential]]
access_key = "BOB"
secret = "secret"
account = "444455556666"
user = "Bob"

[[role]]
account = "111122223333"
name = "Reader"
policy = '''{"Version": "2012-10-17", "Statement": {
  "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "dynamodb:List*", "sdb:List*"], "Resource": "*"}}'''

[[role]]
account = "111122223333"
name = "Web"
trusted = ["issuer.example"]
"""
READER, WEB = "arn:aws:iam::111122223333:role/Reader", "arn:aws:iam::111122223333:role/Web"
CLOCK_START = 1_790_000_000.0


class Place:
    """An emulator with the keys of FILE, and clients for it."""

    def __init__(self, path: Any, auth: str = "strict") -> None:
        file = path / "credentials.toml"
        file.write_text(FILE)
        self.clock = ManualClock(CLOCK_START)
        self.emulator = build(Config(auth=auth, credentials=str(file)), clock=self.clock)

    def client(self, service: str, key: str, secret: str = "secret", token: str | None = None) -> Any:
        session = boto3.Session(key, secret, token, region_name="us-east-1")
        client = session.client(service)
        install(client, self.emulator)
        return client

    def by(self, service: str, credentials: dict[str, str]) -> Any:
        return self.client(service, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


@pytest.fixture
def place(tmp_path: Any) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.emulator.close()


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def jwt(**claims: Any) -> str:
    text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{text}.c2ln"


@pytest.mark.parametrize(
    ("key", "arn"),
    [("ROOT", "arn:aws:iam::111122223333:root"), ("ALICE", "arn:aws:iam::111122223333:user/Alice")],
)
def test_who_am_i(place: Place, key: str, arn: str):
    answer = place.client("sts", key).get_caller_identity()
    assert (answer["Arn"], answer["Account"]) == (arn, "111122223333")


def test_a_role_is_assumed_and_its_policies_bind_everywhere(place: Place):
    place.client("s3", "ROOT").create_bucket(Bucket="bucket")
    answer = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session-1")
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/Reader/session-1"
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert credentials["Expiration"].timestamp() == CLOCK_START + 3600
    assert place.by("sts", credentials).get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert [one["Name"] for one in place.by("s3", credentials).list_buckets()["Buckets"]] == ["bucket"]
    assert place.by("dynamodb", credentials).list_tables()["TableNames"] == []
    assert code(place.by("s3", credentials).put_object, Bucket="bucket", Key="k", Body=b"") == "AccessDenied"


def test_a_session_policy_limits_a_session(place: Place):
    policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}}'
    answer = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session", Policy=policy)
    assert code(place.by("dynamodb", answer["Credentials"]).list_tables) == "AccessDeniedException"
    assert answer["PackedPolicySize"] > 0


def test_a_session_ends_on_the_states_clock(place: Place):
    credentials = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session")["Credentials"]
    place.by("dynamodb", credentials).list_tables()
    place.clock.advance(3600)
    assert code(place.by("dynamodb", credentials).list_tables) == "ExpiredTokenException"
    assert code(place.by("s3", credentials).list_buckets) == "ExpiredToken"
    assert code(place.by("sts", credentials).get_caller_identity) == "ExpiredToken"


def test_a_session_wants_its_token_and_its_secret(place: Place):
    credentials = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session")["Credentials"]
    assert code(place.by("s3", {**credentials, "SessionToken": "other"}).list_buckets) == "InvalidToken"
    without = place.client("s3", credentials["AccessKeyId"], credentials["SecretAccessKey"])
    assert code(without.list_buckets) == "InvalidAccessKeyId"
    assert code(place.by("sts", {**credentials, "SecretAccessKey": "other"}).get_caller_identity) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("key", "parameters", "refusal"),
    [
        ("BOB", {"RoleArn": READER}, "AccessDenied"),
        ("ALICE", {"RoleArn": "arn:aws:iam::111122223333:role/Unknown"}, "AccessDenied"),
        ("ALICE", {"RoleArn": WEB}, "AccessDenied"),
        ("ALICE", {"RoleArn": "nonsense-nonsense-nonsense"}, "ValidationError"),
        ("ALICE", {"RoleArn": READER, "RoleSessionName": "a b"}, "ValidationError"),
        ("ALICE", {"RoleArn": READER, "DurationSeconds": 43_201}, "ValidationError"),
        ("ALICE", {"RoleArn": READER, "DurationSeconds": 3601}, "ValidationError"),
        ("ALICE", {"RoleArn": READER, "Policy": "{}"}, "MalformedPolicyDocument"),
    ],
)
def test_a_role_is_refused_and_nothing_is_handed_out(place: Place, key: str, parameters: dict[str, Any], refusal: str):
    before = place.emulator.engine.store.index
    assert code(place.client("sts", key).assume_role, **{"RoleSessionName": "session", **parameters}) == refusal
    assert place.emulator.engine.store.index == before


def test_a_web_identity_assumes_a_role_that_trusts_its_issuer(place: Place):
    token = jwt(sub="me", aud="app", iss="https://issuer.example", exp=CLOCK_START + 60)
    sts = place.client("sts", "ALICE")
    answer = sts.assume_role_with_web_identity(RoleArn=WEB, RoleSessionName="web", WebIdentityToken=token)
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("me", "app")
    assert place.by("sts", answer["Credentials"]).get_caller_identity()["Arn"].endswith("assumed-role/Web/web")
    foreign = jwt(sub="me", iss="https://other.example")
    call = sts.assume_role_with_web_identity
    assert code(call, RoleArn=WEB, RoleSessionName="web", WebIdentityToken=foreign) == "AccessDenied"
    assert code(call, RoleArn=WEB, RoleSessionName="web", WebIdentityToken="no.jwt") == "InvalidIdentityToken"
    place.clock.advance(60)
    assert code(call, RoleArn=WEB, RoleSessionName="web", WebIdentityToken=token) == "ExpiredTokenException"


def test_a_users_session_is_the_user(place: Place):
    credentials = place.client("sts", "ALICE").get_session_token()["Credentials"]
    assert place.by("sts", credentials).get_caller_identity()["Arn"].endswith("user/Alice")
    with pytest.raises(ClientError, match="Cannot call GetSessionToken with session credentials"):
        place.by("sts", credentials).get_session_token()


def test_a_lenient_emulator_lets_any_role_be_assumed(tmp_path: Any):
    place = Place(tmp_path, auth="lenient")
    credentials = place.client("sts", "ROOT").assume_role(RoleArn="arn:aws:iam::111122223333:role/Any", RoleSessionName="any")
    place.by("s3", credentials["Credentials"]).create_bucket(Bucket="bucket")
    place.emulator.close()


@pytest.mark.parametrize("auth", ["lenient", "strict"])
def test_a_session_that_went_with_a_reset_is_nobody(tmp_path: Any, auth: str):
    """Once a session was gone, a lenient emulator took its key for the default account's root user."""
    place = Place(tmp_path, auth=auth)
    credentials = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session")["Credentials"]
    assert code(place.by("s3", credentials).create_bucket, Bucket="bucket") == "AccessDenied"
    place.emulator.reset_now("111122223333")
    assert code(place.by("s3", credentials).create_bucket, Bucket="bucket") == "InvalidAccessKeyId"
    assert code(place.by("dynamodb", credentials).list_tables) == "UnrecognizedClientException"
    assert code(place.by("sdb", credentials).list_domains) == "InvalidClientTokenId"
    place.emulator.close()


def test_temporary_keys_from_elsewhere_are_believed_by_a_lenient_emulator(tmp_path: Any):
    place = Place(tmp_path, auth="lenient")
    assert place.client("s3", "ASIAIOSFODNN7EXAMPLE", token="anything").list_buckets()["Buckets"] == []
    place.emulator.close()


@pytest.mark.parametrize("auth", ["lenient", "strict"])
def test_managed_policies_are_refused_and_not_passed_over(tmp_path: Any, auth: str):
    place = Place(tmp_path, auth=auth)
    before = place.emulator.engine.store.index
    arns = [{"arn": "arn:aws:iam::aws:policy/AWSDenyAll"}]
    call = place.client("sts", "ALICE").assume_role
    assert code(call, RoleArn=READER, RoleSessionName="session", PolicyArns=arns) == "NotImplemented"
    web = place.client("sts", "ALICE").assume_role_with_web_identity
    token = jwt(iss="https://issuer.example")
    assert code(web, RoleArn=WEB, RoleSessionName="web", WebIdentityToken=token, PolicyArns=arns) == "NotImplemented"
    assert place.emulator.engine.store.index == before
    place.emulator.close()


def test_simpledb_wants_the_sessions_token(place: Place):
    credentials = place.client("sts", "ALICE").assume_role(RoleArn=READER, RoleSessionName="session")["Credentials"]
    assert place.by("sdb", credentials).list_domains().get("DomainNames", []) == []
    for wrong in ({"SessionToken": "other"}, {"SessionToken": None}, {"SecretAccessKey": "x"}):
        with pytest.raises(ClientError):
            place.by("sdb", {**credentials, **wrong}).list_domains()
    with pytest.raises(ClientError):
        place.by("sdb", credentials).create_domain(DomainName="domain")
    place.clock.advance(3600)
    with pytest.raises(ClientError):
        place.by("sdb", credentials).list_domains()


def test_what_is_not_emulated_and_what_is_no_operation(place: Place):
    assert code(place.client("sts", "ALICE").get_access_key_info, AccessKeyId="AKIAIOSFODNN7EXAMPLE") == "NotImplemented"
    assert code(place.client("sts", "ALICE", "wrong").get_caller_identity) == "SignatureDoesNotMatch"
    assert code(place.client("sts", "STRANGER").get_caller_identity) == "InvalidClientTokenId"


def test_the_fixture_answers_sts(condemu: Condemu):
    assert boto3.client("sts").get_caller_identity()["Account"] == condemu.account
    with mock_aws():
        role = f"arn:aws:iam::{'1' * 12}:role/Any"
        assert boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="x1")["Credentials"]["SessionToken"]


def test_a_reset_of_the_account_ends_its_sessions(place: Place):
    credentials = place.client("sts", "ALICE").get_session_token()["Credentials"]
    place.emulator.reset_now("111122223333")
    assert code(place.by("sts", credentials).get_caller_identity) == "InvalidClientTokenId"


SERVICES: dict[str, tuple[str, dict[str, Any]]] = {
    "iam": ("list_users", {}), "sqs": ("list_queues", {}), "sns": ("list_topics", {}), "lambda": ("list_functions", {}),
    "kms": ("list_keys", {}), "logs": ("describe_log_groups", {}), "ssm": ("get_parameter", {"Name": "x"}),
    "secretsmanager": ("list_secrets", {}), "backup": ("list_backup_plans", {}), "ec2": ("describe_instances", {}),
    "events": ("list_rules", {}), "stepfunctions": ("list_state_machines", {}), "kinesis": ("list_streams", {}),
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_other_services_say_what_they_are(place: Place, service: str):
    operation, parameters = SERVICES[service]
    session = boto3.Session("ALICE", "secret", region_name="us-east-1")
    client = session.client(service, endpoint_url="http://localhost:4566")
    install(client, place.emulator)
    with pytest.raises(ClientError, match="condemu does not emulate") as caught:
        getattr(client, operation)(**parameters)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize("exp", ["true", "NaN", "Infinity", '"1790000060"', "null", "[]"])
def test_an_expiry_that_is_no_number_is_no_token(place, exp):
    head, signature = (base64.urlsafe_b64encode(text).decode().rstrip("=") for text in (b"{}", b"signature"))
    body = base64.urlsafe_b64encode(f'{{"iss": "issuer.example", "exp": {exp}}}'.encode()).decode().rstrip("=")
    anonymous = place.client("sts", "ROOT")
    asked = {"RoleArn": WEB, "RoleSessionName": "me", "WebIdentityToken": f"{head}.{body}.{signature}"}
    assert code(anonymous.assume_role_with_web_identity, **asked) == "InvalidIdentityToken"


def test_the_store_does_not_keep_sessions_that_ended_long_ago(place):
    sts = place.client("sts", "ROOT")
    for _ in range(40):
        sts.get_session_token(DurationSeconds=900)
        place.clock.advance(86400.0 + 900)
    kept = place.emulator.engine.store.view(lambda txn: sum(1 for _ in txn.scan(SESSIONS)))
    assert kept < 20


def test_a_session_that_ended_today_is_refused_as_expired_even_when_others_were_made_since(place):
    sts = place.client("sts", "ROOT")
    old = place.by("sts", sts.get_session_token(DurationSeconds=900)["Credentials"])
    place.clock.advance(3600.0)
    for _ in range(20):
        sts.get_session_token(DurationSeconds=900)
    assert code(old.get_caller_identity) == "ExpiredToken"
