"""A certificate as the page shows it: tables of what was found and compared, and its own text.

Both sides of a statement are evaluated anew in rationals or balls, and then rounded for the eye.
The certificate itself stands beside them unchanged.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flint import arb

from proofs_check.exact import Scope
from rmot.cli.certificates import formula
from rmot.errors import RmotError

DIGITS, ERROR_DIGITS = 8, 3
# Keys of an evidence's error, which is that of the floating-point numbers beside it.
_ERRORS = ("error", "arithmetic_error")
_BALL = re.compile(r"\[(\S+) \+/- (\S+)\]")
# Letters of a formula beyond which the page leaves it to the certificate.
_LONGEST = 600


def view(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a certificate for the page.

    Parameters
    ----------
    certificate : dict
        As `proofs_check.run` writes it.

    Returns
    -------
    dict
        ``evidence`` as rows of quantity, value and error; ``data`` of quantity and value;
        ``statements`` of name, value, relation, limit, truth, formula and what it rests on;
        ``rules`` of verdict and conditions; ``tables`` of file and hash; ``raw`` is all of it.
    """
    data = certificate["data"]
    tables = {
        name: list(csv.DictReader(table["text"].splitlines()))
        for name, table in data["tables"].items()
    }
    scope = Scope(data["values"], tables)
    return {
        "claim": certificate["claim"],
        "method": certificate["method"],
        "verdict": certificate["verdict"],
        "reading": certificate["reading"],
        "otherwise": certificate["otherwise"],
        "evidence": list(_evidence(certificate["evidence"])),
        "data": [[name, value] for name, value in _flat(data["values"])],
        "statements": [_statement(item, scope) for item in certificate["exact"]],
        "rules": [
            [rule["verdict"], list(rule["when"].items())] for rule in certificate["decision"]
        ],
        "tables": [[table["file"], table["sha256"]] for table in data["tables"].values()],
        "raw": certificate,
    }


def _evidence(found: Mapping[str, Any], path: str = "") -> Iterator[list[str]]:
    errors = [found[name] for name in _ERRORS if isinstance(found.get(name), float)]
    error = number(errors[0], ERROR_DIGITS) if errors else ""
    numeric = any(
        isinstance(value, float | dict) for name, value in found.items() if name not in _ERRORS
    )
    for name, value in found.items():
        quantity = f"{path}{name}".replace("_", " ")
        if errors and numeric and name in _ERRORS:
            continue
        if isinstance(value, dict):
            inner = {**value, **({"error": errors[0]} if errors and "error" not in value else {})}
            yield from _evidence(inner, f"{quantity}, ")
        elif isinstance(value, str) and (ball := _BALL.fullmatch(value)):
            yield [quantity, ball[1], ball[2]]
        else:
            floating = isinstance(value, float) or _floats(value)
            yield [quantity, text(value), error if floating else ""]


def _floats(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, float) for part in value)


def _flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}, ")
        else:
            yield f"{path}{name}".replace("_", " "), text(value)


def text(value: Any) -> str:
    """Write a value of a certificate in a cell: lists with commas, floats in few digits.

    >>> text([["0", "2"], ["1/3", 0.1 + 0.2]])
    '(0, 2), (1/3, 0.3)'
    """
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(
            f"({text(part)})" if isinstance(part, list) else text(part) for part in value
        )
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def number(value: float, digits: int = DIGITS) -> str:
    """Round a number for the eye."""
    return re.sub(r"e\+?(-?)0*", r"e\1", f"{value:.{digits}g}")


def _statement(item: Mapping[str, Any], scope: Scope) -> list[Any]:
    sides = ["", "", ""]
    if item["kind"] == "inequality":
        sides = [_value(item["left"], scope), item["relation"], _value(item["right"], scope)]
    elif item["kind"] == "enclosure":
        ends = " to ".join(_value(item[end], scope) for end in ("lower", "upper"))
        sides = [_value(item["value"], scope), "within", ends]
    said = formula(item)
    said = said if len(said) <= _LONGEST else ""
    return [item["name"], *sides, item["holds"], said, item.get("rests_on", "")]


def _value(tree: Any, scope: Scope) -> str:
    """Evaluate one side, or leave it blank where it has free variables."""
    try:
        value = scope.number(tree)
    except (RmotError, ArithmeticError, LookupError, ValueError):
        return ""
    if isinstance(value, arb):
        value = float(value.mid())
    return number(float(value))
