"""A domain that is being exported stays."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import Refusal, accepted, attempt, same, true
from ..resources import Resources, wait

pytestmark = [pytest.mark.tier("exact"), pytest.mark.needs("simpledb.exports", "s3")]


def test_a_domain_under_export_is_not_deleted(client: Any, sdb: Any, bucket: str, resources: Resources) -> None:
    """DeleteDomain is refused with 409 while an export is PENDING or IN_PROGRESS, and the domain goes once it has ended.

    Source: SimpleDB API Reference, "DeleteDomain" [documented]
    """
    exports, domain = client("simpledbv2"), resources.domain()
    arn = accepted(exports.start_domain_export, domainName=domain, s3Bucket=bucket)["exportArn"]
    answer = attempt(sdb.delete_domain, DomainName=domain)
    if isinstance(answer, Refusal):
        told = "Cannot delete domain due to a PENDING or IN_PROGRESS export."
        same((answer.status, answer.code, answer.message), (409, "DeleteConflictException", told), "the refusal")
        true(domain in str(accepted(sdb.list_domains)), "the domain is there")
    else:
        true(ended(exports, arn), "a domain is deleted only once its export has ended")
    wait(lambda: ended(exports, arn), attempts=2400)
    accepted(sdb.delete_domain, DomainName=domain)


def ended(exports: Any, arn: str) -> bool:
    return exports.get_export(exportArn=arn)["exportStatus"] not in ("PENDING", "IN_PROGRESS")
