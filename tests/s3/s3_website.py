"""A bucket as a website, for tests."""

from __future__ import annotations

from s3_wire import Answer, Wire

HOST = "bucket.s3-website.localhost:9000"
INDEX = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
ERROR = "<ErrorDocument><Key>error.html</Key></ErrorDocument>"


def website(s3: Wire, content: str = INDEX) -> None:
    body = f"<WebsiteConfiguration>{content}</WebsiteConfiguration>".encode()
    assert s3("PUT", "/bucket", body, query="website").status == 200


def rules(*pairs: tuple[str, str]) -> str:
    inside = "".join(f"<RoutingRule>{condition}<Redirect>{redirect}</Redirect></RoutingRule>" for condition, redirect in pairs)
    return f"<RoutingRules>{inside}</RoutingRules>"


def when(prefix: str = "", status: str = "") -> str:
    by_prefix = f"<KeyPrefixEquals>{prefix}</KeyPrefixEquals>" if prefix else ""
    by_status = f"<HttpErrorCodeReturnedEquals>{status}</HttpErrorCodeReturnedEquals>" if status else ""
    return f"<Condition>{by_prefix}{by_status}</Condition>"


def ask(s3: Wire, path: str, method: str = "GET", host: str = HOST, **headers: str) -> Answer:
    return s3(method, path, headers={"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}})


def furnish(s3: Wire) -> None:
    """A page, a folder and an error document."""
    website(s3, INDEX + ERROR)
    s3.put("index.html", b"home", content_type="text/html")
    s3.put("docs/index.html", b"docs", content_type="text/html")
    s3.put("error.html", b"oops", content_type="text/html")
