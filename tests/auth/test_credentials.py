"""Credentials from TOML and from the environment, and what is said to someone who wrote them wrongly."""

from __future__ import annotations

import pytest

from condemu.auth.credentials import CredentialBook, UnusableCredentials, read_credentials
from condemu.auth.principals import canonical_id

ALICE = """
[[credential]]
access_key = "AKIAALICE"
secret = "s"
account = "111122223333"
user = "team/Alice"
policy = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
tags = {team = "blue"}

[[credential]]
access_key = "ASIAAPP"
secret = "s"
account = "111122223333"
role = "service/App"
session = "s1"
session_token = "T"
expires = 2030-01-01T00:00:00Z
boundary = {Statement = {Effect = "Allow", Action = "s3:Get*", Resource = "*"}}
"""


def test_users_and_sessions_have_the_arns_that_iam_gives_them() -> None:
    book = read_credentials(ALICE)
    alice, app = book.owner("AKIAALICE"), book.owner("ASIAAPP")
    assert alice.arn == "arn:aws:iam::111122223333:user/team/Alice"
    assert (alice.name, alice.kind, len(alice.policies)) == ("Alice", "user", 1)
    assert app.arn == "arn:aws:sts::111122223333:assumed-role/App/s1"
    assert app.identity_arn == "arn:aws:iam::111122223333:role/service/App"
    assert app.user_id.startswith("AROA")
    assert app.user_id.endswith(":s1")
    assert app.boundary is not None
    credential = book.find("ASIAAPP")
    assert credential is not None
    assert (credential.session_token, credential.expires) == ("T", 1_893_456_000.0)


def test_other_keys_are_roots_of_their_own_account_or_of_the_default_one() -> None:
    book = CredentialBook(account="999988887777")
    assert book.owner("123456789012").arn == "arn:aws:iam::123456789012:root"
    assert book.owner("test").arn == "arn:aws:iam::999988887777:root"
    assert book.owner("１２３４５６７８９０１２").account == "999988887777"


def test_the_environment_may_name_one_more_key() -> None:
    book = read_credentials(ALICE, {"CONDEMU_ACCESS_KEY_ID": "AKIA3", "CONDEMU_SECRET_ACCESS_KEY": "x", "OTHER": "y"})
    assert len(book) == 3
    assert book.owner("AKIA3").arn == "arn:aws:iam::000000000000:root"


def test_a_canonical_id_is_64_digits_and_the_accounts_own() -> None:
    assert len(canonical_id("111122223333")) == 64
    assert canonical_id("111122223333") != canonical_id("111122223334")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[credential", "no TOML"),
        ("[credentials]\na = 1", "[[credential]] tables"),
        ("credential = 1", "[[credential]] tables"),
        ("credential = [1]", "a credential is a table"),
        ('[[credential]]\naccess_key = "a"', "needs access_key and secret"),
        ('[[credential]]\naccess_key = 1\nsecret = "s"', "access_key is 1"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\nextra = 1', "no extra"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\naccount = "1"', "twelve digits"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\nuser = "u"\nrole = "r"', "not both"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\npolicy = "{}"', "not valid: missing (Statement)"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\ntags = {a = "b"}', "nothing limits the root user"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\nexpires = "soon"', "expires is 'soon'"),
        ('[[credential]]\naccess_key = "a"\nsecret = "s"\n' * 2, "a is there twice"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, said: str) -> None:
    with pytest.raises(UnusableCredentials, match="(?s).*" + "".join("\\" + c if not c.isalnum() else c for c in said)):
        read_credentials(text)
