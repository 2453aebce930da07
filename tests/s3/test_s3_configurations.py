"""Versioning, public access blocks, ownership, encryption and Object Lock of a bucket."""

from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

ROOTS = {
    "versioning": "VersioningConfiguration",
    "publicAccessBlock": "PublicAccessBlockConfiguration",
    "ownershipControls": "OwnershipControls",
    "encryption": "ServerSideEncryptionConfiguration",
    "object-lock": "ObjectLockConfiguration",
    "tagging": "Tagging",
    "cors": "CORSConfiguration",
}
MALFORMED = (400, "MalformedXML", {})


def put(s3: Wire, marker: str, content: str) -> Answer:
    return s3("PUT", "/bucket", f"<{ROOTS[marker]}>{content}</{ROOTS[marker]}>".encode(), query=marker)


def get(s3: Wire, marker: str) -> bytes:
    """What is inside the document."""
    answer = s3("GET", "/bucket", query=marker)
    assert (answer.status, answer["content-type"]) == (200, "application/xml")
    opening = f'<{ROOTS[marker]} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'.encode()
    _, _, rest = answer.body.partition(opening)
    return b"" if rest == b"/>" else rest.removeprefix(b">").removesuffix(f"</{ROOTS[marker]}>".encode())


@pytest.mark.parametrize("marker", ROOTS)
def test_a_configuration_is_a_document_with_its_root(s3: Wire, marker: str) -> None:
    before = s3.everything()
    assert s3("PUT", "/bucket", b"", query=marker).refusal == (400, "MissingRequestBodyError", {})
    for body in (b"<Other/>", b"no document", b"<a><b></a>", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'):
        assert s3("PUT", "/bucket", body, query=marker).refusal == MALFORMED
    assert s3.everything() == before


def test_versioning_is_enabled_and_suspended(s3: Wire) -> None:
    assert get(s3, "versioning") == b""
    for status in ("Suspended", "Enabled", "Suspended"):
        assert put(s3, "versioning", f"<Status>{status}</Status>").status == 200
        assert get(s3, "versioning") == f"<Status>{status}</Status>".encode()


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("", (400, "IllegalVersioningConfigurationException", {})),
        ("<MfaDelete>Disabled</MfaDelete>", (400, "IllegalVersioningConfigurationException", {})),
        ("<Status>enabled</Status>", MALFORMED),
        ("<Status>Disabled</Status>", MALFORMED),
        ("<Status></Status>", MALFORMED),
        ("<Status>Enabled</Status><MfaDelete>yes</MfaDelete>", MALFORMED),
        ("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>", (501, "NotImplemented", {})),
    ],
)
def test_versioning_is_refused(s3: Wire, content: str, refused: tuple[int, str, dict[str, str]]) -> None:
    before = s3.everything()
    assert put(s3, "versioning", content).refusal == refused
    assert s3.everything() == before


def test_mfa_is_not_ignored(s3: Wire) -> None:
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    answer = s3("PUT", "/bucket", body, query="versioning", headers={"x-amz-mfa": "serial 123456"})
    assert answer.refusal == (501, "NotImplemented", {"Header": "x-amz-mfa"})
    assert get(s3, "versioning") == b""


def test_object_lock_keeps_versioning_enabled(s3: Wire) -> None:
    s3.object_lock()
    before = s3.everything()
    assert put(s3, "versioning", "<Status>Suspended</Status>").refusal == (409, "InvalidBucketState", {})
    assert put(s3, "versioning", "<Status>Enabled</Status>").status == 200
    assert s3.everything() == before


def test_a_public_access_block_is_put_read_and_deleted(s3: Wire) -> None:
    assert put(s3, "publicAccessBlock", "<BlockPublicAcls>TRUE</BlockPublicAcls>").status == 200
    assert get(s3, "publicAccessBlock") == (
        b"<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>"
        b"<BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>"
    )
    before = s3.everything()
    assert put(s3, "publicAccessBlock", "<BlockPublicAcls>yes</BlockPublicAcls>").refusal == MALFORMED
    assert s3.everything() == before
    for _ in range(2):
        assert s3("DELETE", "/bucket", query="publicAccessBlock").status == 204
        assert s3("GET", "/bucket", query="publicAccessBlock").refusal == (
            404, "NoSuchPublicAccessBlockConfiguration", {"BucketName": "bucket"},
        )  # fmt: skip


def test_ownership_controls_are_put_read_and_deleted(s3: Wire) -> None:
    for ownership in ("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"):
        rule = f"<Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule>"
        assert put(s3, "ownershipControls", rule).status == 200
        assert get(s3, "ownershipControls") == rule.encode()
    before = s3.everything()
    rule = "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
    for content in ("", "<Rule/>", rule + rule, "<Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule>"):
        assert put(s3, "ownershipControls", content).refusal == MALFORMED
    assert s3.everything() == before
    for _ in range(2):
        assert s3("DELETE", "/bucket", query="ownershipControls").status == 204
        assert s3("GET", "/bucket", query="ownershipControls").refusal == (
            404, "OwnershipControlsNotFoundError", {"BucketName": "bucket"},
        )  # fmt: skip


def test_acls_cannot_be_switched_off_while_the_bucket_grants_something(s3: Wire) -> None:
    put(s3, "ownershipControls", "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>")
    assert s3("PUT", "/bucket", query="acl", headers={"x-amz-acl": "log-delivery-write"}).status == 200
    before = s3.everything()
    enforced = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
    assert put(s3, "ownershipControls", enforced).refusal == (400, "InvalidBucketAclWithObjectOwnership", {})
    assert s3.everything() == before
    assert s3("PUT", "/bucket", query="acl", headers={"x-amz-acl": "private"}).status == 200
    assert put(s3, "ownershipControls", enforced).status == 200


BY_DEFAULT = "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{}</SSEAlgorithm>{}</ApplyServerSideEncryptionByDefault>"
AES256 = BY_DEFAULT.format("AES256", "")


def test_encryption_is_put_read_and_back_to_the_default(s3: Wire) -> None:
    default = get(s3, "encryption")
    blocked = "<BlockedEncryptionTypes><EncryptionType>{}</EncryptionType></BlockedEncryptionTypes>"
    assert default == f"<Rule>{AES256}<BucketKeyEnabled>false</BucketKeyEnabled>{blocked.format('SSE-C')}</Rule>".encode()
    by_kms = BY_DEFAULT.format("aws:kms", "<KMSMasterKeyID>alias/mine</KMSMasterKeyID>")
    content = f"<Rule>{by_kms}<BucketKeyEnabled>true</BucketKeyEnabled>{blocked.format('NONE')}</Rule>"
    assert put(s3, "encryption", content).status == 200
    assert get(s3, "encryption") == content.encode()
    assert s3("DELETE", "/bucket", query="encryption").status == 204
    assert get(s3, "encryption") == default


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("", MALFORMED),
        (f"<Rule>{AES256}</Rule><Rule>{AES256}</Rule>", MALFORMED),
        (f"<Rule>{BY_DEFAULT.format('DES', '')}</Rule>", MALFORMED),
        (f"<Rule>{BY_DEFAULT.format('aws:fsx', '')}</Rule>", (501, "NotImplemented", {})),
        (
            f"<Rule>{BY_DEFAULT.format('AES256', '<KMSMasterKeyID>key</KMSMasterKeyID>')}</Rule>",
            (400, "InvalidArgument", {"ArgumentName": "ApplyServerSideEncryptionByDefault"}),
        ),
        ("<Rule><BlockedEncryptionTypes><EncryptionType>X</EncryptionType></BlockedEncryptionTypes></Rule>", MALFORMED),
    ],
)
def test_encryption_is_refused(s3: Wire, content: str, refused: tuple[int, str, dict[str, str]]) -> None:
    before = s3.everything()
    assert put(s3, "encryption", content).refusal == refused
    assert s3.everything() == before


def lock(retention: str, enabled: str = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>") -> str:
    return f"{enabled}<Rule><DefaultRetention>{retention}</DefaultRetention></Rule>"


def test_object_lock_is_added_to_a_bucket_with_versions(s3: Wire) -> None:
    days = lock("<Mode>GOVERNANCE</Mode><Days>3</Days>")
    before = s3.everything()
    assert put(s3, "object-lock", days).refusal == (409, "InvalidBucketState", {})
    assert s3.everything() == before
    s3.versioning("Enabled")
    for content in ("<ObjectLockEnabled>Enabled</ObjectLockEnabled>", days, lock("<Mode>COMPLIANCE</Mode><Years>1</Years>")):
        assert put(s3, "object-lock", content).status == 200
        assert get(s3, "object-lock") == content.encode()
    assert s3.put("key", b"", content_md5="1B2M2Y8AsgTpgAmY7PhCfg==").status == 200
    head = s3.head("key")
    assert (head["x-amz-object-lock-mode"], head["x-amz-object-lock-retain-until-date"]) == (
        "COMPLIANCE",
        "2027-01-01T00:00:00.000Z",
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        lock("<Mode>GOVERNANCE</Mode><Days>3</Days>", enabled=""),
        lock("<Mode>GOVERNANCE</Mode><Days>3</Days>", enabled="<ObjectLockEnabled>Disabled</ObjectLockEnabled>"),
        "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule/>",
        lock("<Mode>GOVERNANCE</Mode>"),
        lock("<Days>1</Days>"),
        lock("<Mode>governance</Mode><Days>1</Days>"),
        lock("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"),
        lock("<Mode>GOVERNANCE</Mode><Days>0</Days>"),
        lock("<Mode>GOVERNANCE</Mode><Years>-1</Years>"),
        lock("<Mode>GOVERNANCE</Mode><Days>99999999999</Days>"),
        lock("<Mode>GOVERNANCE</Mode><Days>one</Days>"),
    ],
)
def test_an_object_lock_configuration_is_malformed(s3: Wire, content: str) -> None:
    s3.versioning("Enabled")
    before = s3.everything()
    assert put(s3, "object-lock", content).refusal == MALFORMED
    assert s3.everything() == before


def test_a_default_retention_lasts_a_hundred_years_at_most(s3: Wire) -> None:
    s3.versioning("Enabled")
    before = s3.everything()
    assert put(s3, "object-lock", lock("<Mode>GOVERNANCE</Mode><Years>101</Years>")).refusal == (
        400, "InvalidArgument", {"ArgumentName": "Years", "ArgumentValue": "101"},
    )  # fmt: skip
    assert put(s3, "object-lock", lock("<Mode>GOVERNANCE</Mode><Days>36501</Days>")).code == "InvalidArgument"  # too large!
    assert s3.everything() == before
    assert put(s3, "object-lock", lock("<Mode>GOVERNANCE</Mode><Years>100</Years>")).status == 200


def test_event_holds_are_not_ignored(s3: Wire) -> None:
    s3.object_lock()
    s3.put("key", b"", content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")
    before = s3.everything()
    content = lock("<Mode>GOVERNANCE</Mode><Days>1</Days><DefaultEventHold><Days>1</Days></DefaultEventHold>")
    assert put(s3, "object-lock", content).refusal == (501, "NotImplemented", {})
    body = b"<Retention><EventHold>ON</EventHold></Retention>"
    md5 = {"content-md5": "AVkseTE8z0SODXJ9axiREg=="}
    assert s3("PUT", "/bucket/key", body, query="retention", headers=md5).refusal == (501, "NotImplemented", {})
    assert s3.everything() == before
