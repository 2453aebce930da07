"""`condemu data check, repair, export, import`: a data directory that no emulator uses at the moment."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import closing, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from condemu.server.app import Emulator
    from condemu.storage.repair import Inspected

PATH = "/_condemu/snapshot"


def check(options: argparse.Namespace) -> int:
    """Say what is in a data directory. It is not changed."""
    from condemu.storage.data_directory import DataUnusable

    try:
        with closing(_inspected(options.directory)) as inspected:
            print(inspected.report)
            return 0 if inspected.report.sound else 1
    except DataUnusable as problem:
        return _failed(str(problem))


def repair(options: argparse.Namespace) -> int:
    """Go on with what is intact."""
    from condemu.storage.data_directory import DataUnusable

    try:
        with closing(_inspected(options.directory)) as inspected:
            print(inspected.report)
            if not inspected.report.damage:
                return 0
            print(f"what was damaged is in {inspected.repair()}; condemu starts again with what is intact")
            return 0
    except DataUnusable as problem:
        return _failed(str(problem))
    except OSError as problem:
        return _failed(f"{options.directory}: {problem.strerror}")


def export(options: argparse.Namespace) -> int:
    """A data directory's contents as a snapshot file, which any version reads that reads its format."""
    from condemu.storage.data_directory import HEADER

    if not os.path.isdir(options.directory):
        return _failed(f"{options.directory}: there is no such directory")
    if not os.path.lexists(os.path.join(options.directory, HEADER)):
        return _failed(f"{options.directory} is no data directory: there is no {HEADER} in it")
    unfinished = f"{options.file}.unfinished"
    try:
        with closing(_emulator(options)) as emulator, open(unfinished, "wb") as file:
            problem = asyncio.run(_save(emulator, file))
        if problem:
            return _failed(f"{options.file}: {problem}")
        os.replace(unfinished, options.file)
    except (OSError, ValueError) as failure:
        return _failed(_told(failure))
    finally:
        with suppress(OSError):
            os.unlink(unfinished)
    print(f"{options.file}: {os.path.getsize(options.file)} bytes")
    return 0


def import_(options: argparse.Namespace) -> int:
    """A new data directory that holds what a snapshot file does."""
    if os.path.isdir(options.directory) and os.listdir(options.directory):
        return _failed(f"{options.directory} is not empty; a snapshot is imported into a new directory")
    begun, problem = False, ""
    try:
        with open(options.file, "rb") as file, closing(_emulator(options)) as emulator:
            begun = True
            refused = asyncio.run(_load(emulator, file))
        problem = f"{options.file}: {refused}" if refused else ""
    except (OSError, ValueError) as failure:
        problem = _told(failure)
    if problem:
        if begun:
            _emptied(options.directory)
        return _failed(problem)
    print(f"{options.directory} holds what {options.file} does")
    return 0


def _inspected(directory: str) -> Inspected:
    from condemu.server.state import SPACES
    from condemu.server.system import SystemClock, SystemIds
    from condemu.storage.repair import Inspected

    return Inspected(directory, SPACES, SystemClock(), SystemIds())


def _emulator(options: argparse.Namespace) -> Emulator:
    from condemu.server.app import build
    from condemu.server.config import Config

    return build(Config(data=options.directory, bucket_names=options.bucket_names, auth="off"))


async def _save(emulator: Emulator, file: IO[bytes]) -> str:
    """Write all that it holds; what is wrong, else ""."""
    from condemu.core.http import BytesBody

    answer = await emulator.answer(emulator.received("GET", PATH, "", {"host": "localhost"}, BytesBody(b"")))
    pieces = (answer.body,) if isinstance(answer.body, bytes) else answer.body
    if answer.status != 200:
        return _sentence(b"".join(pieces))
    for piece in pieces:
        file.write(piece)
    return ""


async def _load(emulator: Emulator, file: IO[bytes]) -> str:
    """Let it hold what a file does; what is wrong, else ""."""
    headers = {"host": "localhost", "content-length": str(os.fstat(file.fileno()).st_size)}
    answer = await emulator.answer(emulator.received("PUT", PATH, "", headers, _FileBody(file)))
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    return "" if answer.status == 200 else _sentence(body)


class _FileBody:
    """A file as a request's body."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def next_chunk(self) -> bytes:
        return self._file.read(256 * 1024)

    def take(self) -> bytes | None:
        return None


def _sentence(body: bytes) -> str:
    import json

    try:
        return str(json.loads(body)["error"])
    except (ValueError, LookupError, TypeError):  # what failed is on stderr
        return "it could not be done"


def _told(failure: Exception) -> str:
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{failure.filename}: {failure.strerror}"
    return str(failure)


def _emptied(directory: str) -> None:
    """An import that failed leaves no data directory behind."""
    import shutil

    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def _failed(sentence: str) -> int:
    print(f"condemu: {sentence}", file=sys.stderr)
    return 1


def of_a_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", metavar="DIR", help="a data directory that no emulator uses")


def of_both(parser: argparse.ArgumentParser) -> None:
    of_a_directory(parser)
    parser.add_argument("file", metavar="FILE", help="the snapshot file, a zip")
    parser.add_argument("--bucket-names", default="global", help="as the emulator has it: global or per-account (global)")
