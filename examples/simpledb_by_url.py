"""The same three by hand: the query strings of the SimpleDB Developer Guide, signed (version 2) and sent without any SDK."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote, urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree

# Developer Guide, "Performing a Conditional Put": a line per parameter, as the guide prints them.
OPTIMISTIC = """
?Action=PutAttributes
&DomainName=MyDomain
&ItemName=JumboFez
&Attribute.1.Name=state
&Attribute.1.Value=fuzzy
&Attribute.1.Replace=true
&Attribute.2.Name=VersionNumber
&Attribute.2.Value=31
&Attribute.2.Replace=true
&Expected.1.Name=VersionNumber
&Expected.1.Value=30
&Version=2009-04-15
"""
COUNTER = """
?Action=PutAttributes
&DomainName=MyDomain
&ItemName=www.fezco.com
&Attribute.1.Name=PageHits
&Attribute.1.Value=122
&Attribute.1.Replace=true
&Expected.1.Name=PageHits
&Expected.1.Value=121
&Version=2009-04-15
"""
EXISTENCE = """
?Action=PutAttributes
&DomainName=MyDomain
&ItemName=PetiteFez
&Attribute.1.Name=quantity
&Attribute.1.Value=1
&Expected.1.Name=quantity
&Expected.1.Exists=false
&Version=2009-04-15
"""


def signed(endpoint: str, query: str, access_key: str, secret: str) -> str:
    """The URL: parameters sorted and encoded, then the Base64 of their HMAC under `GET`, host and path."""
    parameters = dict(parse_qsl(query.replace("\n", "").lstrip("?"), keep_blank_values=True))
    parameters["AWSAccessKeyId"] = access_key
    parameters["SignatureVersion"] = "2"
    parameters["SignatureMethod"] = "HmacSHA256"
    parameters["Timestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    encoded = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(parameters.items()))
    text = f"GET\n{urlsplit(endpoint).netloc.lower()}\n/\n{encoded}"
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return f"{endpoint}/?{encoded}&Signature={quote(signature, safe='')}"


def send(endpoint: str, query: str) -> str:
    """The status, and the error's code if there is one."""
    url = signed(endpoint, query, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    try:
        with urlopen(url) as answer:
            return str(answer.status)
    except HTTPError as error:
        return f"{error.code} {ElementTree.fromstring(error.read()).findtext('Errors/Error/Code')}"


def main() -> None:
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "https://sdb.amazonaws.com").rstrip("/")
    send(endpoint, "Action=CreateDomain&DomainName=MyDomain&Version=2009-04-15")
    put = "Action=PutAttributes&DomainName=MyDomain&Version=2009-04-15&Attribute.1.Replace=true&"
    send(endpoint, put + "ItemName=JumboFez&Attribute.1.Name=VersionNumber&Attribute.1.Value=30")
    send(endpoint, put + "ItemName=www.fezco.com&Attribute.1.Name=PageHits&Attribute.1.Value=121")
    for name, query in (("version number", OPTIMISTIC), ("page counter", COUNTER), ("existence check", EXISTENCE)):
        print(f"{name}: {send(endpoint, query)}, once more: {send(endpoint, query)}")


if __name__ == "__main__":
    main()
