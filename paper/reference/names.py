"""Knows the public names of the engine: those in each room's `__init__.pyi`, found in its sources.

Nothing is imported. So a signature reads as it was written (`ArrayLike`, not the union that it
stands for), and a room whose extra is not installed is described like the others.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from paper.reference.docstrings import Docstring, parse, with_inherited
from paper.reference.signatures import fields, parameters, written
from rmot.artifact.fingerprint import PROJECT

_MARKS = ("property", "classmethod")

Definition = ast.ClassDef | ast.FunctionDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Entry:
    """A public name, or a public member of a class.

    Attributes
    ----------
    name : str
    kind : {"class", "function", "data", "property", "method", "classmethod"}
    file : str
        Where it is defined, from the root of the project.
    parameters : tuple of (str, str)
        Name of each and its text in the signature; of a dataclass its fields.
    returns : str
        Annotation of what is returned.
    docstring : Docstring
    members : tuple of Entry
        Of a class, its own first, then those of its bases.
    """

    name: str
    kind: str
    file: str
    parameters: tuple[tuple[str, str], ...]
    returns: str
    docstring: Docstring
    members: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Room:
    """A room: its name, as rmot.models, what it says of itself, and its public names in order."""

    name: str
    docstring: Docstring
    entries: tuple[Entry, ...]


def rooms() -> tuple[Room, ...]:
    """Return every room of the engine that shows names, by floor and name.

    Raises
    ------
    LookupError
        If a stub shows a name that its module does not define.
    """
    stubs = sorted(PROJECT.joinpath("rmot").rglob("__init__.pyi"))
    found = [_room(".".join(stub.parent.relative_to(PROJECT).parts)) for stub in stubs]
    errors = _tree(PROJECT / "rmot" / "errors.py")
    classes = [node.name for node in errors.body if isinstance(node, ast.ClassDef)]
    entries = tuple(_entry("rmot.errors", name) for name in classes)
    return (*found, Room("rmot.errors", _docstring(errors), entries))


def sources_hash() -> str:
    """Hash the engine's sources as they stand: a code's hash leaves docstrings out."""
    files = PROJECT.joinpath("rmot").rglob("*.py*")
    digest = hashlib.sha256()
    for file in sorted(each for each in files if each.suffix in (".py", ".pyi")):
        digest.update(f"{file.relative_to(PROJECT).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _room(name: str) -> Room:
    stub = _tree(_file(name))
    shown = [alias.name for n in stub.body if isinstance(n, ast.ImportFrom) for alias in n.names]
    about = _docstring(_tree(_file(name).with_suffix(".py")))
    entries = [_entry(name, each) for each in shown]
    return Room(name, about, tuple(sorted(entries, key=lambda entry: entry.name.lower())))


def _entry(module: str, name: str) -> Entry:
    home, node, text = _find(module, name)
    file = _file(home).relative_to(PROJECT).as_posix()
    if isinstance(node, ast.FunctionDef):
        return Entry(name, "function", file, parameters(node), written(node.returns), parse(text))
    if isinstance(node, ast.ClassDef):
        line = _line(home, node)
        members: dict[str, Entry] = {}
        for where, each in line:
            for one in _members(where, each):
                members.setdefault(one.name, one)
        classes = [each for _, each in line]
        about = with_inherited([parse(ast.get_docstring(each) or "") for each in classes])
        return Entry(name, "class", file, fields(classes), "", about, tuple(members.values()))
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    return Entry(name, "data", file, (), written(annotation), parse(text))


def _find(module: str, name: str) -> tuple[str, Definition, str]:
    """Find where a name is defined, through imports: the module, the node, its docstring."""
    body = _tree(_file(module)).body
    # Backwards: of overloads the last is the function itself.
    for at in reversed(range(len(body))):
        node = body[at]
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return module, node, ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                after = body[at + 1] if at + 1 < len(body) else None
                return module, node, _text(after)
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _find(_imported(module, node), alias.name)
    raise LookupError(f"expected a definition of {name}; {module} has none")


def _line(module: str, node: ast.ClassDef) -> list[tuple[str, ast.ClassDef]]:
    """Return a class and its bases that are the project's, each before what it derives from."""
    found = [(module, node)]
    for base in node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        try:
            home, above, _ = _find(module, written(plain))
        except LookupError:
            continue  # of another package, or built in
        if isinstance(above, ast.ClassDef):
            found += [each for each in _line(home, above) if each not in found]
    return found


def _members(module: str, node: ast.ClassDef) -> list[Entry]:
    file = _file(module).relative_to(PROJECT).as_posix()
    found = {}
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
            marks = [written(mark) for mark in each.decorator_list]
            kind = next(
                (k for k in ("property", "classmethod") if any(k in m for m in marks)), "method"
            )
            about = parse(ast.get_docstring(each) or "")
            found[each.name] = Entry(
                each.name, kind, file, parameters(each), written(each.returns), about
            )
    return list(found.values())


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return inspect.cleandoc(str(node.value.value))
    return ""


def _docstring(tree: ast.Module) -> Docstring:
    return parse(ast.get_docstring(tree) or "")


def _imported(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".")
    above = node.level - (_file(module).stem == "__init__")
    return ".".join([*package[: len(package) - above], node.module or ""]).rstrip(".")


def _file(module: str) -> Path:
    path = PROJECT.joinpath(*module.split("."))
    candidates = (path / "__init__.pyi", path / "__init__.py", path.with_suffix(".py"))
    for each in candidates:
        if each.exists():
            return each
    raise LookupError(f"expected a module of the project; {module} is none")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
