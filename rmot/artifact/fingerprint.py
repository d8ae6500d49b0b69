"""Which code a module can reach, as a hash that comments and docstrings do not touch.

The DAG re-runs a rule when the hash of its module changes. The hash covers the abstract syntax of
every file of the project that the module imports, directly or through others, and the installed
version of every other package met on the way. `from room import name` follows only the file that
`name` lives in, as the room's `__init__.pyi` says.

What was parsed once is known by the file's bytes, and kept in the user's cache by `keep_parsed`: to
find nothing changed is then a matter of reading.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from rmot.artifact.files import atomic_write

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("rmot", "figures", "paper", "proofs_check", "benchmarks")

# Import names whose distribution goes by another name.
DISTRIBUTIONS = {"flint": "python-flint", "yaml": "pyyaml", "lazy_loader": "lazy-loader"}


def code_hash(*modules: str) -> str:
    """Hash the code that `modules` can reach.

    Parameters
    ----------
    *modules : str
        Dotted names of modules of this project, such as ``"rmot.studies.smiles"``.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Raises
    ------
    ModuleNotFoundError
        When one of them is not a module of this project.
    """
    files, packages = _closure(modules)
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(_line(file))
    for package in sorted(packages):
        digest.update(f"{package}=={_version(package)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _line(file: Path) -> bytes:
    return f"{file.relative_to(PROJECT).as_posix()}={_syntax(file)[0]}\n".encode()


def reachable_files(*modules: str) -> list[Path]:
    """List the project's files that `modules` import, directly or through others, sorted."""
    return sorted(_closure(modules)[0])


def _closure(modules: Iterable[str]) -> tuple[set[Path], set[str]]:
    files: set[Path] = set()
    packages: set[str] = set()
    todo = [_require(name) for name in modules]
    while todo:
        file = todo.pop()
        if file not in files:
            files.add(file)
            inside, outside = _imports(file)
            todo.extend(inside)
            packages.update(outside)
    return files, packages


def _require(module: str) -> Path:
    file = _locate(module)
    if file is None:
        raise ModuleNotFoundError(f"expected a module of this project; {module!r} is not one")
    return file


def _locate(module: str) -> Path | None:
    return _find(PROJECT, module)


@cache
def _find(project: Path, module: str) -> Path | None:
    if module.partition(".")[0] not in ROOMS:
        return None
    stem = project.joinpath(*module.split("."))
    for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def forget() -> None:
    """Read all files anew from now on, as they may have changed."""
    for known in (_line, _syntax, _imports, _stub_homes, _find):
        known.cache_clear()


Parsed = tuple[str, list[tuple[str, list[str]]]]


def keep_parsed() -> None:
    """Write what was parsed into the user's cache; where that cannot be written, nothing."""
    if not _parsed.keys() <= _remembered().keys():
        with suppress(OSError, RuntimeError), atomic_write(_cache_file()) as handle:
            json.dump(_parsed, handle)


_parsed: dict[str, Parsed] = {}
"""What this process needed, by the hash of a file's package and bytes: it cannot go stale."""


def _cache_file() -> Path:
    """Return the file of this state of the parser: of Python and of this module."""
    state = hashlib.sha256(platform.python_version().encode() + Path(__file__).read_bytes())
    home = os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path.home() / ".cache"
    return base / "rmot" / f"syntax-{state.hexdigest()[:16]}.json"


@cache
def _remembered() -> dict[str, Parsed]:
    try:
        return json.loads(_cache_file().read_text(encoding="utf-8"))
    except (OSError, RuntimeError, ValueError):
        return {}


@cache
def _syntax(file: Path) -> Parsed:
    """Hash the file without comments and docstrings; list what it imports at run time."""
    source = file.read_bytes()
    package = ".".join(file.relative_to(PROJECT).parent.parts)
    key = hashlib.sha256(package.encode() + b"\0" + source).hexdigest()
    if key not in _parsed:
        known = _remembered().get(key)
        _parsed[key] = _parse(source, file, package) if known is None else (known[0], known[1])
    return _parsed[key]


def _parse(source: bytes, file: Path, package: str) -> Parsed:
    tree = ast.parse(source, filename=str(file))
    for node in _statements(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_docstring(statement)]
    imports = list(_import_statements(tree, package))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


@cache
def _imports(file: Path) -> tuple[frozenset[Path], frozenset[str]]:
    """Split what `file` imports into files of the project and names of other packages."""
    inside: set[Path] = set()
    outside: set[str] = set()
    for module, names in _syntax(file)[1]:
        root = module.partition(".")[0]
        if root not in ROOMS:
            if root not in sys.stdlib_module_names and root != "__future__":
                outside.add(root)
            continue
        inside.update(_parents(module))
        found = _locate(module)
        if found is None:
            raise ModuleNotFoundError(f"{file.relative_to(PROJECT)} imports {module}: no such file")
        stub = found.with_suffix(".pyi")
        homes = _stub_homes(stub, module) if stub.is_file() else {}
        for name in names or homes:
            target = _locate(f"{module}.{name}") or _locate(homes.get(name, module))
            if target is not None:
                inside.add(target)
        inside.add(found)
    return frozenset(inside), frozenset(outside)


def _parents(module: str) -> Iterator[Path]:
    parts = module.split(".")
    for count in range(1, len(parts)):
        file = _locate(".".join(parts[:count]))
        if file is not None:
            yield file


def _import_statements(tree: ast.Module, package: str) -> Iterator[tuple[str, list[str]]]:
    for node in _statements(tree, only_runtime=True):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join(base + ([node.module] if node.module else []))
            else:
                module = node.module or ""
            yield module, [alias.name for alias in node.names]


def _statements(node: ast.AST, only_runtime: bool = False) -> Iterator[ast.AST]:
    """Walk the module and its statements, but no expressions, which hold none.

    What only a type checker sees is passed over when `only_runtime`.
    """
    yield node
    fields = ("body", "orelse", "finalbody", "handlers", "cases")
    if only_runtime and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        fields = ("orelse",)
    for field in fields:
        for child in getattr(node, field, ()):
            yield from _statements(child, only_runtime)


@cache
def _stub_homes(stub: Path, module: str) -> dict[str, str]:
    """Map each name that a lazy room shows to the module it lives in."""
    homes: dict[str, str] = {}
    for node in ast.parse(stub.read_bytes()).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            for alias in node.names:
                homes[alias.asname or alias.name] = f"{module}.{node.module}"
    return homes


@cache
def _version(package: str) -> str:
    try:
        return metadata.version(DISTRIBUTIONS.get(package, package))
    except metadata.PackageNotFoundError:
        return "absent"
