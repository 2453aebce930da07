"""Lifecycle rules over the wire, for tests."""

from __future__ import annotations

from s3_wire import Answer, Wire, dashed

DAY = 86400.0


def put(s3: Wire, content: str, **headers: str) -> Answer:
    body = f"<LifecycleConfiguration>{content}</LifecycleConfiguration>".encode()
    return s3("PUT", "/bucket", body, query="lifecycle", headers=dashed(headers))


def rule(actions: str, conditions: str = "<Filter/>", rule_id: str = "<ID>rule</ID>", status: str = "Enabled") -> str:
    return f"<Rule>{rule_id}{conditions}<Status>{status}</Status>{actions}</Rule>"


def has(s3: Wire, actions: str, conditions: str = "<Filter/>") -> bool:
    """Give the bucket one rule."""
    return put(s3, rule(actions, conditions)).status == 200


def expire(days: int) -> str:
    return f"<Expiration><Days>{days}</Days></Expiration>"


def noncurrent(days: int, newer: str = "") -> str:
    return f"<NoncurrentVersionExpiration><NoncurrentDays>{days}</NoncurrentDays>{newer}</NoncurrentVersionExpiration>"


def abort(days: int) -> str:
    return f"<AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation></AbortIncompleteMultipartUpload>"


def stack_of(s3: Wire, key: str = "key") -> list[tuple[str, bool]]:
    """(id, is a delete marker) of each version, newest first, as a client is told."""
    answer = s3("GET", "/bucket", query=f"versions&prefix={key}")
    assert answer.xml is not None
    return [
        (str(entry.text_of("VersionId")), entry.tag == "DeleteMarker")
        for entry in answer.xml
        if entry.tag in ("Version", "DeleteMarker")
    ]
