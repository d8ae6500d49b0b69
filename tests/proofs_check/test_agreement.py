"""Formulas that agree and that do not, and what a certificate keeps of either."""

import random

import pytest
import sympy

from proofs_check import verify
from proofs_check.agreement import agree, same
from proofs_check.alpha_model import read, state_of, symbol
from proofs_check.chaos import AlphaModel
from proofs_check.exact import Scope
from proofs_check.ito import bracket
from rmot.errors import DataError

SCOPE = Scope({}, {})
X, Y = sympy.symbols("x y")
V, U = sympy.symbols("V U", positive=True)
LEG = sympy.sqrt(1 - X**2)

EQUAL = [
    ((X + Y) ** 3, sympy.expand((X + Y) ** 3)),
    (sympy.sqrt(V) * sympy.sqrt(V) ** 3, V**2),
    ((V - U) / (sympy.sqrt(V) + sympy.sqrt(U)), sympy.sqrt(V) - sympy.sqrt(U)),
    (LEG**2 + X**2, sympy.Integer(1)),
    (Y * LEG**3, Y * LEG * (1 - X**2)),
    (LEG * sympy.sqrt(1 - Y**2) / LEG, sympy.sqrt(1 - Y**2)),
    ((X**2 - 1) / (X - 1), X + 1),
]
UNEQUAL = [
    (X**2, X),
    (sympy.sqrt(V), V),
    (LEG, 1 - X),
    (X * LEG, Y * LEG),
    (V / U, U / V),
    (LEG**2 + Y**2, sympy.Integer(1)),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_formulas_agree_by_algebra_and_at_the_point(left, right):
    assert agree(left, right)
    statement = same("equal", left, right, SCOPE)
    assert verify._holds(statement, {"datum": {}, "cell": {}})


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_unequal_formulas_do_not(left, right):
    assert not agree(left, right)
    statement = same("unequal", left, right, SCOPE)
    assert not verify._holds(statement, {"datum": {}, "cell": {}})


def test_algebra_agrees_with_sympy_on_random_formulas():
    generator = random.Random(20240621)
    letters = [X, Y, sympy.sqrt(V), LEG]

    def drawn(depth):
        if depth == 0:
            return generator.choice([*letters, sympy.Integer(generator.randint(1, 3))])
        parts = [drawn(depth - 1), drawn(depth - 1)]
        return sympy.Add(*parts) if generator.random() < 0.5 else sympy.Mul(*parts)

    for _ in range(40):
        one, other = drawn(3), drawn(2)
        assert agree(one * other, sympy.expand(one * other))
        difference = sympy.simplify(sympy.expand(one - other))
        assert agree(one, other) == (difference == 0)


def test_what_is_no_fraction_of_polynomials_and_roots_is_refused():
    with pytest.raises(DataError, match="fraction of polynomials"):
        agree(sympy.exp(X), X)
    with pytest.raises(DataError, match="root of a positive variable"):
        agree(sympy.sqrt(X), X)


def test_sums_over_factors_are_written_out_and_names_without_indices_kept():
    pairs = read("Sum(Sum(alpha[1,k]*alpha[2,m], (m, 1, 2)), (k, 1, 2))")
    loads = [[symbol("alpha", i, k) for k in (1, 2)] for i in (1, 2)]
    assert sympy.expand(pairs - sum(loads[0]) * sum(loads[1])) == 0
    total = read("Sum(alpha[1,k]**2*V[k], (k, 1, n))", 3)
    variance = bracket(*[state_of(AlphaModel(1, 3, normal=True))[symbol("S", 1)]] * 2)
    assert sympy.expand(total - variance) == 0
    assert symbol("rho") in read("nu[1]*rho", 1).free_symbols
