"""A seed is applied by ordinary requests, so all that AWS checks is checked. A refusal is told with its file and AWS's words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import md5
from itertools import count
from pathlib import Path
from typing import IO, Any, Final, TypeVar
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from condemu.core.http import Body, BytesBody, Request, Response
from condemu.core.service import Service, at_once
from condemu.server.state_files import SeedRefused

T = TypeVar("T")
PIECE: Final = 256 * 1024
JSON_TYPE: Final = "application/x-amz-json-1.0"
FORM_TYPE: Final = "application/x-www-form-urlencoded"


class FileBody:
    """A file as the body of a request, read piece by piece."""

    __slots__ = ("_file",)

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def next_chunk(self) -> bytes:
        return self._file.read(PIECE)

    def take(self) -> bytes | None:
        return None


class Asker:
    """Asks the services of an emulator, as the root user of its account. `where` is the file that a request is made for."""

    def __init__(self, services: Mapping[str, Service], region: str) -> None:
        self.region = region
        self._services = services
        self._numbers = count(1)

    def s3(
        self, where: str, method: str, path: str, query: str = "", body: bytes | IO[bytes] = b"", size: int = 0,
        headers: Mapping[str, str] | None = None, allowed: Sequence[int] = (),
    ) -> int:  # fmt: skip
        """The status of the answer. `path` is the bucket and perhaps a key; `size` is that of a body that is a file."""
        sent = {"host": "localhost", **(headers or {})}
        if isinstance(body, bytes):
            sent["content-length"] = str(len(body))
            if body:
                sent["content-md5"] = _base64(md5(body, usedforsecurity=False).digest())
            return self._answered(where, "s3", Request(method, quote(path), query, sent, BytesBody(body)), allowed).status
        sent["content-length"] = str(size)
        return self._answered(where, "s3", Request(method, quote(path), query, sent, FileBody(body)), allowed).status

    def answer_of_s3(self, method: str, path: str, query: str) -> Response:
        """The answer, whatever it is."""
        headers = {"host": "localhost", "content-length": "0"}
        return self._answered("", "s3", Request(method, quote(path), query, headers, BytesBody(b"")), allowed=range(300, 600))

    def answer_of_dynamodb(self, operation: str, members: Mapping[str, Any]) -> Any:
        """What is answered to a request that is in order."""
        headers = {"host": "localhost", "content-type": JSON_TYPE, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        body = json.dumps(members).encode("utf-8", "surrogatepass")
        sent = {**headers, "content-length": str(len(body))}
        answer = self._answered(operation, "dynamodb", Request("POST", "/", "", sent, BytesBody(body)), ())
        return json.loads(answer.body if isinstance(answer.body, bytes) else b"".join(answer.body))

    def dynamodb(self, where: str, operation: str, members: Mapping[str, Any], allowed: Sequence[int] = ()) -> int:
        headers = {"content-type": JSON_TYPE, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        body = json.dumps(members, default=_number).encode("utf-8", "surrogatepass")
        return self._posted(where, "dynamodb", body, headers, allowed)

    def simpledb(self, where: str, action: str, parameters: Mapping[str, str], allowed: Sequence[int] = ()) -> int:
        form = urlencode({"Action": action, "Version": "2009-04-15", **parameters}, errors="surrogatepass").encode()
        return self._posted(where, "simpledb", form, {"content-type": FORM_TYPE}, allowed)

    def _posted(self, where: str, service: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[int]) -> int:
        sent = {"host": "localhost", "content-length": str(len(body)), **headers}
        body_of: Body = BytesBody(body)
        return self._answered(where, service, Request("POST", "/", "", sent, body_of), allowed).status

    def _answered(self, where: str, service: str, request: Request, allowed: Sequence[int]) -> Response:
        request.call.identity = f"seed/{next(self._numbers)}"
        response = at_once(self._services[service].handle(request))
        if response.status >= 300 and response.status not in allowed:
            raise SeedRefused(f"{where}: {said(response)}")
        return response


def said(response: Response) -> str:
    """The code and the message of a refusal, of whichever protocol."""
    text = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    try:
        if text.startswith(b"{"):
            document = json.loads(text)
            code = str(document.get("__type", "")).rpartition("#")[2]
            return f"{code}: {document.get('message', document.get('Message', ''))}".removesuffix(": ")
        errors = ElementTree.fromstring(text)
        code, message = (next((one.text or "" for one in errors.iter(tag)), "") for tag in ("Code", "Message"))
        return f"{code}: {message}"
    except (ValueError, ElementTree.ParseError):
        return f"status {response.status}"


def listed(folder: Path) -> list[Path]:
    """What is in a folder of a seed, by name. What is hidden and no document is ignored there, such as links of an editor."""
    found = sorted(folder.iterdir())
    for path in found:
        if not path.name.startswith(".") or path.suffix in (".json", ".jsonl"):
            refuse_dangling(path)
    return found


def refuse_dangling(path: Path) -> None:
    """Refuse a symbolic link that leads nowhere: what it stands for would be missed."""
    if path.is_symlink() and not path.exists():
        raise SeedRefused(f"{path}: it is a symbolic link that leads nowhere, to {os.readlink(path)}")


def read_json(path: Path) -> Any:
    """A file of JSON, its numbers as they are written."""
    return json_of(path, _text(path))


def read_lines(path: Path) -> list[Any]:
    """A file with JSON on each line."""
    return [json_of(path, line, number) for number, line in enumerate(_text(path).splitlines(), 1) if line.strip()]


def json_of(path: Path, text: str, line: int = 0) -> Any:
    from decimal import Decimal

    def constant(name: str) -> Any:
        raise SeedRefused(f"{path}: {name} is no number of JSON")

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=constant)
    except json.JSONDecodeError as problem:
        raise SeedRefused(f"{path}: line {line or problem.lineno}, column {problem.colno}: {problem.msg}") from None
    except RecursionError:
        raise SeedRefused(f"{path}: it nests too deeply") from None
    except (ValueError, ArithmeticError):  # digits, or an exponent, that Python takes for an attack
        raise SeedRefused(f"{path}: {f'line {line}: ' if line else ''}it has a number that is too long to be read") from None


def _text(path: Path) -> str:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise SeedRefused(f"{path}: it is neither a file nor a folder")
    try:
        return path.read_text("utf-8")
    except OSError as problem:
        raise SeedRefused(f"{path}: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise SeedRefused(f"{path}: byte {problem.start} is no UTF-8") from None


def object_of(path: Path, document: Any, known: Sequence[str], what: str) -> dict[str, Any]:
    """A document that is an object with no other members than these."""
    if type(document) is not dict:
        raise SeedRefused(f"{path}: {what} is an object of JSON, not {kind_of(document)}")
    unknown = [name for name in document if name not in known]
    if unknown:
        raise SeedRefused(f"{path}: {what} has no {unknown[0]}; it can have {', '.join(known)}")
    return document


def kind_of(document: Any) -> str:
    """What a person calls it."""
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}
    return kinds.get(type(document), "a number")


def _number(value: Any) -> Any:
    return float(value)


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode("ascii")
