"""The suite's doors: `condemu conformance`, `condemu certify` and `python -m conformance`.

    condemu conformance [--target inprocess|condemu|aws|URL] [--services s3,dynamodb,…] [--tier core|full|exact]
    condemu certify URL [-k EXPRESSION] [--out FOLDER]
    python -m conformance matrix RESULTS.json … --html matrix.html
    python -m conformance sweep --target aws --yes

The last two are for a checkout; an installed suite has the name `condemu_conformance`, so that it never meets a folder of yours.

Without a target it starts an emulator by itself. `aws` creates real resources: it first says which, which permissions that needs
and what it costs at the most, and goes on only with --yes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import ssl
import sys
import tempfile
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from . import certificate, matrix, prospect, report, targeting
from .resources import sweep

HERE: Final = Path(__file__).parent
INTERRUPTED: Final = 130  # the exit status of what Ctrl-C ended, as shells have it
USAGE: Final = 2  # the exit status for a call whose words are off
PATIENCE: Final = 10  # seconds that a target has to answer before a run
OLDEST_SDK: Final = (1, 41)  # of boto3: those before have no IfMatch in CopyObject
PROGRAM: Final = f"python -m {__package__}"  # the folder is `conformance`, the installed package is `condemu_conformance`


def main(arguments: Sequence[str] | None = None, *, program: str = PROGRAM) -> int:
    """The exit status: 0 when every case is as on AWS or a known gap, 1 when not, 2 when the call's words are off."""
    options = parser(program).parse_args(arguments)
    return int(options.run(options))


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog=program, description="What S3, DynamoDB and SimpleDB answer to conditional writes.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    name = f"{program} conformance" if program == "condemu" else None  # there, `run` has the suite's name
    run = commands.add_parser("run", help="run the suite against a target", prog=name)
    add_run_options(run)
    certify = commands.add_parser("certify", help="run the black-box part on any store; write a page and a badge")
    add_certify_options(certify)
    draw = commands.add_parser("matrix", help="draw the results of several targets as one page")
    draw.add_argument("results", nargs="+", type=Path, metavar="RESULTS.json")
    draw.add_argument("--html", type=Path, required=True, metavar="FILE")
    draw.set_defaults(run=draw_matrix)
    clean = commands.add_parser("sweep", help="remove what killed runs have left on a target")
    clean.add_argument("--target", default="aws")
    clean.add_argument("--region", default="us-east-1")
    clean.add_argument("--older-than", type=int, default=60, metavar="MINUTES")
    clean.add_argument("--yes", action="store_true", help="yes, delete what is found")
    clean.set_defaults(run=run_sweep)
    return top


def add_run_options(run: argparse.ArgumentParser) -> None:
    """The options of `condemu conformance`."""
    run.add_argument(
        "--target", default="inprocess", help="inprocess (default), condemu (over a socket), condemu:hypercorn, aws, or a URL"
    )
    run.add_argument("--target-name", default=None, metavar="NAME", help="what to call a URL in gaps and reports")
    run.add_argument("--services", default="s3,dynamodb,simpledb,recipes,races", help="which parts, comma-separated")
    run.add_argument("--tier", default="exact", choices=("core", "full", "exact"))
    run.add_argument("--region", default="us-east-1")
    run.add_argument("--record", action="store_true", help="keep dated evidence of what the target answered")
    run.add_argument("--yes", action="store_true", help="yes, create what was announced (aws only)")
    run.add_argument("--workers", default="0", metavar="N", help="processes (needs pytest-xdist)")
    run.add_argument("-k", default=None, metavar="EXPRESSION", help="only the cases whose id matches, as pytest's -k")
    for kind in ("json", "markdown", "html", "junit"):
        run.add_argument(f"--{kind}", type=Path, default=None, metavar="FILE", help=f"write the results as {kind.upper()}")
    run.set_defaults(run=run_suite, quiet=False)


def add_certify_options(certify: argparse.ArgumentParser) -> None:
    """The options of `condemu certify`."""
    certify.add_argument("url", metavar="URL")
    certify.add_argument("--services", default="s3", help="which parts, comma-separated")
    certify.add_argument("--name", default=None, help="what to call the store on the page")
    certify.add_argument("--region", default="us-east-1")
    certify.add_argument("-k", default=None, metavar="EXPRESSION", help="only the cases whose id matches, as pytest's -k")
    certify.add_argument("--out", type=Path, default=Path("condemu-certificate"), metavar="FOLDER")
    certify.set_defaults(run=certificate.certify)


def silence_of(url: str) -> str:
    """Why there is no use in trying cases on a target: "" when an HTTP server answers there, or when the run starts it."""
    if url in ("inprocess", "condemu", "aws") or url.startswith("condemu:"):
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{url} is no URL: it begins with http:// or https://"
    try:
        if parts.scheme == "https":  # whether its certificate is to be trusted is the SDK's to say
            connection = HTTPSConnection(parts.hostname, parts.port, timeout=PATIENCE, context=ssl._create_unverified_context())
        else:
            connection = HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            connection.getresponse()
    except (OSError, HTTPException, ValueError) as problem:
        return f"nothing answers at {url}: {problem or type(problem).__name__}"
    return ""


def refuse(words: str) -> int:
    print(f"condemu: {words}", file=sys.stderr)
    return USAGE


def run_suite(options: argparse.Namespace) -> int:
    """Run and report."""
    silent = silence_of(options.target)
    if silent:
        return refuse(silent)
    if options.target == "aws":
        print(prospect.announcement(options.services.split(","), options.tier, options.region))
        if not options.yes:
            print("\nNothing was created. Say --yes to go on.")
            return 2
    with tempfile.TemporaryDirectory() as folder:
        results = options.json or Path(folder) / "results.json"
        status = run_pytest(options, results)
        if results.exists():
            write_reports(options, json.loads(results.read_text()))
    return status


def run_pytest(options: argparse.Namespace, results: Path, plugins: Sequence[object] = ()) -> int:
    """Run the cases in this process, by pytest. Its status; USAGE when there was nothing to run, or nothing to run it with.

    An SDK that cannot send all conditions would make the target look wrong.
    """
    import boto3
    import pytest

    if tuple(int(part) for part in boto3.__version__.split(".")[:2]) < OLDEST_SDK:
        wanted = ".".join(map(str, OLDEST_SDK))
        print(f"The suite cannot use boto3 {boto3.__version__}: pip install 'boto3>={wanted}'", file=sys.stderr)
        return USAGE
    shown = ("--tb=no", "-rN", "-o", "console_output_style=classic") if options.quiet else ("--tb=short",)
    words = [
        str(HERE), "-q", "-p", "no:cacheprovider", "-p", f"{__package__}.plugin", "--rootdir", str(HERE), "-c", os.devnull,
        "--noconftest", "--import-mode=importlib", "-o", "python_files=test_*.py", *shown,
        "-W", "ignore::pytest.PytestAssertRewriteWarning",
        "--target", options.target, "--services", options.services, "--tier", options.tier, "--region", options.region,
        "--results", str(results),
    ]  # fmt: skip
    if options.target_name:
        words += ["--target-name", options.target_name]
    if options.record:
        words.append("--record")
    if options.junit:
        words += ["--junitxml", str(options.junit)]
    if options.workers != "0":
        words += ["-n", options.workers]
    if options.k:
        words += ["--cases", options.k]
    status = int(pytest.main(words, plugins=list(plugins)))
    if status == pytest.ExitCode.INTERRUPTED:
        return INTERRUPTED
    return USAGE if status in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED) else status


def write_reports(options: argparse.Namespace, document: dict[str, Any]) -> None:
    if options.markdown:
        options.markdown.write_text(report.markdown(document))
    if options.html:
        options.html.write_text(matrix.page([document]))


def draw_matrix(options: argparse.Namespace) -> int:
    options.html.write_text(matrix.page([json.loads(path.read_text()) for path in options.results]))
    print(f"{options.html}: {len(options.results)} targets")
    return 0


def run_sweep(options: argparse.Namespace) -> int:
    if not options.yes:
        print("sweep deletes buckets, tables and domains that carry the suite's prefix. Say --yes to go on.", file=sys.stderr)
        return 2
    target = targeting.start(options.target, region=options.region)
    for name in sweep(target.client, older_than_minutes=options.older_than):
        print(name)
    targeting.detach(target)
    return 0
