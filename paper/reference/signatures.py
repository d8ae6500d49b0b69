"""Knows how a definition is called, as its source writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def parameters(node: ast.FunctionDef) -> tuple[tuple[str, str], ...]:
    """Return name and text of each parameter; a method's own object is none."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + list(given.defaults)
    found = [(arg.arg, _one(arg, default)) for arg, default in zip(plain, defaults, strict=True)]
    if given.vararg is not None:
        found.append((given.vararg.arg, f"*{_one(given.vararg, None)}"))
    elif given.kwonlyargs:
        found.append(("*", "*"))
    keywords = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    found += [(arg.arg, _one(arg, default)) for arg, default in keywords]
    if given.kwarg is not None:
        found.append((given.kwarg.arg, f"**{_one(given.kwarg, None)}"))
    return tuple(found[1:] if found and found[0][0] in ("self", "cls") else found)


def fields(line: Iterable[ast.ClassDef]) -> tuple[tuple[str, str], ...]:
    """Return what a class is made of: the parameters of its `__init__`, or its fields.

    Parameters
    ----------
    line : iterable of ast.ClassDef
        The class and its bases, each before what it derives from.
    """
    found: dict[str, str] = {}
    for node in reversed(list(line)):
        marks = " ".join(map(written, [*node.decorator_list, *node.bases]))
        holds_fields = "dataclass" in marks or "NamedTuple" in marks
        if "kw_only=True" in marks:
            found["*"] = "*"
        for each in node.body:
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                found = dict(parameters(each))
            if not holds_fields or not isinstance(each, ast.AnnAssign):
                continue
            if isinstance(each.target, ast.Name):
                name, value = each.target.id, _default(each.value)
                hidden = name.startswith("_") or "ClassVar" in written(each.annotation)
                if hidden or "init=False" in written(each.value):
                    continue
                found[name] = f"{name}: {written(each.annotation)}" + (value and f" = {value}")
    return tuple(found.items())


def _default(value: ast.expr | None) -> str:
    """Return what a field is unless given; of `field` what it makes."""
    if isinstance(value, ast.Call) and written(value.func) == "field":
        given = {each.arg: written(each.value) for each in value.keywords}
        made = given.get("default_factory")
        return given.get("default", f"{made}()" if made else "")
    return written(value)


def _one(arg: ast.arg, default: ast.expr | None) -> str:
    text = arg.arg if arg.annotation is None else f"{arg.arg}: {written(arg.annotation)}"
    if default is None:
        return text
    return text + ("=" if arg.annotation is None else " = ") + written(default)


def written(node: ast.expr | None) -> str:
    """Return the text of an expression; of none, none."""
    return "" if node is None else ast.unparse(node)
