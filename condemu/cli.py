"""The console script `condemu`: serve, health, env, check, data, races, completion, version; and the suite: conformance, certify.

Nothing heavy is imported before a command needs it: `condemu health` runs every few seconds in a container.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from condemu import __version__, data_cli
from condemu.shell import races
from condemu.shell.door import DEFAULT_URL, Unusable, known, said, url_of

if TYPE_CHECKING:
    from condemu.server.config import Config


HEALTH_PATIENCE = 2.0  # seconds: long for a local answer


def main(arguments: list[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in SUITE:
        return suite(words)
    options = parser().parse_args(words)
    command: str = options.command or "serve"
    try:
        return COMMANDS[command](options)
    except Unusable as problem:
        print(f"condemu: {problem}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command line. Every flag of `serve` has its environment variable, CONDEMU_ and its name in capitals."""
    top = argparse.ArgumentParser(prog="condemu", description="A local emulator of Amazon S3, DynamoDB and SimpleDB.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", metavar="command")
    serve = commands.add_parser("serve", help="run the emulator", description="Run the emulator until it is told to stop.")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", help="port for all services; 0 picks a free one (4566)")
    serve.add_argument("--region", help="region that buckets and tables are in (us-east-1)")
    serve.add_argument("--account", help="account of unknown access keys (000000000000)")
    serve.add_argument("--auth", help="off, lenient or strict: how signatures are verified (lenient)")
    serve.add_argument("--credentials", help="TOML file of access keys")
    serve.add_argument("--buckets", help="buckets to create at the start, separated by commas")
    serve.add_argument("--bucket-names", help="global, as on AWS; per-account: each account has names of its own (global)")
    serve.add_argument("--seed", help="directory of files, or a snapshot file: what is there at the start")
    serve.add_argument("--init-dir", help="directory of scripts, .sh and .py, that run before the emulator is ready")
    serve.add_argument("--messages", help="wording of DynamoDB's validation messages: 2026 or classic (2026)")
    serve.add_argument("--table-delay", help="seconds for which a DynamoDB table is CREATING, UPDATING or DELETING (0)")
    serve.add_argument("--export-delay", help="seconds for which an export of a SimpleDB domain is IN_PROGRESS (0)")
    serve.add_argument("--spool-threshold", help="bytes of a body from which on it goes to disk")
    serve.add_argument("--spool-budget", help="bytes of all bodies together that stay in memory")
    serve.add_argument("--spool-directory", help="where bodies go that outgrow memory")
    serve.add_argument("--data", help="directory that keeps the state (none: it ends with the process)")
    serve.add_argument("--snapshot-after", help="bytes that its log grows by before a snapshot replaces it (67108864)")
    serve.add_argument("--store", help="where several processes share the state: postgresql://... or s3://BUCKET/PREFIX")
    serve.add_argument("--bodies", help="directory that these processes share, for long bodies (none: they are in the store)")
    serve.add_argument("--log", help="a line for each request: requests, refusals, json or off (off)")
    serve.add_argument("--admin-token", help="what the administration asks for (one is made under --auth strict)")
    serve.add_argument("--admin-hosts", help="further names, separated by commas, under which the administration may be asked")
    serve.add_argument("--tls", nargs="?", const="on", help="TLS on the same port, with a certificate made here: on or off (off)")
    serve.add_argument("--tls-cert", help="PEM file of the certificate to use instead")
    serve.add_argument("--tls-key", help="PEM file of its key")
    serve.add_argument("--tls-names", help="further names, separated by commas, for the certificate that is made")
    serve.add_argument("--request-timeout", help="seconds until a stalled request is given up; 0: never (20)")
    serve.add_argument("--shutdown-timeout", help="seconds that running requests have to finish when it is told to stop (5)")
    serve.add_argument("--config", help="settings file (condemu.toml, if there is one)")
    health = commands.add_parser("health", help="succeed when an emulator answers")
    health.add_argument("--ready", action="store_true", help="succeed when it is ready: when the scripts of its start have run")
    health.add_argument("--url", help=f"where it is (CONDEMU_URL, else {DEFAULT_URL})")
    env = commands.add_parser("env", help="print the variables that point AWS SDKs here: eval $(condemu env)")
    env.add_argument("--url", help=f"where the emulator is (CONDEMU_URL, else {DEFAULT_URL})")
    env.add_argument("--shell", choices=tuple(SHELLS), default="sh", help="whose syntax: sh, fish or powershell (sh)")
    check = commands.add_parser(
        "check",
        help="say what a recorded history shows: who was misled, what was lost",
        description="Check histories of calls. Ends with 0 when nothing is found, 1 with findings or without a verdict on"
        " some key, 2 when a file cannot be read. docs/checker.md says what can be found.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a history, as lines of JSON; several are checked as one")
    check.add_argument("--svg", metavar="OUT", help="draw what was found")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument("--export", choices=("edn", "porcupine"), help="print the history for Jepsen and Elle, or for Porcupine")
    check.add_argument("--steps", type=int, help="how far the search for an order goes for each key (200000)")
    data_cli.add_to(commands)
    races.add(commands)
    completion = commands.add_parser("completion", help="print what makes a shell complete commands and flags")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    commands.add_parser("version", help="print the version")
    for name, text in SUITE.items():
        commands.add_parser(name, help=text, add_help=False)
    return top


def serve(options: argparse.Namespace) -> int:
    """Print one line of JSON with the URL, then `Ready.`; serve until told to stop."""
    from dataclasses import replace
    from secrets import token_urlsafe

    from condemu.server.config import Unusable, misspelled

    try:
        config = settings(options)
    except (OSError, Unusable) as problem:
        return _unusable(problem)
    for name, meant in misspelled(os.environ):
        print(f"condemu: {name} is no setting; did you mean {meant}?", file=sys.stderr, flush=True)
    if config.auth == "strict" and not config.admin_token:
        config = replace(config, admin_token=token_urlsafe(18))
        print(f"The administration asks for X-Condemu-Token: {config.admin_token}", file=sys.stderr, flush=True)
    from condemu.server.app import build
    from condemu.server.certificates import context_of, trusted_file
    from condemu.server.init_hooks import hooks_of
    from condemu.server.memory import settle
    from condemu.server.serving import serve as serve_emulator
    from condemu.server.state_files import SeedRefused
    from condemu.storage.data_directory import DataUnusable
    from condemu.storage.places import without_password

    try:
        context_of(config)
        hooks = hooks_of(config, os.environ)
        emulator = build(config, environment=os.environ)
        emulator.hooks = hooks
    except (DataUnusable, SeedRefused) as problem:
        _unusable(problem)
        return 1
    except (OSError, ValueError) as problem:
        return _unusable(problem)
    if config.log != "off":
        from condemu.server.request_log import RequestLog

        color = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        emulator.engine.observe(RequestLog(config.log, sys.stderr, color=color))
    settle()

    def ready(url: str) -> None:
        state = config.data or without_password(config.store) or "memory"
        told = {"url": url, "version": __version__, "auth": config.auth, "state": state}
        if config.tls == "on":
            told |= {"tls_url": f"https{url.removeprefix('http')}", "certificate": trusted_file(config)}
        print(json.dumps(told), flush=True)
        print(start_line(told), file=sys.stderr, flush=True)
        print("Ready.", flush=True)

    try:
        serve_emulator(emulator, ready)
    except OSError as problem:
        print(f"condemu: cannot listen on {config.host} port {config.port}: {problem}", file=sys.stderr)
        return 1
    finally:
        emulator.close()
    if emulator.hooks.failure:
        print(f"condemu: {emulator.hooks.failure}, so condemu is not ready and ends", file=sys.stderr)
        return 1
    return 0


def start_line(told: dict[str, str]) -> str:
    """What a person wants to know when it starts."""
    line = f"condemu {told['version']} answers S3, DynamoDB and SimpleDB at {told['url']}"
    if "tls_url" in told:
        line += f" and {told['tls_url']} (certificate: {told['certificate']})"
    kept = "in memory and ends with the process" if told["state"] == "memory" else f"kept in {told['state']}"
    return f"{line}; auth is {told['auth']}; the state is {kept}."


def settings(options: argparse.Namespace) -> Config:
    """The configuration of `serve`. A file that was asked for must be there; condemu.toml need not."""
    import tomllib

    from condemu.server.config import FILE, Unusable, configured

    asked_for = options.config if "config" in options else None
    path = asked_for or FILE
    held: dict[str, Any] = {}
    if asked_for or os.path.exists(path):
        try:
            with open(path, "rb") as file:
                held = tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise Unusable(f"{path}: {problem}") from None
    return configured(vars(options), os.environ, held, path)


def health(options: argparse.Namespace) -> int:
    """0 when the emulator says that it runs, or that it is ready, else 1. No certificate is looked at: that is for SDKs."""
    url, context = url_of(options.url), None
    if url.startswith("https:"):
        from ssl import _create_unverified_context

        context = _create_unverified_context()
    status, text = said(url, "health", {}, HEALTH_PATIENCE, port=4566, context=context)
    known(url, status, text)
    if options.ready:
        status, text = said(url, "ready", {}, HEALTH_PATIENCE, port=4566, context=context)
    print(text)
    return 0 if status == 200 else 1


def env(options: argparse.Namespace) -> int:
    """Print what a shell evaluates to point AWS SDKs here."""
    from shlex import quote

    region = os.environ.get("CONDEMU_REGION", "us-east-1")
    for name, value in {
        "AWS_ENDPOINT_URL": url_of(options.url),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }.items():
        print(SHELLS[options.shell].format(name=name, value=quote(value) if options.shell != "powershell" else value))
    return 0


def check(options: argparse.Namespace) -> int:
    """Check histories; or print them in another checker's form."""
    from condemu.lab.checker import check as check_history
    from condemu.lab.exports import FORMS
    from condemu.lab.history import Unreadable, merged, read
    from condemu.lab.linearizability import MOST_STEPS
    from condemu.lab.pictures import svg

    histories = []
    for path in options.files:
        try:
            with open(path, encoding="utf-8") as file:
                histories.append(list(read(file)))
        except (OSError, UnicodeDecodeError, Unreadable) as problem:
            print(f"condemu: {path}: {problem.strerror if isinstance(problem, OSError) else problem}", file=sys.stderr)
            return 2
    history = merged(histories)
    if options.export:
        print("\n".join(FORMS[options.export](history)))
        return 0
    report = check_history(history, MOST_STEPS if options.steps is None else options.steps)
    if options.svg:
        try:
            with open(options.svg, "w", encoding="utf-8") as file:
                file.write(svg(report))
        except OSError as problem:
            return _unusable(problem)
    print(json.dumps(report.document(), ensure_ascii=False) if options.json else report)
    return 0 if report.ok else 1


def completion(options: argparse.Namespace) -> int:
    """Print a shell's script."""
    from condemu.completion import script

    print(script(options.shell, parser()), end="")
    return 0


def version(_: argparse.Namespace) -> int:
    print(__version__)
    return 0


def suite(words: list[str]) -> int:
    """`conformance` and `certify`, with the options of their own. They need boto3 and pytest, which serving does not."""
    from importlib import import_module

    try:
        run_suite = import_module(f"{suite_package()}.cli").main
    except ModuleNotFoundError as missing:
        print(f"condemu: {words[0]} needs {missing.name}: pip install 'condemu[testing]'", file=sys.stderr)
        return 2
    return int(run_suite(["run" if words[0] == "conformance" else words[0], *words[1:]], program="condemu"))


def suite_package() -> str:
    """The suite's import name: `condemu_conformance` where condemu is installed; in a checkout, its folder `conformance`.

    The checkout comes first on the path then, so that no other folder of that name is taken for it.
    """
    from importlib.util import find_spec

    if find_spec("condemu_conformance") is not None:
        return "condemu_conformance"
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return "conformance"


def _unusable(problem: Exception) -> int:
    print(f"condemu: {problem}", file=sys.stderr)
    return 2


SUITE = {
    "conformance": "run the conformance suite: on condemu, on AWS, or on any URL",
    "certify": "say what a store does with conditional writes: a page, a badge",
}
SHELLS = {
    "sh": "export {name}={value}",
    "fish": "set -gx {name} {value};",
    "powershell": '$Env:{name} = "{value}"',
}
COMMANDS = {
    "serve": serve, "health": health, "env": env, "check": check, "data": data_cli.run, "races": races.main,
    "completion": completion,
    "version": version,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
