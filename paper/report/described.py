"""The DAG's rules as plain data, told on a command line: program, code, inputs, outputs."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rmot.errors import DataError


def describe(
    rules: Iterable[Any],
    folders: Sequence[Path | None],
    wildcards: Mapping[str, Sequence[Mapping[str, str]]],
) -> str:
    """Describe Snakemake's rules in one word, short enough for a command line.

    Parameters
    ----------
    rules : iterable of Snakemake's rules
        Those that run a module, by ``python -m``, are told.
    folders : sequence of Path or None
        Files within these are named from there: results, and data that lie elsewhere.
    wildcards : dict of str to list of dict
        Values of the wildcards of rules whose inputs depend on them, a dictionary a job.
    """
    told = [
        _job(rule, values, folders)
        for rule in rules
        if "python -m" in (rule.shellcmd or "")
        for values in wildcards.get(rule.name, [{}])
    ]
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(told).encode(), 9)).decode("ascii")


def unpack(word: str) -> list[dict[str, Any]]:
    """Read back what `describe` wrote.

    Raises
    ------
    DataError
        It is something else.
    """
    try:
        return json.loads(zlib.decompress(base64.urlsafe_b64decode(word)))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise DataError(f"expected rules as `describe` packs them; {error}") from None


def _job(rule: Any, values: Mapping[str, str], folders: Sequence[Path | None]) -> dict[str, Any]:
    wildcards = SimpleNamespace(**values)

    def fill(text: str) -> str:
        text = re.sub(r"\{(?:wildcards\.)?(\w+)[^}]*\}", r"{\1}", text)
        return text.format(**values) if values else text

    def files(items: Iterable[Any]) -> list[str]:
        return [fill(_from(path, folders)) for path in dict.fromkeys(_called(items, wildcards))]

    code = rule.params.get("code", "")
    if callable(code):
        code = code(wildcards) if values else ""
    return {
        "name": rule.name,
        "programs": [fill(name) for name in re.findall(r"python -m ([\w.{}]+)", rule.shellcmd)],
        "code": code,
        "timing": fill(Path(str(rule.benchmark)).stem) if rule.benchmark else "",
        "outputs": files(rule.output),
        "inputs": files(rule.input),
    }


def _called(items: Iterable[Any], wildcards: SimpleNamespace) -> Iterator[str]:
    """Give all files; those that hang on wildcards without a value are left out."""
    for item in items:
        if not callable(item):
            yield str(item)
        elif vars(wildcards):
            found: Any = item(wildcards)
            yield from [found] if isinstance(found, str) else map(str, found)


def _from(path: str, folders: Sequence[Path | None]) -> str:
    for folder in filter(None, folders):
        if path.startswith(f"{folder.as_posix()}/"):
            return path[len(folder.as_posix()) + 1 :]
    return path
