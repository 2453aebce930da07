"""Buckets served as websites."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from s3_website import ERROR, HOST, INDEX, ask, furnish, rules, website, when
from s3_wire import Wire

from condemu.core.http import BytesBody, Request
from condemu.s3.requests.addressing import bucket_of_host, website_of_host
from condemu.server.app import Emulator, build
from condemu.server.system import SystemClock
from condemu.wire.rest import http_date


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("b.s3-website.localhost", "b"),
        ("b.s3-website.localhost:9000", "b"),
        ("b.s3-website-us-east-1.amazonaws.com", "b"),
        ("www.example.com.s3-website.eu-central-1.amazonaws.com:80", "www.example.com"),
        ("b.s3-website.eu-central-1.localhost.localstack.cloud", "b"),
        ("b.s3-website.cn-north-1.amazonaws.com.cn", "b"),
    ],
)
def test_a_websites_host_names_its_bucket(host: str, bucket: str) -> None:
    assert bucket_of_host(host) == bucket
    assert website_of_host(host) is not None


@pytest.mark.parametrize(
    "host", ["b.s3.localhost", "b.localhost", "localhost", "s3-website.localhost", "b.s3-website.example.com"]
)
def test_other_hosts_are_no_websites(host: str) -> None:
    assert website_of_host(host) is None


@pytest.fixture
def site(s3: Wire) -> Wire:
    furnish(s3)
    return s3


def test_the_root_is_the_index_document(site: Wire) -> None:
    answer = ask(site, "/")
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"home", "text/html")
    assert ask(site, "/", if_none_match=str(answer["etag"])).status == 304
    assert ask(site, "/", range="bytes=1-2").body == b"om"
    assert (ask(site, "/", range="bytes=1-2").status, ask(site, "/", if_match="no").status) == (206, 412)


def test_an_error_is_a_page_of_html(s3: Wire) -> None:
    website(s3)
    answer = ask(s3, "/x&y")
    assert (answer.status, answer["content-type"]) == (404, "text/html; charset=utf-8")
    assert answer.body.decode() == (
        "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n<li>Code: NoSuchKey</li>\n"
        "<li>Message: The specified key does not exist.</li>\n<li>Key: x&amp;y</li>\n<li>RequestId: 0123456789ABCDEF</li>\n"
        "<li>HostId: host</li>\n</ul>\n<hr/>\n</body>\n</html>\n"
    )
    told = [answer[f"x-amz-error-{name}"] for name in ("code", "message", "detail-Key")]
    assert told == ["NoSuchKey", "The specified key does not exist.", "x%26y"]


def test_a_folder_is_found_by_a_page_that_says_so(site: Wire) -> None:
    answer = ask(site, "/docs")
    assert (answer.status, answer["location"], answer["x-amz-error-code"]) == (302, "/docs/", "Found")
    assert "<h1>302 Found</h1>\n<ul>\n<li>Code: Found</li>\n<li>Message: Resource Found</li>" in answer.body.decode()


def test_an_error_document_that_is_not_there_is_told_of(s3: Wire) -> None:
    website(s3, INDEX + ERROR)
    body = ask(s3, "/x").body.decode()
    assert "<li>Key: x</li>" in body
    assert (
        "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n<li>Code: NoSuchKey</li>\n"
        "<li>Message: The specified key does not exist.</li>\n<li>Key: error.html</li>\n</ul>\n<hr/>"
    ) in body


def test_an_error_document_carries_the_error_in_headers(site: Wire) -> None:
    answer = ask(site, "/x")
    assert (answer.status, answer.body, answer["x-amz-error-code"], answer["x-amz-error-detail-key"]) == (
        404, b"oops", "NoSuchKey", "x",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("host", "code", "bucket"),
    [("nowhere.s3-website.localhost", "NoSuchBucket", "nowhere"), (HOST, "NoSuchWebsiteConfiguration", "bucket")],
)
def test_without_a_website_there_is_none(s3: Wire, host: str, code: str, bucket: str) -> None:
    answer = ask(s3, "/", host=host)
    assert answer.status == 404
    assert f"<li>Code: {code}</li>" in answer.body.decode()
    assert f"<li>BucketName: {bucket}</li>" in answer.body.decode()


def test_a_website_takes_nothing(site: Wire) -> None:
    before = site.everything()
    for method in ("PUT", "POST", "DELETE"):
        answer = site(method, "/index.html", b"x", headers={"host": HOST})
        assert answer.status == 405
        assert f"<li>Method: {method}</li>" in answer.body.decode()
    assert site.everything() == before


def test_a_bucket_whose_requesters_pay_is_no_website(site: Wire) -> None:
    body = b"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"
    assert site("PUT", "/bucket", body, query="requestPayment").status == 200
    answer = ask(site, "/")
    assert (answer.status, answer["x-amz-error-code"]) == (403, "AccessDenied")


def test_a_website_does_not_serve_what_has_expired(site: Wire) -> None:
    body = (
        b"<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
        b"</LifecycleConfiguration>"
    )
    assert site("PUT", "/bucket", body, query="lifecycle").status == 200
    assert ask(site, "/").status == 200
    site.clock.advance(2 * 86400)
    assert ask(site, "/").status == 404


def test_the_rest_endpoint_answers_as_ever(site: Wire) -> None:
    site.put("moved", b"old", x_amz_website_redirect_location="/docs/")
    answer = site.get("moved")
    assert (answer.status, answer.body, answer["x-amz-website-redirect-location"]) == (200, b"old", "/docs/")
    assert site.get("x").refusal == (404, "NoSuchKey", {"Key": "x"})


def test_routing_rules_are_tried_in_their_order(site: Wire) -> None:
    website(site, INDEX + rules(
        (when("a/"), "<ReplaceKeyWith>first</ReplaceKeyWith>"),
        (when("a/b"), "<ReplaceKeyWith>second</ReplaceKeyWith>"),
        (when("b", "404"), "<Protocol>https</Protocol><ReplaceKeyWith>third page</ReplaceKeyWith>"),
        ("", "<HostName>other</HostName>"),
    ))  # fmt: skip
    assert ask(site, "/a/b")["location"] == f"http://{HOST}/first"
    assert ask(site, "/b")["location"] == "http://other/b"
    website(site, INDEX + rules(("", "<HostName>other</HostName><HttpRedirectCode>307</HttpRedirectCode>")))
    assert ask(site, "/b").status == 307
    website(site, INDEX + rules((when("b", "404"), "<Protocol>https</Protocol><ReplaceKeyWith>third page</ReplaceKeyWith>")))
    assert ask(site, "/b")["location"] == f"https://{HOST}/third%20page"
    assert ask(site, "/c").status == 404


# who may read it


@pytest.fixture
def guarded() -> Iterator[Emulator]:
    """With signatures: the site is read by nobody in particular."""
    emulator = build(environment={})
    for method, path, query, body in (
        ("PUT", "/bucket", "", b""),
        ("PUT", "/bucket", "website", f"<WebsiteConfiguration>{INDEX}{ERROR}</WebsiteConfiguration>".encode()),
        ("PUT", "/bucket/index.html", "", b"home"),
        ("PUT", "/bucket/error.html", "", b"oops"),
    ):
        assert sent(emulator, method, path, query, body, KEY).status == 200
    yield emulator
    emulator.close()


KEY = {"authorization": "AWS test:x", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}
POLICY = (
    b'{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", '
    b'"Resource": "arn:aws:s3:::bucket/*"}}'
)


def sent(emulator: Emulator, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Any:
    now = {"date": http_date(SystemClock().now())} if "date" in headers else {}
    sent_headers = {"host": "s3.localhost", "content-length": str(len(body)), **headers, **now}
    request: Request = emulator.received(method, path, query, sent_headers, BytesBody(body))
    return asyncio.run(emulator.answer(request))


def test_a_website_is_served_to_everybody_or_nobody(guarded: Emulator) -> None:
    def status(path: str, **headers: str) -> int:
        return int(sent(guarded, "GET", path, "", b"", {"host": HOST, **headers}).status)

    assert (status("/"), status("/x")) == (403, 403)
    assert status("/", **KEY) == 403  # the owner's signature does not count
    assert sent(guarded, "DELETE", "/bucket", "publicAccessBlock", b"", KEY).status == 204
    assert sent(guarded, "PUT", "/bucket", "policy", POLICY, KEY).status == 204
    assert (status("/"), status("/x")) == (200, 403)  # who may not list is not told what is missing
    listing = POLICY.replace(b'"s3:GetObject"', b'["s3:GetObject", "s3:ListBucket"]').replace(
        b'"arn:aws:s3:::bucket/*"', b'["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"]'
    )
    assert sent(guarded, "PUT", "/bucket", "policy", listing, KEY).status == 204
    assert (status("/"), status("/x")) == (200, 404)


def test_a_host_name_is_any_text_and_a_header_is_not(site: Wire) -> None:
    website(site, "<RedirectAllRequestsTo><HostName>a&#13;&#10;X-Evil: ä€</HostName></RedirectAllRequestsTo>")
    answer = ask(site, "/key")
    assert (answer.status, answer["location"]) == (301, "http://a%0D%0AX-Evil:%20%C3%A4%E2%82%AC/key")
    assert answer["x-evil"] is None
