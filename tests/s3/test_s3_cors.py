from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

from condemu.s3.buckets.cors import like


def rule(methods: str = "GET", origins: str = "*", headers: str = "", more: str = "") -> str:
    def elements(tag: str, values: str) -> str:
        return "".join(f"<{tag}>{value}</{tag}>" for value in values.split())

    return (
        f"<CORSRule>{elements('AllowedHeader', headers)}{elements('AllowedMethod', methods)}{elements('AllowedOrigin', origins)}"
        f"{more}</CORSRule>"
    )


def put(s3: Wire, *rules: str) -> Answer:
    return s3("PUT", "/bucket", f"<CORSConfiguration>{''.join(rules)}</CORSConfiguration>".encode(), query="cors")


def ask(
    s3: Wire, method: str = "PUT", origin: str = "https://example.org", headers: str = "", path: str = "/bucket/key"
) -> Answer:
    sent = {"origin": origin, "access-control-request-method": method}
    if headers:
        sent["access-control-request-headers"] = headers
    return s3("OPTIONS", path, headers={name: value for name, value in sent.items() if value})


def allowed(answer: Answer) -> dict[str, str]:
    return {name.removeprefix("access-control-"): value for name, value in answer.headers.items() if name.startswith("access-c")}


def test_rules_are_put_read_and_deleted(s3: Wire) -> None:
    none = (404, "NoSuchCORSConfiguration", {"BucketName": "bucket"})
    assert s3("GET", "/bucket", query="cors").refusal == none
    rules = (
        rule("GET PUT", "https://*.example.org http://a", "x-* if-match", "<ExposeHeader>etag</ExposeHeader>"),
        (
            "<CORSRule><ID>open</ID><AllowedMethod>HEAD</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
            "<MaxAgeSeconds>30</MaxAgeSeconds></CORSRule>"
        ),
    )
    assert put(s3, *rules).status == 200
    assert s3("GET", "/bucket", query="cors").body.endswith(f"{''.join(rules)}</CORSConfiguration>".encode())
    for _ in range(2):
        assert s3("DELETE", "/bucket", query="cors").status == 204
        assert s3("GET", "/bucket", query="cors").refusal == none


@pytest.mark.parametrize(
    ("rules", "code", "text"),
    [
        ((), "MalformedXML", ""),
        ((rule(),) * 101, "MalformedXML", ""),
        ((rule(methods=""),), "MalformedXML", ""),
        ((rule(origins=""),), "MalformedXML", ""),
        ((rule(more="<MaxAgeSeconds>soon</MaxAgeSeconds>"),), "MalformedXML", ""),
        (
            (rule("GET MYMETHOD"),),
            "InvalidRequest",
            "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD",
        ),
        ((rule("get"),), "InvalidRequest", "Found unsupported HTTP method in CORS config. Unsupported method is get"),
        (
            (rule(origins="http://*.*"),),
            "InvalidRequest",
            "AllowedOrigin &quot;http://*.*&quot; can not have more than one wildcard.",
        ),
        ((rule(headers="*x*"),), "InvalidRequest", "AllowedHeader &quot;*x*&quot; can not have more than one wildcard."),
        ((rule(more="<ExposeHeader>*</ExposeHeader>"),), "InvalidRequest", "ExposeHeader &quot;*&quot; contains wildcard."),
    ],
)
def test_rules_are_refused(s3: Wire, rules: tuple[str, ...], code: str, text: str) -> None:
    before = s3.everything()
    answer = put(s3, *rules)
    assert answer.refusal == (400, code, {})
    assert text.encode() in answer.body
    assert s3.everything() == before


def test_a_preflight_needs_an_origin_a_method_a_bucket_and_rules(s3: Wire) -> None:
    for path in ("/bucket/key", "/missing/key"):
        answer = s3("OPTIONS", path)
        assert answer.refusal == (400, "BadRequest", {})
        assert b"Insufficient information. Origin request header needed." in answer.body
    assert ask(s3, method="").refusal == (403, "AccessForbidden", {"Method": "OPTIONS", "ResourceType": "BUCKET"})
    answer = ask(s3, path="/missing/key")
    assert answer.refusal == (403, "AccessForbidden", {"Method": "OPTIONS", "ResourceType": "BUCKET"})
    assert b"CORSResponse: Bucket not found" in answer.body
    answer = ask(s3)
    assert answer.refusal == (403, "AccessForbidden", {"Method": "PUT", "ResourceType": "BUCKET"})
    assert b"CORSResponse: CORS is not enabled for this bucket." in answer.body


def test_a_preflight_is_allowed_by_the_first_rule_that_matches(s3: Wire) -> None:
    put(
        s3,
        rule(
            "PUT", "https://example.org", "if-match x-amz-*", "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>9</MaxAgeSeconds>"
        ),
        rule("PUT GET", "*", "if-match"),
    )
    answer = ask(s3, headers="If-Match, X-Amz-Date")
    assert (answer.status, answer.body, answer["content-length"]) == (200, b"", "0")
    assert allowed(answer) == {
        "allow-origin": "https://example.org",
        "allow-methods": "PUT",
        "allow-headers": "if-match, x-amz-date",
        "expose-headers": "ETag",
        "max-age": "9",
        "allow-credentials": "true",
    }
    assert answer["vary"] == "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    assert allowed(ask(s3, origin="http://elsewhere")) == {"allow-origin": "*", "allow-methods": "PUT, GET"}


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "DELETE"},
        {"origin": "https://example.org:8080"},
        {"origin": "https://sub.example.org"},
        {"headers": "if-none-match"},
        {"headers": "if-match, authorization"},
    ],
)
def test_a_preflight_is_refused_when_no_rule_matches_all_of_it(s3: Wire, asked: dict[str, str]) -> None:
    put(s3, rule("PUT", "https://example.org", "if-match"))
    answer = ask(s3, **asked)
    assert answer.refusal == (403, "AccessForbidden", {"Method": asked.get("method", "PUT"), "ResourceType": "OBJECT"})
    assert b"CORSResponse: This CORS request is not allowed." in answer.body


def test_answers_and_refusals_tell_the_browser_what_is_allowed(s3: Wire) -> None:
    put(s3, rule("GET PUT", "https://*.example.org", more="<ExposeHeader>etag</ExposeHeader>"))
    s3.put("key")
    origin = "https://a.example.org"
    expected = {
        "allow-origin": origin, "allow-methods": "GET, PUT", "expose-headers": "etag", "allow-credentials": "true",
    }  # fmt: skip
    assert allowed(s3.get("key", origin=origin)) == expected
    refused = s3.put("key", if_none_match="*", origin=origin)
    assert (refused.status, allowed(refused)) == (412, expected)
    assert allowed(s3.get("key", origin="https://example.org")) == {}
    assert allowed(s3.delete("key", origin=origin)) == {}
    assert allowed(s3.get("key")) == {}
    assert allowed(s3("GET", "/missing/key", headers={"origin": origin})) == {}


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [("*", "", True), ("a*b", "ab", True), ("a*a", "a", False), ("a*", "b", False), ("*b", "ab", True), ("ab", "AB", False)],
)
def test_one_star_stands_for_anything(pattern: str, text: str, matches: bool) -> None:
    assert like(pattern, text) is matches
