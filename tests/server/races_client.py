"""A program that runs races over HTTP, as one in any other language does: a thread for each actor, boto3 in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import boto3
from botocore.config import Config

Actor = Callable[["Me"], Any]


class Admin:
    """Calls to the administration of a server. `asked` are the status and the document."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self._headers = dict(headers or {})

    def raw(self, method: str, path: str, body: bytes = b"", accept: str = "application/json") -> tuple[int, bytes]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=1800)
        try:
            connection.request(method, path, body, {"Accept": accept, **self._headers})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def __call__(self, method: str, path: str, document: Any = None) -> tuple[int, Any]:
        status, body = self.raw(method, "/_condemu/" + path, b"" if document is None else json.dumps(document).encode())
        return status, json.loads(body) if body else None


class Me:
    """What an actor is given."""

    def __init__(self, admin: Admin, race: Mapping[str, Any], name: str, options: Mapping[str, Any]) -> None:
        self._admin = admin
        self._race = race
        self.name = name
        self._options = options

    def say(self, **what: Any) -> Any:
        status, document = self._admin("POST", f"races/{self._race['race']}/actors/{self.name}", what)
        assert status == 200, document
        return document

    def client(self, service: str) -> Any:
        key, secret = self._race["access_keys"][self.name], self._race["secret_access_key"]
        return client(self._admin.url, service, key, secret, **self._options)

    def time(self) -> float:
        return self._admin("GET", f"races/{self._race['race']}/clock?actor={self.name}")[1]["time"]


_clients: dict[tuple[Any, ...], Any] = {}
_lock = threading.Lock()


def client(url: str, service: str, key: str = "test", secret: str = "test", **options: Any) -> Any:
    """A client, made once: to make one takes longer than a schedule."""
    with _lock:
        known = (url, service, key, secret, repr(options))
        if known not in _clients:
            _clients[known] = made(url, service, key, secret, options)
        return _clients[known]


def made(url: str, service: str, key: str, secret: str, options: Mapping[str, Any]) -> Any:
    settings = {"retries": {"total_max_attempts": 3}, "s3": {"addressing_style": "path"}, "read_timeout": 1800, **options}
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(**settings),
    )  # fmt: skip


def explored(
    admin: Admin,
    actors: Mapping[str, Actor],
    check: Callable[[Mapping[str, Any]], str],
    options: Mapping[str, Any] | None = None,
    begin: bool = True,
    **race: Any,
) -> tuple[str, dict[str, Any]]:
    """The report as text and as JSON, after every schedule or the first that failed. `check` says what is wrong, if anything."""
    status, made = admin("POST", "races", {"actors": list(actors), **race})
    assert status == 201, made
    name = made["race"]
    while admin("POST", f"races/{name}/next")[0] == 200:
        told = schedule(admin, made, actors, options or {}, begin)
        why = check(told)
        status, document = admin("POST", f"races/{name}/verdict", {"ok": not why, "why": why})
        assert status == 200, document
    report = admin.raw("GET", f"/_condemu/races/{name}/report", accept="text/plain")[1].decode()
    document = admin("GET", f"races/{name}/report")[1]
    status, picture = admin.raw("GET", f"/_condemu/races/{name}/report", accept="image/svg+xml")
    assert status == (404 if document["failed"] is None else 200)
    if status == 200:
        words = [element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
        acted = {step["actor"] for step in document["failed"]["steps"] if step.get("actor")}
        assert acted <= set(words)
        assert all(step["operation"] in " ".join(words) for step in document["failed"]["steps"] if "operation" in step)
    assert admin("DELETE", f"races/{name}")[0] == 204
    return report, document


def schedule(
    admin: Admin, made: Mapping[str, Any], actors: Mapping[str, Actor], options: Mapping[str, Any], begin: bool = True
) -> dict[str, Any]:
    """Run the actors once. What each returned, or the exception that it raised."""
    told: dict[str, Any] = {}

    def act(name: str) -> None:
        me = Me(admin, made, name, options)
        if begin:
            me.say(**{"is": "started"})
        try:
            told[name] = actors[name](me)
        except Exception as error:
            told[name] = error
        said = told[name] if not isinstance(told[name], Exception) else f"raised {type(told[name]).__name__}"
        me.say(**{"is": "ended", "told": said})

    threads = [threading.Thread(target=act, args=(name,)) for name in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(1800)
    return told
