"""Spread options under a copula: the decomposition into digitals, and Gaussian and Student copulas.

Given one variable, a Gaussian copula's other is Gaussian with mean ``rho x`` and variance ``1 -
rho^2``; a Student copula's is ``t_{nu+1}`` after ``(y - rho x) sqrt((nu + 1) / ((nu + x^2)(1 -
rho^2)))``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from proofs_check.agreement import Derivations, against_derivation, against_derived, same
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import inequality
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

S, Y, STRIKE, THETA, RHO, U, W = sympy.symbols("s y K theta rho u w")
ONE, TWO = sympy.symbols("S_1 S_2")


def _copula(u: Any, w: Any) -> Any:
    """Return a copula with a polynomial density: Farlie, Gumbel and Morgenstern's."""
    return u * w * (1 + THETA * (1 - u) * (1 - w))


def _partial(variable: Any) -> Callable[[Any, Any], Any]:
    return lambda u, w: sympy.diff(_copula(U, W), variable).subs({U: u, W: w})


# Marginals on [0, 1] that differ: squares, and a uniform law.
NAMES: Mapping[str, Any] = {
    "s": S,
    "y": Y,
    "K": STRIKE,
    "F_1": lambda x: x**2,
    "f_1": lambda x: 2 * x,
    "F_2": lambda x: x,
    "f_2": lambda x: sympy.Integer(1),
    "C_1": _partial(U),
    "C_2": _partial(W),
    "Digital": lambda x: x,
    "S_1": ONE,
    "S_2": TWO,
    "rho": RHO,
}


def _density() -> Any:
    mixed = sympy.diff(_copula(U, W), U, W).subs({U: S**2, W: Y})
    return sympy.expand(mixed * 2 * S)


def _regression(first: str, second: str) -> Any:
    """Standardise one of two correlated Gaussians, given the other, by the normal equations."""
    law: Any = sympy.Matrix([[1, RHO], [RHO, 1]])
    slope = law[1, 0] / law[0, 0]
    rest = law[1, 1] - slope * law[0, 1]
    return (sympy.Symbol(second) - slope * sympy.Symbol(first)) / sympy.sqrt(rest)


_DERIVED: Derivations = {
    "A001": (lambda: ONE - TWO - STRIKE, "S_1 - S_2 - K"),
    "A003": (lambda: ONE - TWO - STRIKE, "Digital(S_1) - Digital(S_2) - K*Digital(1)"),
    "A004": (
        lambda: sympy.integrate(_density() * S, (Y, 0, S - STRIKE)),
        "s*C_1(F_1(s), F_2(s - K))*f_1(s)",
    ),
    "A005": (
        lambda: sympy.integrate(_density() * Y, (S, Y + STRIKE, 1)),
        "y*(1 - C_2(F_1(y + K), F_2(y)))*f_2(y)",
    ),
    "A006": (lambda: _regression("x_1", "x_2"), "(x_2 - rho*x_1)/sqrt(1 - rho**2)"),
    "A007": (lambda: _regression("x_2", "x_1"), "(x_1 - rho*x_2)/sqrt(1 - rho**2)"),
}


@check(*_DERIVED)
def decomposed(claim: Claim, context: Context) -> Certificate:
    """Compare an integrand or a payoff where the option is exercised."""
    return against_derived(
        claim,
        context,
        _DERIVED,
        NAMES,
        otherwise="what the joint law gives, conditioned on one of both prices",
        reading="where the option is exercised; a copula and marginals with polynomial"
        " densities, in whose"
        " letters the formula has to hold for every dependence parameter",
    )


@check("A002")
def indicator_of_exercise(claim: Claim, context: Context) -> Certificate:
    """Price half way to the threshold: the digitals pay nothing, the option does."""
    middle = ["div", ["datum", "threshold"], "2"]
    statements = [
        inequality("no gain is lost below the threshold", middle, "==", "0"),
        inequality("none is lost at a threshold of zero", ["mul", "0", middle], "==", "0"),
    ]
    printed, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {printed: True, repaired: True}),
            ("corrected", {printed: False, repaired: True}),
        ],
        evidence={"repaired": "the indicator of S1 - S2 - K >= 0"},
        otherwise="a threshold of zero",
        reading="the second price in place of the first one repeated",
    )


@check("A008")
def student_distribution(claim: Claim, context: Context) -> Certificate:
    """Hold the log-derivative of the incomplete beta function's density against Student's.

    ``Beta_R(z, 1, a, b)`` has the derivative ``-z^(a-1) (1-z)^(b-1) / B``; ends at 0 and 1 fix
    the scale.
    """
    x, nu = sympy.symbols("X nu")
    names = {"X": x, "nu": nu}
    z, a, b = (read(claim.data[key], **names) for key in ("lower", "first", "second"))
    slope = sympy.diff(z, x)
    density = (a - 1) * slope / z - (b - 1) * slope / (1 - z) + sympy.diff(slope, x) / slope
    student = -(nu + 1) * x / (nu + x**2)
    scope = scope_of(claim)
    ends = [
        same("nothing of the integral at the centre", z.subs(x, 0), sympy.Integer(1), scope),
        same("all of it far out", sympy.limit(z.subs(nu, 3), x, sympy.oo), sympy.Integer(0), scope),
    ]
    return against_derivation(
        claim,
        context,
        sympy.simplify(density),
        student,
        student,
        also=ends,
        otherwise="a density proportional to Student's",
        reading="positive arguments; the sign in front makes the law symmetric",
    )


@check("A009")
def student_density(claim: Claim, context: Context) -> Certificate:
    """Integrate the density in polar coordinates, and divide it by that of one variable.

    After whitening, ``int r (1 + r^2/nu)^(-(nu+2)/2) dr = 1`` over all radii.
    """
    x, y, r = sympy.symbols("x y r")
    nu = sympy.Symbol("nu", positive=True)
    names = {"x": x, "y": y, "nu": nu, "rho": RHO, "gamma": sympy.gamma, "pi": sympy.pi}
    constant = sympy.gammasimp(read(claim.data["constant"], **names))
    radial = -((1 + r**2 / nu) ** (-nu / 2))
    integrand = r * (1 + r**2 / nu) ** (-(nu + 2) / 2)
    scope, inside = scope_of(claim), read(claim.data["inside"], **names)
    mass = sympy.simplify(constant * sympy.sqrt(1 - RHO**2) * 2 * sympy.pi)
    primitive = sympy.simplify(sympy.powsimp(sympy.diff(radial, r) / integrand, force=True))
    square = (y - RHO * x) ** 2 / ((nu + x**2) * (1 - RHO**2))
    also = [
        same("primitive of the radial density", primitive, sympy.Integer(1), scope),
        same(
            "given one variable, Student's with one degree more",
            inside,
            (1 + x**2 / nu) * (1 + square),
            scope,
        ),
    ]
    return against_derivation(
        claim,
        context,
        mass,
        sympy.Integer(1),
        sympy.Integer(1),
        also=also,
        evidence={"conditional": "t_{nu+1}((y - rho x) sqrt((nu + 1)/((nu + x^2)(1 - rho^2))))"},
        otherwise="a mass of one",
        reading="the whole plane; as the conditional law is known, (10) needs one integral and"
        " not two",
    )
