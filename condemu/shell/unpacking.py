"""`condemu data unpack`: a snapshot file as a seed directory, which `condemu serve --seed` reads."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the snapshot file, a zip")
    parser.add_argument("directory", metavar="DIR", help="the seed directory that is made")
    parser.add_argument("--account", help="whose state, twelve digits (that of the only account in the file)")
    parser.add_argument("--region", default="us-east-1", help="region of the tables and domains (us-east-1)")


def unpack(options: argparse.Namespace) -> int:
    """Write the directory: a whole one, or none."""
    from condemu.core.engine import Engine
    from condemu.server.app import build
    from condemu.server.config import Config
    from condemu.server.state import SPACES
    from condemu.server.state_files import SeedRefused
    from condemu.server.state_files.asking import Asker
    from condemu.server.state_files.snapshot_file import Opened, Unreadable
    from condemu.server.state_files.unpacking import Unpacking

    target = Path(os.path.abspath(options.directory))
    there = target.exists()
    if there and (not target.is_dir() or os.listdir(target)):
        return _failed(f"{options.directory} is there and not empty; a seed directory is a new one")
    unfinished = target / ".unfinished" if there else target.with_name(f"{target.name}.unfinished")
    made = False
    try:
        with open(options.file, "rb") as file:
            opened = Opened(file, SPACES)
        account = options.account or (opened.accounts[0] if len(opened.accounts) == 1 else "")
        if account not in opened.accounts:
            return _failed(f"{options.file} is of {', '.join(opened.accounts) or 'nobody'}: --account says whose state is meant")
        config = Config(account=account, region=options.region, seed=options.file, bucket_names=opened.bucket_names)
        with closing(build(config)) as emulator:
            asker = Asker(emulator.own_services(Engine(emulator.engine.store)), options.region)
            unfinished.mkdir()
            made = True
            Unpacking(asker, emulator.engine.store, account, unfinished, _tell).unpack()
        if there:  # it stays the one that it is: somebody is in it, or it is mounted
            for path in list(unfinished.iterdir()):
                path.rename(target / path.name)
        else:
            unfinished.rename(target)
    except (Unreadable, SeedRefused, ValueError) as problem:
        return _failed(str(problem) if isinstance(problem, SeedRefused) else f"{options.file}: {problem}")
    except OSError as problem:
        if isinstance(problem, FileExistsError) and not made:
            return _failed(f"{unfinished} is there: another unpacking is at work, or one was cut off; then remove it")
        return _failed(f"{problem.filename or target}: {problem.strerror}")
    finally:
        if made:
            shutil.rmtree(unfinished, ignore_errors=True)
    return 0


def _tell(line: str) -> None:
    print(f"condemu: {line}", file=sys.stderr)


def _failed(sentence: str) -> int:
    print(f"condemu: {sentence}", file=sys.stderr)
    return 1
