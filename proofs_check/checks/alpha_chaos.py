"""Assets and spreads of the alpha models, expanded in iterated integrals to the second order.

``I[k]`` stands for ``int dW_k``, ``J[m, k]`` for ``int int dW_m dW_k`` (m the inner one) and
``K[k]`` for ``int int dB_k dW_k``. To second order ``dS = S sum alpha_k sqrt(V_k) dW_k`` has on
``J[m, k]`` the loading ``S alpha_m alpha_k sqrt(V_m V_k)``, and ``S alpha_k nu_k / 2`` times
``rho_k J[k, k] + sqrt(1 - rho_k^2) K[k]`` besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from proofs_check.agreement import against_derivation, same
from proofs_check.alpha_model import read, symbol
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.chaos import (
    TIME,
    AlphaModel,
    Chaos,
    Letter,
    Word,
    area_characteristic_function,
    area_residual,
    driver,
    expansion,
    mean,
    own,
    product,
)
from proofs_check.exact import inequality
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

T = sympy.Symbol("t", positive=True)
TWO = 2
AT_ONE = {symbol("V", k): sympy.Integer(1) for k in range(1, TWO + 1)}


def _integral(word: Word) -> Any:
    """Name an iterated integral as the formulas do."""
    places = [place + 1 for _, place in word]
    if len(word) == 1:
        return symbol("I", *places)
    return symbol("J", *places) if word[0][0] == "W" else symbol("K", places[1])


def _root(part: str) -> Any:
    """Return drift or noise of the root of one factor, by Ito's formula."""
    model = AlphaModel(1, 1)
    root = sympy.sqrt(model.variances[0])
    if part == "drift":
        return model.derivative(TIME, root).subs(model.long_run[0], 1)
    letters = {driver(0): symbol("W", 1), own(0): symbol("B", 1)}
    return sum(model.derivative(letter, root) * x for letter, x in letters.items())


def _gaussian() -> Chaos:
    """Expand the normal asset of one factor that starts at 1."""
    model = AlphaModel(1, 1, normal=True)
    terms = expansion(model, model.prices[0], TWO, 1)
    return {word: coefficient.subs(AT_ONE) for word, coefficient in terms.items()}


def _lognormal(order: int, at_one: bool = False, assets: int = 1) -> Any:
    """Expand an asset, or a spread, of two factors."""
    model = AlphaModel(assets, TWO)
    value = symbol("S", 1) - symbol("S", 2) if assets == TWO else symbol("S", 1)
    return _written(expansion(model, value, order, order)).subs(AT_ONE if at_one else {})


def _written(terms: Chaos) -> Any:
    return sum((a * _integral(word) for word, a in terms.items()), start=sympy.Integer(0))


def _part(whole: Any, *, of_factors: bool) -> Any:
    """Keep what comes from the factors' moves, or from the prices' own."""
    prices = sympy.expand(whole).subs({symbol("nu", k): 0 for k in range(1, TWO + 1)})
    return sympy.expand(whole - prices) if of_factors else prices


def _moment(*word: Letter) -> Any:
    return mean(product(_gaussian(), {word: sympy.Integer(1)}), T)


_SMILE = "{0}*nu[k]/2*(rho[k]*J[k,k] + sqrt(1 - rho[k]**2)*K[k])"
_OWN = _SMILE.format("alpha[1,k]*S[1]")
_DERIVED: Mapping[str, tuple[Callable[[], Any], str]] = {
    "A043": (lambda: _root("noise"), "nu[1]/2*(rho[1]*W[1] + sqrt(1 - rho[1]**2)*B[1])"),
    "A044": (
        lambda: _root("drift"),
        "reversion*(1 - V[1])/(2*sqrt(V[1])) - nu[1]**2/(8*sqrt(V[1]))",
    ),
    "A045": (
        lambda: _written(_gaussian()),
        "alpha[1,1]*I[1] + alpha[1,1]*nu[1]/2*(rho[1]*J[1,1] + sqrt(1 - rho[1]**2)*K[1])",
    ),
    "A051": (lambda: _moment(driver(0)), "alpha[1,1]*t"),
    "A052": (lambda: _moment(driver(0), driver(0)), "alpha[1,1]*nu[1]*rho[1]*t**2/4"),
    "A053": (lambda: _moment(own(0), driver(0)), "alpha[1,1]*nu[1]*sqrt(1 - rho[1]**2)*t**2/4"),
    "A054": (lambda: _lognormal(1), "Sum(alpha[1,k]*S[1]*sqrt(V[k])*I[k], (k, 1, n))"),
    "A055": (lambda: _part(_lognormal(2), of_factors=True), f"Sum({_OWN}, (k, 1, n))"),
    "A056": (
        lambda: _part(_lognormal(2), of_factors=False),
        "Sum(Sum(alpha[1,m]*alpha[1,k]*S[1]*sqrt(V[m])*sqrt(V[k])*J[m,k], (m, 1, n)), (k, 1, n))",
    ),
    "A058": (lambda: _part(_lognormal(2, at_one=True), of_factors=True), f"Sum({_OWN}, (k, 1, n))"),
    "A059": (
        lambda: _part(_lognormal(2, at_one=True), of_factors=False),
        "Sum(Sum(alpha[1,m]*alpha[1,k]*S[1]*J[m,k], (m, 1, n)), (k, 1, n))",
    ),
    "A060": (
        lambda: _part(_lognormal(2, at_one=True, assets=2), of_factors=False),
        "Sum(Sum((alpha[1,m]*alpha[1,k]*S[1] - alpha[2,m]*alpha[2,k]*S[2])*J[m,k], (m, 1, n)),"
        " (k, 1, n))",
    ),
    "A141": (
        lambda: (
            _lognormal(1, at_one=True, assets=2)
            + _part(_lognormal(2, at_one=True, assets=2), of_factors=True)
        ),
        "Sum((alpha[1,k]*S[1] - alpha[2,k]*S[2])*I[k], (k, 1, n)) + Sum("
        + _SMILE.format("(alpha[1,k]*S[1] - alpha[2,k]*S[2])")
        + ", (k, 1, n))",
    ),
}


@check(*_DERIVED)
def expanded(claim: Claim, context: Context) -> Certificate:
    """Apply the noise operators of Ito's formula once and twice, and Ito's isometry."""
    derive, repaired = _DERIVED[claim.id]
    printed, wanted = (read(text, TWO, t=T) for text in (claim.data["formula"], repaired))
    return against_derivation(
        claim,
        context,
        printed,
        sympy.expand(derive()),
        wanted,
        charitable=AT_ONE,
        otherwise="a coefficient equal to the noise operators applied at the start",
        reading="two factors stand for all: no term names more; the statement at factors of one"
        " says"
        " whether the formula holds where they start, as the source normalises them",
    )


def _word(names: list[str]) -> Word:
    return tuple((driver if name == "W" else own)(0) for name in names)


@check("A046", "A047", "A048", "A057")
def products_of_integrals(claim: Claim, context: Context) -> Certificate:
    """Take expectations of products of iterated integrals by Ito's isometry."""
    letters = [sympy.Symbol(f"pair_{place}") for place in range(len(claim.data["products"]))]
    one = sympy.Integer(1)
    found = [
        mean(product({_word(first): one}, {_word(second): one}), T)
        for first, second in claim.data["products"]
    ]
    stated = read(claim.data["formula"], t=T)
    derived = sum((a * x for a, x in zip(found, letters, strict=True)), start=sympy.Integer(0))
    return against_derivation(
        claim,
        context,
        sum((stated * x for x in letters), start=sympy.Integer(0)),
        derived,
        derived,
        otherwise="expectations of products equal to the isometry's",
        reading="all pairs named have the one value",
    )


@check("A049")
def square_of_a_gaussian(claim: Claim, context: Context) -> Certificate:
    """Integrate ``W dW`` by Ito's formula for ``W^2 / 2``."""
    z = sympy.Symbol("Z", real=True)
    derived = (T * z**2 - T) / 2
    printed = read(claim.data["formula"], t=T, Z=z)
    mean = [side.subs(z, 0) + sympy.diff(side, z, 2) / 2 for side in (printed, derived)]
    return against_derivation(
        claim,
        context,
        printed,
        derived,
        derived,
        also=[same("the integral's mean is zero", mean[1], sympy.Integer(0), scope_of(claim))],
        evidence={"mean_as_printed": str(mean[0])},
        otherwise="a law with the mean zero that the source gives the integral",
        reading="a scaled chi-squared of one degree of freedom; centred as well, it is one",
    )


@check("A050")
def law_of_the_second_integral(claim: Claim, context: Context) -> Certificate:
    """Hold a characteristic function of ``int B dW`` against the equation that it has to solve.

    Given B the integral is Gaussian, so the function is ``E exp(-u^2/2 int B^2)``: Feynman and Kac.
    """
    u, zero = sympy.Symbol("u"), sympy.Integer(0)
    equation, start = area_residual(area_characteristic_function)
    second = -sympy.diff(area_characteristic_function(u, T), u, 2).subs(u, 0)
    area = {(own(0), driver(0)): sympy.Integer(1)}
    scope = scope_of(claim)
    solved = same("residual of the Feynman-Kac equation", equation, zero, scope)
    begun = same("residual at the start", start, zero, scope)
    moment = same("second moment as the isometry's", second, mean(product(area, area), T), scope)
    count = inequality("laws known in closed form", "1", "==", ["datum", "known"])
    statements = [solved, begun, moment, count]
    proved = {item["name"]: True for item in statements[:3]}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {**proved, count["name"]: True}),
            ("refuted", {**proved, count["name"]: False}),
        ],
        evidence={"characteristic_function": "cosh(u t)^(-1/2)"},
        otherwise="an equation that the closed form does not solve",
        reading="a law is known when its characteristic function is; this one is Cameron's and"
        " Martin's",
    )
