"""The rules of the house, held by test: who may import whom, how long things get, where time and chance come from."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import condemu
from condemu.core.errors import ErrorRow
from tests import imports

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "condemu"
MODULES = sorted(PACKAGE.rglob("*.py"))
OUTSIDE = ("server", "testing", "explorer", "shell")
BELOW_SERVER = [
    path
    for path in MODULES
    if path.relative_to(PACKAGE).parts[0] not in (*OUTSIDE, "cli.py", "data_cli.py", "__init__.py", "__main__.py")
]
ERROR_MODULES = sorted({*PACKAGE.rglob("*errors.py"), *PACKAGE.rglob("errors/[a-z]*.py")})

FILE_LINES = 420
FUNCTION_LINES = 70

# What nothing below `server` may import: clocks and chance, the machine, concurrency, frameworks, SDKs.
FORBIDDEN = {
    "asyncio", "boto3", "botocore", "concurrent", "http", "httptools", "io", "logging", "multiprocessing", "os", "pathlib",
    "random", "secrets", "selectors", "shutil", "signal", "socket", "starlette", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib.request", "uuid", "uvicorn", "uvloop",
}  # fmt: skip
ALLOWED = {
    "core/store.py": {"threading"},  # decisions run one at a time, whichever thread they come from
    "lab/*": {"random"},  # with a seed
    # the homes of data are the exception
    "storage/*": {"asyncio", "concurrent", "open", "os", "pathlib", "shutil", "tempfile", "threading"},
    "storage/committer.py": {"time"},  # a stopwatch: whether to wait for the disk or let a thread
    "storage/postgres.py": {"socket"},  # shuts one that hangs
    "storage/s3_objects.py": {"http"},  # asks another store
}
PURE = {
    "time": {"gmtime", "strftime", "struct_time"},
    "uuid": {"UUID"},
    "io": {"BufferedReader", "BytesIO", "RawIOBase", "StringIO"},
    "sys": {"intern", "maxsize", "maxunicode"},
}  # what may be used of them
CLOCK_CALLS = {"now", "utcnow", "today"}  # of datetime


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def found_in(paths: list[Path], faults: Callable[[Path], Iterable[object]]) -> dict[str, list[object]]:
    """What is wrong, by the file that it is in."""
    return {name_of(path): found for path in paths if (found := list(faults(path)))}


def test_imports_point_down_and_services_do_not_know_each_other():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def circles_in(home: Path) -> list[list[str]]:
    inside = f"condemu.{home.name}"
    own = {name: others for name, others in imports.graph().items() if name == inside or name.startswith(inside + ".")}
    return imports.circles(own) + imports.circles(imports.packages(own))


def test_no_modules_and_no_folders_import_each_other_in_a_circle():
    homes = sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
    assert len(homes) > 8
    assert found_in(homes, circles_in) == {}


def test_a_circle_is_found_where_there_is_one():
    circle = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("ba"), "d": frozenset("a")}
    assert imports.circles(circle) == [["a", "b", "c"]]
    assert imports.circles({"a": frozenset("b"), "b": frozenset("c"), "c": frozenset()}) == []


def too_long(path: Path) -> list[str]:
    lines = path.read_text().count("\n")
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    return long if lines <= FILE_LINES else [f"the file has {lines} lines", *long]


def test_files_and_functions_stay_short():
    assert found_in(MODULES, too_long) == {}


def test_a_module_opens_with_what_it_decides():
    assert [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of every import that happens at run time; name is "" for a whole module."""
    skipped = {id(inner) for node in ast.walk(tree) if is_type_checking(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def allowed_in(path: Path) -> set[str]:
    name = name_of(path)
    return ALLOWED.get(name, set()) | ALLOWED.get(name.partition("/")[0] + "/*", set())


def of_the_machine(path: Path) -> list[str]:
    """Clocks, chance and the machine, as a module uses them without leave."""
    tree = tree_of(path)
    found = []
    for module, name in imported(tree):
        root = module if module in FORBIDDEN else module.partition(".")[0]
        if root in FORBIDDEN - allowed_in(path) and name not in PURE.get(root, set()):
            used = {
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == module
            }
            if name or not used or not used <= PURE.get(root, set()):
                found.append(f"{module}.{name}" if name else module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS:
            owner = node.func.value
            if getattr(owner, "id", getattr(owner, "attr", "")) in ("datetime", "date"):
                found.append(f"{ast.unparse(node.func)}()")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "print", "input", "exec", "eval"} - allowed_in(path)
        ):
            found.append(f"{node.func.id}()")
    return found


def test_below_the_server_there_is_no_clock_no_chance_and_no_machine():
    assert found_in(BELOW_SERVER, of_the_machine) == {}


def decisions_that_wait(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.AsyncFunctionDef) and any(argument.arg == "txn" for argument in node.args.args):
            yield node.name


def test_a_decision_cannot_wait():
    """Handlers are ordinary functions: below the server only a service's own way to its decision is asynchronous."""
    assert found_in(BELOW_SERVER, decisions_that_wait) == {}


def rows_of(path: Path) -> dict[str, ErrorRow]:
    module = importlib.import_module("condemu." + name_of(path).removesuffix(".py").replace("/", "."))
    return {name: value for name, value in vars(module).items() if isinstance(value, ErrorRow)}


@cache
def cases() -> str:
    """All that the tests and the conformance suite say, as one text."""
    folders = (ROOT / "tests", ROOT / "conformance")
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in (".py", ".json", ".txt", ".toml"))
    return "\n".join(file.read_text().replace('\\"', '"') for file in files)


@cache
def words() -> frozenset[str]:
    """Names as they stand alone or behind the name of their module, and codes with dots in them."""
    dotted = frozenset(re.findall(r"\w+(?:\.\w+)*", cases()))
    return dotted | {word.rpartition(".")[2] for word in dotted}


@cache
def names_used() -> frozenset[str]:
    """Every name and attribute that the package's code mentions, tables of error rows apart."""
    trees = (tree_of(path) for path in MODULES if path not in ERROR_MODULES)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(
        getattr(node, "id", None) or getattr(node, "attr", "") for node in nodes if isinstance(node, (ast.Name, ast.Attribute))
    )


def never_raised(path: Path) -> list[str]:
    inside = frozenset(
        node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    return [name for name in rows_of(path) if name not in names_used() | inside]


def test_every_error_row_is_raised_somewhere():
    assert any(rows_of(path) for path in ERROR_MODULES)
    assert found_in(ERROR_MODULES, never_raised) == {}


def unprovoked(path: Path) -> list[str]:
    rows = rows_of(path)
    codes = Counter(row.code for row in rows.values())

    def provoked(name: str, row: ErrorRow) -> bool:
        if row.unprovoked or name in words() or (codes[row.code] == 1 and row.code in words()):
            return True
        fixed = max(re.split(r"\{\w*\}", row.message.replace("{{", "{").replace("}}", "}")), key=len).strip()
        return len(fixed) > 3 and fixed in cases()

    return [f"{name}: {row.message}" for name, row in rows.items() if not provoked(name, row)]


def test_every_error_row_is_provoked_by_a_case_or_says_why_not():
    """By its constant's name; by its code, if that is the only row with it; else by the longest fixed piece of its message."""
    assert found_in(ERROR_MODULES, unprovoked) == {}


def test_the_index_is_true():
    """Each line of the package's index leads to a function, class or table that exists."""
    entries = re.findall(r"^    (\S.*?)  +([\w/]+\.py)(?: (\w+))?$", condemu.__doc__ or "", re.MULTILINE)
    assert len(entries) > 5
    for rule, file, name in entries:
        path = PACKAGE / file
        assert path.exists(), f"{rule}: there is no {file}"
        defined = {getattr(node, "name", None) for node in tree_of(path).body}
        assigned = {target for node in tree_of(path).body for target in targets_of(node)}
        assert not name or name in defined | assigned, f"{rule}: {file} has no {name}"


def targets_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
