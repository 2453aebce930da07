"""What curl sees: bytes over a socket, and AWS's XML for everything that is wrong."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest

from condemu.testing.server import Server

BASE = "Version=2009-04-15&AWSAccessKeyId=123456789012&SignatureVersion=2&SignatureMethod=HmacSHA256&Signature=x&Timestamp="


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(auth="off") as server:
        yield server


def ask(
    server: Server, query: str, body: bytes | None = None, method: str | None = None, path: str = "/"
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=1800)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"} if body is not None else {}
    target = f"{path}?{query}" if query else path
    connection.request(method or ("GET" if body is None else "POST"), target, body, {"Host": "sdb.amazonaws.com", **headers})
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def test_a_conditional_put_over_get_and_its_exact_replies(server: Server) -> None:
    assert ask(server, f"{BASE}&Action=CreateDomain&DomainName=MyDomain")[0] == 200
    put = f"{BASE}&Action=PutAttributes&DomainName=MyDomain&ItemName=JumboFez&Attribute.1.Name=a1&Attribute.1.Value="
    status, headers, text = ask(server, put + "7&Expected.1.Name=a1&Expected.1.Exists=false")
    request_id = ElementTree.fromstring(text)[0][0].text
    assert (status, headers["content-type"], headers["server"]) == (200, "text/xml", "Amazon SimpleDB")
    assert "date" in headers
    assert text == (
        '<?xml version="1.0"?>\n<PutAttributesResponse xmlns="http://sdb.amazonaws.com/doc/2009-04-15/"><ResponseMetadata>'
        f"<RequestId>{request_id}</RequestId><BoxUsage>0.0000219909</BoxUsage></ResponseMetadata></PutAttributesResponse>"
    )
    status, headers, text = ask(server, put + "6&Expected.1.Name=a1&Expected.1.Value=6")
    request_id = ElementTree.fromstring(text).findtext("RequestID")
    assert (status, headers["content-type"]) == (409, "text/xml")
    assert text == (
        '<?xml version="1.0"?>\n<Response><Errors><Error><Code>ConditionalCheckFailed</Code><Message>Conditional check failed. '
        "Attribute (a1) value is (7) but was expected (6)</Message><BoxUsage>0.0000219907</BoxUsage></Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>"
    )
    assert headers["x-condemu-because"].startswith("a1 is '7', not '6'")


@pytest.mark.parametrize(
    ("query", "body", "status", "code"),
    [
        ("Action=ListDomains&Version=2009-04-15%FF%FE", None, 400, "InvalidHttpRequest"),
        ("Action=ListDomains&Version=1999-01-01", None, 400, "NoSuchVersion"),
        ("Action=Nothing&Version=2009-04-15", None, 400, "InvalidAction"),
        ("Version=2009-04-15", None, 400, "MissingAction"),
        ("", b"Action=PutAttributes&DomainName=%00&ItemName=i", 400, "InvalidParameterValue"),
        ("", b"Action=PutAttributes&DomainName=MyDomain&ItemName=%ff", 400, "InvalidHttpRequest"),
        ("", b"Action=Select&SelectExpression=select", 400, "InvalidQueryExpression"),
        ("", b"\xff\xfe\x00&&&===&Action=ListDomains&=", 400, "InvalidHttpRequest"),
    ],
)
def test_what_is_wrong_is_answered_in_xml(server: Server, query: str, body: bytes | None, status: int, code: str) -> None:
    found, headers, text = ask(server, query, body)
    assert (found, ElementTree.fromstring(text).findtext("Errors/Error/Code")) == (status, code)
    assert headers["content-type"] == "text/xml"


def test_other_methods_and_paths_are_refused(server: Server) -> None:
    status, _, text = ask(server, "Action=ListDomains", b"", method="PUT")
    assert (status, ElementTree.fromstring(text).findtext("Errors/Error/Message")) == (
        400, "The requested HTTP verb is not supported: PUT",
    )  # fmt: skip
    status, _, text = ask(server, "Action=ListDomains", path="/elsewhere")
    assert ElementTree.fromstring(text).findtext("Errors/Error/Message") == "The URI /elsewhere is not valid."


def test_a_form_of_several_megabytes_is_refused(server: Server) -> None:
    status, _, text = ask(server, "", b"Action=PutAttributes&x=" + b"y" * 5_000_000)
    assert (status, ElementTree.fromstring(text).findtext("Errors/Error/Code")) == (400, "InvalidHttpRequest")


def test_text_in_any_script_comes_back(server: Server) -> None:
    value = "日本 é & < > \" ' + % \r\n\t end"
    ask(server, f"{BASE}&Action=CreateDomain&DomainName=Texts")
    ask(server, f"{BASE}&Action=PutAttributes&DomainName=Texts&ItemName=i&Attribute.1.Name=n&Attribute.1.Value={quote(value)}")
    _, _, text = ask(server, f"{BASE}&Action=GetAttributes&DomainName=Texts&ItemName=i")
    root = ElementTree.fromstring(text)
    assert [element.text for element in root.iter("{http://sdb.amazonaws.com/doc/2009-04-15/}Value")] == [value]
