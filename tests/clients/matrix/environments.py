"""Environments of the clients, outside of the repository: made when a language is run, and used again.

They are below `CONDEMU_CLIENTS`, or `~/.cache/condemu-clients`. What cannot be had is a reason to skip, and is said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

from .clients import PROGRAMS, PYTHON_HOMES, Client

HERE: Final = Path(__file__).parent
HOME: Final = Path(os.environ.get("CONDEMU_CLIENTS") or Path.home() / ".cache" / "condemu-clients")


class Missing(Exception):
    """A toolchain or a package that is not here."""


def command_of(client: Client, *, install: bool) -> list[str]:
    """What runs a client's program."""
    makers = {"python": python, "javascript": javascript, "go": go, "java": java, "rust": rust, "programs": programs}
    return makers[client.language](client, install)


def python(client: Client, install: bool) -> list[str]:
    home = HOME / f"python-{client.home}"
    interpreter = home / "bin" / "python"
    if install:
        if not interpreter.exists():
            ran([sys.executable, "-m", "venv", str(home)])
        ran([str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PYTHON_HOMES[client.home]])
    if not interpreter.exists():
        raise Missing(f"{home} was not made; `--install` makes it")
    return [str(interpreter), str(HERE / "python" / client.program)]


def javascript(client: Client, install: bool) -> list[str]:
    node = tool("node")
    home = HOME / "javascript"
    if install:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "javascript" / "package.json", home)
        ran([tool("npm"), "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home)])
    if not (home / "node_modules").is_dir():
        raise Missing(f"{home} was not made; `--install` makes it")
    for program in (HERE / "javascript").glob("*.mjs"):
        shutil.copy(program, home)  # node looks for packages beside the program
    return [node, str(home / client.program)]


def go(client: Client, install: bool) -> list[str]:
    compiler = tool("go")
    home = HOME / "go"
    made(home, install)
    laid("go", home, "*.go", "go.mod", "go.sum")
    ran([compiler, "build", "-o", "matrix", "."], home, **({} if install else {"GOPROXY": "off"}))
    return [str(home / "matrix"), client.program]


def java(client: Client, install: bool) -> list[str]:
    machine, maven = tool("java"), tool("mvn")
    home = HOME / "java"
    made(home, install)
    laid("java", home, "pom.xml", "src/**/*.java")
    ran([maven, "--quiet", "--batch-mode", *([] if install else ["--offline"]), "compile"], home)
    return [machine, "-cp", f"{home / 'target' / 'classes'}:{home / 'target' / 'lib'}/*", "matrix.Main", client.program]


def rust(client: Client, install: bool) -> list[str]:
    """Two jobs, and the least priority: it takes minutes, and others may be at work."""
    cargo = tool("cargo")
    home = HOME / "rust"
    made(home, install)
    laid("rust", home, "*.rs", "Cargo.toml", "Cargo.lock")
    ran(["nice", "-n", "15", cargo, "build", "--jobs", "2", "--locked", *([] if install else ["--offline"])], home)
    return [str(home / "target" / "debug" / "matrix"), client.program]


def programs(client: Client, install: bool) -> list[str]:
    """A program of the command line, which Python drives: from Go's module proxy or PyPI, or one that is on the path already."""
    name = client.packages[0]
    if install:
        ran([sys.executable, "-m", "venv", str(HOME / "programs")])
        if name in PROGRAMS["go"]:
            ran([tool("go"), "install", PROGRAMS["go"][name]], GOBIN=str(HOME / "programs" / "bin"))
        else:
            pip = [str(HOME / "programs" / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            ran([*pip, PROGRAMS["pip"][name]])
    folder = Path(binary(name)).parent
    return ["env", f"PATH={folder}:{os.environ['PATH']}", sys.executable, str(HERE / "python" / client.program)]


def binary(name: str) -> str:
    own = HOME / "programs" / "bin" / name
    return str(own) if own.exists() else tool(name)


def made(home: Path, install: bool) -> None:
    """A folder for an environment: `--install` makes it."""
    if install:
        home.mkdir(parents=True, exist_ok=True)
    elif not home.is_dir():
        raise Missing(f"{home} was not made; `--install` makes it")


def laid(language: str, home: Path, *patterns: str) -> None:
    """Copies a program's files into its environment, those that differ, because compilers go by the time of a file."""
    for source in (file for pattern in patterns for file in (HERE / language).glob(pattern)):
        target = home / source.relative_to(HERE / language)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed")
    return found


def ran(command: list[str], folder: Path | None = None, **variables: str) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode:
        raise Missing(f"`{' '.join(command)[:80]}`: {(done.stderr or done.stdout).strip()[-200:]}")
    return done.stdout


def versions(client: Client) -> dict[str, str]:
    """Of a client's packages, as installed."""
    if client.language == "python":
        program = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
        try:
            return dict(
                json.loads(ran([str(HOME / f"python-{client.home}" / "bin" / "python"), "-c", program, *client.packages]))
            )
        except Missing as missing:
            raise Missing(f"{' and '.join(client.packages)} not installed: {missing}"[-160:]) from None
    if client.language == "javascript":
        files = {name: HOME / "javascript" / "node_modules" / name / "package.json" for name in client.packages}
        if not all(file.exists() for file in files.values()):
            raise Missing(f"{' and '.join(client.packages)} not installed")
        return {name: json.loads(file.read_text())["version"] for name, file in files.items()}
    if client.language == "programs":
        return {name: ran([binary(name), "version"]).split("\n")[0].removeprefix(name).strip() for name in client.packages}
    if client.language == "java":
        return {name: jar_version(name) for name in client.packages}
    if client.language == "rust":
        locked = tomllib.loads((HERE / "rust" / "Cargo.lock").read_text())["package"]
        return {name: next(package["version"] for package in locked if package["name"] == name) for name in client.packages}
    return {name: ran([tool("go"), "list", "-m", "-f", "{{.Version}}", name], HOME / "go").strip() for name in client.packages}


def jar_version(name: str) -> str:
    """Of an artifact, by the name of its jar."""
    artifact = name.partition(":")[2]
    jars = list((HOME / "java" / "target" / "lib").glob(f"{artifact}-[0-9]*.jar"))
    if not jars:
        raise Missing(f"{name} not installed")
    return jars[0].stem.removeprefix(f"{artifact}-")
