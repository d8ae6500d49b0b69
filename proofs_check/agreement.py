"""Formulas of a source held against derivations: symbolically, and again at a rational point.

Two formulas become fractions of polynomials, with roots of positive variables as variables and
``sqrt(1 - x^2)`` one on the circle of x. The certificate carries both sides at a rational point,
where anybody can evaluate them: a difference there refutes an identity, none agrees with the
proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import flint
import sympy

from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, Rule, decide, scope_of
from proofs_check.exact import Statement, Tree, bind, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context
from rmot.errors import DataError

_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29))
_PREFIX = "root_of_"

Derivations: TypeAlias = Mapping[str, tuple[Callable[[], Any], str]]
"""For each claim, what derives its formula, and the formula that replaces it."""


def _legs(*expressions: Any) -> list[Any]:
    """Find the x whose ``sqrt(1 - x^2)`` stands in expressions."""
    found = {
        x
        for expression in expressions
        for power in expression.atoms(sympy.Pow)
        if not power.exp.is_integer
        for x in power.base.free_symbols
        if power.base == 1 - x**2 and not x.is_positive
    }
    return sorted(found, key=str)


class _Fractions:
    """Fractions of polynomials over the rationals, on the circles of some variables."""

    def __init__(self, left: Any, right: Any) -> None:
        self.legs = _legs(left, right)
        symbols = sorted(left.free_symbols | right.free_symbols, key=str)
        names = [str(x) for x in symbols if not x.is_positive]
        names += [
            _PREFIX + str(x) for x in [*symbols, *self.legs] if x.is_positive or x in self.legs
        ]
        # Lexical order with the legs in front: division by a circle then ends in one normal form.
        names.sort(key=lambda name: name not in map(str, self.legs))
        self.context = flint.fmpq_mpoly_ctx.get(names or ["x"], flint.Ordering.lex)
        self.letters = dict(zip(names, self.context.gens(), strict=False))
        self.one = self.context.constant(1)

    def vanishes(self, expression: Any) -> bool:
        """Tell whether an expression is zero."""
        rest = self.fraction(expression)[0]
        for x in self.legs:
            circle = self.letters[str(x)] ** 2 + self.letters[_PREFIX + str(x)] ** 2 - 1
            rest = divmod(rest, circle)[1]
        return rest == 0

    def fraction(self, expression: Any) -> tuple[Any, Any]:
        """Evaluate to a numerator and a denominator."""
        if expression.is_Rational:
            return self.one * flint.fmpq(int(expression.p), int(expression.q)), self.one
        if expression.is_Symbol:
            if expression.is_positive:
                return self.letters[_PREFIX + str(expression)] ** 2, self.one
            return self.letters[str(expression)], self.one
        if expression.is_Add or expression.is_Mul:
            top, bottom = self.fraction(expression.args[0])
            for part in expression.args[1:]:
                over, under = self.fraction(part)
                if expression.is_Mul:
                    top, bottom = top * over, bottom * under
                elif under == bottom:
                    top = top + over
                else:
                    top, bottom = top * under + over * bottom, bottom * under
            return top, bottom
        if expression.is_Pow and (2 * expression.exp).is_integer:
            top, bottom, power = *self.fraction(expression.base), expression.exp
            if not power.is_integer:
                top, bottom, power = self._root(expression.base), self.one, 2 * power
            top, bottom = (top, bottom) if power >= 0 else (bottom, top)
            return top ** abs(int(power)), bottom ** abs(int(power))
        raise DataError(f"expected a fraction of polynomials and roots; got {expression}")

    def _root(self, base: Any) -> Any:
        legs = [x for x in self.legs if base == 1 - x**2]
        if legs or (base.is_Symbol and base.is_positive):
            return self.letters[_PREFIX + str(legs[0] if legs else base)]
        raise DataError(f"expected the root of a positive variable or of 1 - x^2; got {base}")


def agree(left: Any, right: Any) -> bool:
    """Tell whether two formulas are identical, by algebra.

    >>> x, V = sympy.Symbol("x"), sympy.Symbol("V", positive=True)
    >>> agree(sympy.sqrt(1 - x**2)**2 * sympy.sqrt(V)**2, V - V*x**2), agree(x, x**2)
    (True, False)
    """
    left, right = sympy.sympify(left), sympy.sympify(right)
    return _Fractions(left, right).vanishes(left - right)


@cache
def _tree_of(expression: Any) -> Tree:
    """Write a formula in the language of certificates."""
    return _with_roots(tree(str(expression)))


def _with_roots(expression: Tree) -> Tree:
    """Write powers of halves as powers of roots, which are exact where the root is rational."""
    if isinstance(expression, str):
        return expression
    head, *parts = expression
    parts = [_with_roots(part) for part in parts]
    if head == "pow" and isinstance(parts[1], list) and parts[1][0] == "div":
        _, top, bottom = parts[1]
        if bottom == "2":
            return ["pow", ["sqrt", parts[0]], top]
    return [head, *parts]


def same(name: str, left: Any, right: Any, scope: Any) -> Statement:
    """State that two formulas agree: decided by algebra, to be re-checked at a rational point.

    Raises
    ------
    DataError
        The point and the algebra say different things.
    """
    left, right = sympy.sympify(left), sympy.sympify(right)
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    point: dict[Any, Fraction] = {}
    legs = _legs(left, right)
    primes = iter(sympy.primerange(2, 2000))
    for x in symbols:
        if x in legs:
            a, _, c = _TRIPLES[legs.index(x) % len(_TRIPLES)]
            point[x] = Fraction(a, c)
        else:
            point[x] = Fraction(next(primes), next(primes)) ** (2 if x.is_positive else 1)
    names: dict[str, Tree] = {str(x): str(value) for x, value in point.items()}
    sides = [bind(_tree_of(side), names) for side in (left, right)]
    statement = inequality(name, sides[0], "==", sides[1])
    if scope.holds(statement) != agree(left, right):
        raise DataError(
            f"expected algebra and a point to agree on {name!r}; got {left} and {right}"
        )
    return statement


def against_derivation(
    claim: Claim,
    context: Context,
    printed: Any,
    derived: Any,
    repaired: Any,
    *,
    otherwise: str,
    reading: str,
    charitable: Mapping[Any, Any] | None = None,
    also: Sequence[Statement] = (),
    against: str = "corrected",
    evidence: Mapping[str, Any] | None = None,
) -> Certificate:
    """Hold a printed formula, and the one that replaces it, against what is derived.

    Parameters
    ----------
    printed, derived, repaired : sympy expression
    charitable : dict
        Values under which the printed form is tried once more; it decides nothing.
    also : sequence of Statement
        What has to hold besides.
    against : str
        Verdict where the printed form is not what is derived and the repaired one is.
    """
    scope = scope_of(claim)
    as_printed = same("as printed", printed, derived, scope)
    as_repaired = same("as repaired", repaired, derived, scope)
    statements = [as_printed, as_repaired, *also]
    rest = {item["name"]: True for item in statements[1:]}
    rules: list[Rule] = [
        ("verified", {"as printed": True, **rest}),
        (against, {"as printed": False, **rest}),
    ]
    if charitable:
        left, right = (side.subs(charitable) for side in (printed, derived))
        statements.append(same("as printed, read charitably", left, right, scope))
    told = {"printed": str(printed), "repaired": str(repaired), **(evidence or {})}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        rules,
        evidence=told,
        otherwise=otherwise,
        reading=reading,
    )


def against_derived(
    claim: Claim,
    context: Context,
    derivations: Derivations,
    names: Mapping[str, Any],
    **told: Any,
) -> Certificate:
    """Read a claim's ``formula`` and hold it against its derivation.

    Parameters
    ----------
    names : dict
        What the formulas' letters stand for.
    **told
        As for `against_derivation`.
    """
    derive, repaired = derivations[claim.id]
    printed = read(claim.data["formula"], **names)
    return against_derivation(claim, context, printed, derive(), read(repaired, **names), **told)
