"""`condemu data`: what an emulator holds, as files. A row of COMMANDS is a command below it.

save and load speak to an emulator that runs: its state becomes a snapshot file, or is replaced by one. Nothing is left half done:
a file appears under its name when it is whole, and the emulator reads all of a file before it changes anything. unpack makes a
seed directory of a file (`shell/unpacking.py`); the others are about a data directory that no emulator uses
(`shell/data_directories.py`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from condemu.shell import data_directories, unpacking
from condemu.shell.door import DEFAULT_URL, sure, url_of

if TYPE_CHECKING:
    from http.client import HTTPConnection

PATH: Final = "/_condemu/snapshot"
_PIECE: Final = 256 * 1024


class Command(NamedTuple):
    """A command below `data`: what it does, what it takes, and the function that does it and says how the process ends."""

    text: str
    arguments: Callable[[argparse.ArgumentParser], None]
    act: Callable[[argparse.Namespace], int]


def add_to(commands: Any) -> None:
    """Add `data` to the commands of the command line."""
    data = commands.add_parser("data", help="save the state of an emulator to a file, or load it from one")
    below = data.add_subparsers(dest="data_command", metavar="command", required=True)
    for name, command in COMMANDS.items():
        command.arguments(below.add_parser(name, help=command.text, description=f"{command.text[0].upper()}{command.text[1:]}."))


def run(options: argparse.Namespace) -> int:
    return COMMANDS[options.data_command].act(options)


# --- an emulator that runs --------------------------------------------------------------------------------------------------


def save(options: argparse.Namespace) -> int:
    """What an emulator holds, as a file: a whole one, or none."""
    from contextlib import closing, suppress
    from http.client import HTTPException

    sure(url_of(options.url), _headers(options))
    unfinished = f"{options.file}.unfinished"
    try:
        with closing(_connection(options)) as connection:
            connection.request("GET", _path(options), headers=_headers(options))
            answer = connection.getresponse()
            if answer.status != 200:
                return _refused(options, answer.read())
            if answer.headers.get_content_type() != "application/zip":
                return _refused(options, b"")
            with open(unfinished, "wb") as file:
                size = _copied(answer, file)
            if str(size) != answer.headers["Content-Length"]:
                raise HTTPException("the answer ended before it was complete")
        os.replace(unfinished, options.file)
    except (OSError, HTTPException, UnicodeError) as problem:
        with suppress(OSError):
            os.unlink(unfinished)
        return _failed(options, problem)
    print(f"{options.file}: {size} bytes")
    return 0


def load(options: argparse.Namespace) -> int:
    """An emulator's state is replaced by that of a file."""
    import json
    from contextlib import closing, suppress
    from http.client import HTTPException

    if os.path.exists(options.file):
        sure(url_of(options.url), _headers(options))
    try:
        with open(options.file, "rb") as file, closing(_connection(options)) as connection:
            headers = _headers(options) | {"Content-Length": str(os.fstat(file.fileno()).st_size)}
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent: the answer says why
                connection.request("PUT", _path(options), file, headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                return _refused(options, body)
        try:
            held = dict(json.loads(body)["accounts"])
        except (ValueError, LookupError, TypeError):
            return _refused(options, b"")
    except (OSError, HTTPException, UnicodeError) as problem:
        return _failed(options, problem)
    for account, entries in held.items():
        print(f"account {account}: {entries} entries")
    return 0


def _connection(options: argparse.Namespace) -> HTTPConnection:
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.parse import urlsplit

    url = urlsplit(url_of(options.url))
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return kind(url.hostname or "127.0.0.1", url.port or (443 if url.scheme == "https" else 80))


def _path(options: argparse.Namespace) -> str:
    from urllib.parse import quote, urlsplit

    path = urlsplit(url_of(options.url)).path.rstrip("/") + PATH
    return path if options.account is None else f"{path}?account={quote(options.account, '', errors='replace')}"


def _headers(options: argparse.Namespace) -> dict[str, str]:
    token = options.token or os.environ.get("CONDEMU_ADMIN_TOKEN")
    return {"X-Condemu-Token": token} if token else {}


def _copied(source: Any, target: IO[bytes]) -> int:
    size = 0
    while piece := source.read(_PIECE):
        size += target.write(piece)
    return size


def _refused(options: argparse.Namespace, body: bytes) -> int:
    """The emulator's own sentence; of a server that is none, that it is none."""
    import json

    try:
        sentence = json.loads(body)["error"]
    except (ValueError, LookupError, TypeError):
        sentence = f"what answers at {url_of(options.url)} is no condemu, or an older one"
    print(f"condemu: {options.file}: {sentence}", file=sys.stderr)
    return 1


def _failed(options: argparse.Namespace, problem: Exception) -> int:
    if isinstance(problem, OSError) and problem.filename is not None:
        print(f"condemu: {problem.filename}: {problem.strerror}", file=sys.stderr)
    else:
        print(f"condemu: {url_of(options.url)}: {problem}", file=sys.stderr)
    return 1


def _of_an_emulator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the snapshot file, a zip")
    parser.add_argument("--url", help=f"where the emulator is (CONDEMU_URL, else {DEFAULT_URL})")
    parser.add_argument("--account", help="one account alone, twelve digits (all of them)")
    parser.add_argument("--token", help="what the administration asks for (CONDEMU_ADMIN_TOKEN)")


COMMANDS: Final[dict[str, Command]] = {
    "save": Command("save what a running emulator holds to a file", _of_an_emulator, save),
    "load": Command("replace what a running emulator holds by what a file does", _of_an_emulator, load),
    "unpack": Command("write what a snapshot file holds as a seed directory", unpacking.arguments, unpacking.unpack),
    "check": Command("say whether a data directory is sound", data_directories.of_a_directory, data_directories.check),
    "repair": Command("go on with what is intact of a data directory", data_directories.of_a_directory, data_directories.repair),
    "export": Command("write what a data directory holds to a file", data_directories.of_both, data_directories.export),
    "import": Command("make a data directory of a file", data_directories.of_both, data_directories.import_),
}
