"""Every file of ours is whole or absent: what writes goes through `rmot.artifact.files`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("rmot", "figures", "paper", "benchmarks", "proofs_check")
WRITER = "rmot/artifact/files.py"
# Methods and functions that write where their first argument says (or, of a path, to itself).
TO_THEIR_OBJECT = {"write_text", "write_bytes", "touch"}
TO_AN_ARGUMENT = {
    "to_csv": 0,
    "to_parquet": 0,
    "to_pickle": 0,
    "to_excel": 0,
    "savefig": 0,
    "savez": 0,
    "savez_compressed": 0,
    "savetxt": 0,
    "tofile": 0,
    "tree_serialise_leaves": 0,
    "dump": 1,
    "copyfileobj": 1,
    "copyfile": 1,
    "copy2": 1,
    "copytree": 1,
}
EXCEPTIONS = {
    ("proofs_check/verify_balls.py", "open"): "shares nothing with the engine; renames as well",
    (
        "rmot/neural/history.py",
        "fdopen",
    ): "is watched while it grows; readers leave half a line",
}


def writes(source: str) -> Iterator[tuple[str, int]]:
    """Yield name and line of each call that may leave half a file."""
    tree = ast.parse(source)
    safe = set(_safe_handles(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in TO_THEIR_OBJECT or (name in ("open", "fdopen") and _opens_to_write(node)):
            yield name, node.lineno
        elif name in TO_AN_ARGUMENT:
            place = TO_AN_ARGUMENT[name]
            target = node.args[place] if len(node.args) > place else None
            keyword = any(each.arg in ("path_or_buf", "fname", "path") for each in node.keywords)
            if keyword or not (target is None or getattr(target, "id", "") in safe):
                yield name, node.lineno


def _safe_handles(tree: ast.AST) -> Iterator[str]:
    """Yield names of what `atomic_write` opens, and of buffers in memory."""
    for node in ast.walk(tree):
        match node:
            case ast.withitem(context_expr=made, optional_vars=ast.Name(id=name)):
                if ast.unparse(made).startswith("atomic_write("):
                    yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=made):
                if ast.unparse(made) in ("io.BytesIO()", "io.StringIO()", "StringIO()"):
                    yield name


def _opens_to_write(call: ast.Call) -> bool:
    place = 0 if isinstance(call.func, ast.Attribute) and call.func.attr == "open" else 1
    given = [*call.args[place : place + 1], *(k.value for k in call.keywords if k.arg == "mode")]
    modes = [each.value for each in given if isinstance(each, ast.Constant)]
    return any(isinstance(mode, str) and set(mode) & set("wax+") for mode in modes)


def test_nothing_is_written_past_the_one_writer():
    found = {
        (path.relative_to(ROOT).as_posix(), name): line
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for name, line in writes(path.read_text(encoding="utf-8"))
    }
    found = {place: line for place, line in found.items() if place[0] != WRITER}
    assert set(found) == set(EXCEPTIONS), found


@pytest.mark.parametrize(
    "line",
    [
        "Path('a').write_text('')",
        "path.open('w')",
        "open('a', mode='ab')",
        "table.to_csv(path)",
        "table.to_csv(path_or_buf=path)",
        "figure.savefig('a.pdf')",
        "json.dump(value, handle)",
        "np.savez(path, values)",
        "with open('a', 'w') as handle: table.to_csv(handle)",
    ],
)
def test_each_way_past_it_is_seen(line):
    assert list(writes(line))


@pytest.mark.parametrize(
    "line",
    [
        "text = table.to_csv(index=False)",
        "path.open()",
        "path.open('rb')",
        "with atomic_write(path) as handle: table.to_csv(handle)",
        "buffer = io.BytesIO()\nfigure.savefig(buffer)",
        "table.copy()",
    ],
)
def test_what_reads_or_is_atomic_passes(line):
    assert not list(writes(line))


def test_shell_rules_write_to_another_name_first():
    """A redirection makes its file before the program has run."""
    for path in sorted(ROOT.rglob("*.smk")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if " > {output" in line:
                assert "> {output}.part" in line, f"{path}: {line}"
