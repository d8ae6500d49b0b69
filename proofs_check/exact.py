"""Statements that decide a verdict, in a language small enough to be re-checked by hand.

An expression is a literal (``"3/4"``, ``"0.031"``, ``"inf"``) or a list headed by an operation:
``datum`` (a number of the claim), ``cell`` (table, row, column), ``variable`` (in identities),
``add sub mul div neg abs max pow exp log sqrt`` and ``binomial_cdf`` (n, k, p). Rational operations
are exact; the others are enclosed in balls of 200 bits. `proofs_check/verify.py` evaluates the same
language with the standard library alone.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import flint
from flint import arb, fmpq

from rmot.errors import ParameterError
from rmot.transport.exact.elementary import Term, least, scaled

Tree: TypeAlias = "str | list[Any]"
Number: TypeAlias = "Fraction | arb | float"
Statement: TypeAlias = dict[str, Any]

flint.ctx.prec = 200
INFINITY = float("inf")
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
FUNCTIONS = ("exp", "log", "sqrt", "abs", "max", "binomial_cdf")
RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "==": lambda left, right: bool(left == right),
}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Undecidable(ArithmeticError):
    """The enclosures are too wide to tell which relation holds."""


def tree(text: str, names: Mapping[str, Tree] | None = None) -> Tree:
    """Read a formula; a name that `names` does not bind is a variable.

    >>> tree("2*x + 0.5", {"x": ["datum", "x"]})
    ['add', ['mul', '2', ['datum', 'x']], '1/2']
    """
    return _convert(ast.parse(text.strip(), mode="eval").body, text.strip(), names or {})


def _convert(node: ast.expr, text: str, names: Mapping[str, Tree]) -> Tree:
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = (_convert(side, text, names) for side in (node.left, node.right))
        return [OPERATORS[type(node.op)], left, right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return ["neg", _convert(node.operand, text, names)]
    if isinstance(node, ast.Constant):
        return str(Fraction(ast.get_source_segment(text, node) or ""))
    if isinstance(node, ast.Name):
        return names.get(node.id, ["variable", node.id])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in FUNCTIONS:
            return [node.func.id, *(_convert(argument, text, names) for argument in node.args)]
        raise ParameterError(f"expected a function among {FUNCTIONS}; got {node.func.id!r}")
    raise ParameterError(f"expected arithmetic; got {text!r}")


def bind(expression: Tree, names: Mapping[str, Tree]) -> Tree:
    """Put expressions in the place of variables.

    >>> bind(["add", ["variable", "x"], "1"], {"x": "2"})
    ['add', '2', '1']
    """
    if isinstance(expression, str):
        return expression
    if expression[0] == "variable":
        return names.get(expression[1], expression)
    return [expression[0], *(bind(part, names) for part in expression[1:])]


def weighted_sum(weights: Iterable[Tree], values: Iterable[Tree]) -> Tree:
    """Sum the products of two lists of expressions."""
    return ["add", *(["mul", weight, x] for weight, x in zip(weights, values, strict=True))]


def rational(value: Tree | int | Fraction) -> Fraction:
    """Read a literal as the rational it is."""
    if isinstance(value, list):
        raise ParameterError(f"expected a literal; got {value!r}")
    return Fraction(value)


class Scope:
    """The numbers that expressions may name: the claim's data and its tables."""

    def __init__(
        self,
        values: Mapping[str, Any],
        tables: Mapping[str, Sequence[Mapping[str, str]]],
        variables: Mapping[str, Fraction] | None = None,
    ) -> None:
        self.values = values
        self.tables = tables
        self.variables = variables or {}

    def number(self, expression: Tree) -> Number:
        """Evaluate: a Fraction where all operations are rational, a ball otherwise."""
        if isinstance(expression, str):
            return INFINITY if expression == "inf" else Fraction(expression)
        operation, *arguments = expression
        if operation == "datum":
            value = self.values[arguments[0]]
            for index in arguments[1:]:
                value = value[index]
            return self.number(str(value))
        if operation == "cell":
            table, row, column = arguments
            return Fraction(self.tables[table][row][column])
        if operation == "variable":
            return self.variables[arguments[0]]
        return _apply(operation, [self.number(argument) for argument in arguments])

    def holds(self, statement: Statement) -> bool:
        """Tell whether a statement is true.

        Raises
        ------
        Undecidable
            When the enclosures overlap.
        """
        return _KINDS[statement["kind"]](self, statement)


def _rational(value: Number) -> Fraction:
    if not isinstance(value, Fraction):
        raise ParameterError(f"expected a rational number; got {value!r}")
    return value


def _ball(value: Number) -> arb:
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(value)


def _apply(operation: str, values: list[Number]) -> Number:
    if operation == "pow":
        return _power(*values)
    if operation == "sqrt" and isinstance(values[0], Fraction):
        top, bottom = (math.isqrt(part) for part in values[0].as_integer_ratio())
        if Fraction(top, bottom) ** 2 == values[0]:
            return Fraction(top, bottom)
    if operation in ("exp", "log", "sqrt"):
        return getattr(_ball(values[0]), operation)()
    if operation == "binomial_cdf":
        return _binomial_cdf(*values)
    if any(isinstance(value, arb) for value in values):
        values = [_ball(value) for value in values]
    # All of one type by now, which the type of the list cannot say.
    alike: list[Any] = list(values)
    first, *rest = alike
    match operation:
        case "neg":
            return -first
        case "abs":
            return abs(first)
        case "max":
            largest = first
            for value in rest:
                largest = value if _compare(value, ">", largest) else largest
            return largest
        case "add":
            return sum(rest, first)
        case "mul":
            return math.prod(rest, start=first)
        case "sub":
            return first - rest[0]
        case "div":
            return first / rest[0]
        case _:
            raise ParameterError(f"expected an operation of the language; got {operation!r}")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return base ** int(exponent)
    if isinstance(base, Fraction) and base == 0 and _compare(exponent, ">", Fraction(0)):
        return Fraction(0)
    return (_ball(exponent) * _ball(base).log()).exp()


def _binomial_cdf(trials: Number, most: Number, chance: Number) -> Number:
    n, k = int(_rational(trials)), int(_rational(most))
    p = _rational(chance)
    return sum(
        (math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)),
        start=Fraction(0),
    )


def _compare(left: Number, relation: str, right: Number) -> bool:
    if isinstance(left, arb) or isinstance(right, arb):
        left, right = _ball(left), _ball(right)
    if RELATIONS[relation](left, right):
        return True
    if relation == "==" or not RELATIONS[OPPOSITE[relation]](left, right):
        if relation == "==" and not isinstance(left, arb):
            return False
        if relation == "==" and (RELATIONS["<"](left, right) or RELATIONS[">"](left, right)):
            return False
        raise Undecidable(f"{left} {relation} {right}")
    return False


def _inequality_holds(scope: Scope, statement: Statement) -> bool:
    left, right = scope.number(statement["left"]), scope.number(statement["right"])
    return _compare(left, statement["relation"], right)


def _enclosure_holds(scope: Scope, statement: Statement) -> bool:
    value = scope.number(statement["value"])
    lower, upper = Fraction(statement["lower"]), Fraction(statement["upper"])
    return _compare(lower, "<=", value) and _compare(value, "<=", upper)


def _identity_holds(scope: Scope, statement: Statement) -> bool:
    degrees = statement["degrees"]
    for point in product(*(range(degree + 1) for degree in degrees.values())):
        at = dict(zip(degrees, map(Fraction, point), strict=True))
        inner = Scope(scope.values, scope.tables, at)
        if inner.number(statement["left"]) != inner.number(statement["right"]):
            return False
    return True


def _superhedge_holds(scope: Scope, statement: Statement) -> bool:
    """Tell whether a hedge dominates every branch of its payoff at all prices, at its cost."""

    def number(expression: Tree) -> Fraction:
        return _rational(scope.number(expression))

    def terms(listed: Sequence[Any]) -> list[Term]:
        return [Term(number(units), kind, number(strike)) for units, kind, strike in listed]

    hedge, sign = statement["hedge"], 1 if statement["side"] == "upper" else -1
    cost, held = number(hedge["cash"]), []
    for asset, units, positions in zip(
        statement["assets"], hedge["units"], hedge["positions"], strict=True
    ):
        own = [(units, "price", "0")]
        cost += number(units) * number(asset["forward"])
        for index, amount in positions:
            kind, strike, bid, ask = asset["quotes"][index]
            own.append((amount, kind, strike))
            price = number(ask if sign * number(amount) > 0 else bid)
            cost += number(amount) * price / number(asset["discount_factor"])
        held.append(terms(own))
    spare = [
        sign * (number(hedge["cash"]) - number(branch["cash"]))
        + sum(
            least([*scaled(own, sign), *scaled(terms(leg), -sign)])
            for own, leg in zip(held, branch["legs"], strict=True)
        )
        for branch in statement["payoff"]
    ]
    return min(spare) >= 0 and cost == number(statement["cost"])


def _matrix_holds(scope: Scope, statement: Statement) -> bool:
    """All leading principal minors are positive, so the matrix is positive definite."""
    entries = [[scope.number(entry) for entry in row] for row in statement["entries"]]
    return all(
        _compare(_determinant([row[:n] for row in entries[:n]]), ">", Fraction(0))
        for n in range(1, len(entries) + 1)
    )


def _determinant(entries: list[list[Number]]) -> Number:
    if len(entries) == 1:
        return entries[0][0]
    total: Number = Fraction(0)
    for column, entry in enumerate(entries[0]):
        minor = [row[:column] + row[column + 1 :] for row in entries[1:]]
        term = _apply("mul", [entry, _determinant(minor)])
        total = _apply("sub" if column % 2 else "add", [total, term])
    return total


def _present_holds(scope: Scope, statement: Statement) -> bool:
    return all(key in scope.values for key in statement["keys"])


_KINDS: dict[str, Callable[[Scope, Statement], bool]] = {
    "inequality": _inequality_holds,
    "enclosure": _enclosure_holds,
    "identity": _identity_holds,
    "superhedge": _superhedge_holds,
    "positive_definite": _matrix_holds,
    "present": _present_holds,
}


def inequality(name: str, left: Tree, relation: str, right: Tree) -> Statement:
    """State ``left relation right``."""
    return {
        "name": name,
        "kind": "inequality",
        "left": left,
        "relation": relation,
        "right": right,
    }


def enclosure(name: str, value: Tree, scope: Scope, digits: int = 6) -> Statement:
    """State bounds of a number, of `digits` decimals, one unit of the last apart or two."""
    middle = scope.number(value)
    if isinstance(middle, arb):
        middle = Fraction(str(middle.mid().str(40, radius=False)))
    unit = Fraction(1, 10**digits)
    floor = math.floor(Fraction(middle) / unit)
    lower, upper = floor * unit, (floor + 1) * unit
    return {
        "name": name,
        "kind": "enclosure",
        "value": value,
        "lower": str(lower),
        "upper": str(upper),
    }


def identity(name: str, left: Tree, right: Tree, degrees: Mapping[str, int]) -> Statement:
    """State that two polynomials agree; `degrees` bounds the degree in each variable.

    A polynomial of degree d in each variable that vanishes on d + 1 values of each is zero.
    """
    return {
        "name": name,
        "kind": "identity",
        "left": left,
        "right": right,
        "degrees": dict(degrees),
    }


def superhedge(
    name: str,
    weights: Sequence[Tree],
    strikes: Sequence[Tree],
    prices: Sequence[Tree],
    strike: Tree,
    scope: Scope,
) -> Statement:
    """State that calls on the assets dominate the call on their basket, and what they cost.

    ``(sum w_i S_i - K)^+ <= sum w_i (S_i - k_i)^+`` for w >= 0 and ``sum w_i k_i <= K``.
    """
    terms: list[Tree] = [
        ["mul", weight, price] for weight, price in zip(weights, prices, strict=True)
    ]
    assets = [
        {"forward": "0", "discount_factor": "1", "quotes": [["call", k, price, price]]}
        for k, price in zip(strikes, prices, strict=True)
    ]
    exercised = [[[weight, "price", "0"]] for weight in weights]
    return {
        "name": name,
        "kind": "superhedge",
        "side": "upper",
        "assets": assets,
        "payoff": [
            {"cash": "0", "legs": [[] for _ in weights]},
            {"cash": ["neg", strike], "legs": exercised},
        ],
        "hedge": {
            "cash": "0",
            "units": ["0" for _ in weights],
            "positions": [[[0, weight]] for weight in weights],
        },
        "cost": str(scope.number(["add", *terms])),
    }


def positive_definite(name: str, entries: Sequence[Sequence[Tree]]) -> Statement:
    """State that all leading principal minors of a symmetric matrix are positive."""
    return {
        "name": name,
        "kind": "positive_definite",
        "entries": [list(row) for row in entries],
    }


def present(name: str, keys: Sequence[str]) -> Statement:
    """State that the claim's data has these keys."""
    return {"name": name, "kind": "present", "keys": list(keys)}
