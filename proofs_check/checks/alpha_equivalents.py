"""One-factor models with the observables of a model of many.

A lognormal alpha asset has ``VarVar = S^4 sum V [(nu rho alpha^2 + 2 alpha s)^2 + nu^2 alpha^4 (1
- rho^2)]`` and ``CoVar = S^3 sum V alpha (nu rho alpha^2 + 2 alpha s)`` with ``s = sum alpha^2
V``. The lognormal model of one factor that stands for it has ``sum alpha^2 V``, ``sum nu rho
alpha^3 V`` and ``sum nu^2 alpha^4 V``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sympy

from proofs_check.agreement import against_derivation, same
from proofs_check.alpha_model import FACTORS, read, state_of, symbol
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.chaos import AlphaModel
from proofs_check.exact import Tree, inequality, weighted_sum
from proofs_check.ito import bracket, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

_integrate: Callable[..., Any] = sympy.integrate
AT_ONE = {symbol("V", k): 1 for k in range(1, FACTORS + 1)}
A, NU = sympy.symbols("a nu_1", positive=True)
RHO, X, Y, Z = sympy.symbols("rho_1 x y z", real=True)


@cache
def _observables() -> tuple[Any, Any, Any]:
    state = state_of(AlphaModel(1, FACTORS))
    price = state[symbol("S", 1)]
    variance = differential(bracket(price, price), state)
    return bracket(price, price), bracket(variance, price), bracket(variance, variance)


_S = "Sum(alpha[1,m]**2*V[m], (m, 1, n))"
_LOAD = f"(nu[k]*rho[k]*alpha[1,k]**2 + 2*alpha[1,k]*{_S})"
_DERIVED: Mapping[str, tuple[Callable[[], Any], str]] = {
    "A090": (
        lambda: _observables()[2],
        f"S[1]**4*Sum(V[k]*({_LOAD}**2 + (nu[k]*alpha[1,k]**2)**2*(1 - rho[k]**2)), (k, 1, n))",
    ),
    "A091": (lambda: _observables()[1], f"S[1]**3*Sum(V[k]*alpha[1,k]*{_LOAD}, (k, 1, n))"),
    "A092": (lambda: _observables()[0], "S[1]**2*Sum(alpha[1,k]**2*V[k], (k, 1, n))"),
    "A093": (
        lambda: X * A + Y * RHO + Z * NU,
        "x*sqrt(Var) + y*CoVar/(sqrt(Var)*sqrt(VarVar)) + z*sqrt(VarVar)/Var",
    ),
}


@check(*_DERIVED)
def observables_of_an_asset(claim: Claim, context: Context) -> Certificate:
    """Take brackets by Ito, or put a normal Heston model's own observables into the inverse."""
    derive, repaired = _DERIVED[claim.id]
    names = {"Var": A**2, "CoVar": A**3 * NU * RHO, "VarVar": A**4 * NU**2, "x": X, "y": Y, "z": Z}
    return against_derivation(
        claim,
        context,
        read(claim.data["formula"], **names),
        derive(),
        read(repaired, **names),
        charitable=AT_ONE,
        otherwise="a formula equal to Ito's for all loadings, factors and correlations",
        reading="three factors stand for all: no monomial names more; the statement at factors"
        " of one"
        " says whether the formula holds where they start",
    )


@check("A094")
def equivalent_of_one_factor(claim: Claim, context: Context) -> Certificate:
    """Ask that a lognormal model of one factor be its own equivalent."""
    scope = scope_of(claim)
    nu, rho, at_one = symbol("nu", 1), symbol("rho", 1), {symbol("V", 1): 1}
    lognormal = {
        "var": "Sum(alpha[1,k]**2*V[k], (k, 1, n))",
        "covar": "Sum(nu[k]*rho[k]*alpha[1,k]**3*V[k], (k, 1, n))",
        "varvar": "Sum(nu[k]**2*alpha[1,k]**4*V[k], (k, 1, n))",
    }

    def returns(name: str, told: Mapping[str, str]) -> list[Any]:
        var, covar, varvar = (read(told[key], 1).subs(at_one) for key in ("var", "covar", "varvar"))
        return [
            same(f"{name}: vol of vol", varvar, nu**2 * var**2, scope),
            same(f"{name}: correlation", covar**2, rho**2 * varvar * var, scope),
        ]

    printed, repaired = returns("as printed", claim.data), returns("as repaired", lognormal)
    held = {item["name"]: True for item in repaired}
    return decide(
        claim,
        context.profile,
        "symbolic",
        [*printed, *repaired],
        [
            ("verified", {item["name"]: True for item in [*printed, *repaired]}),
            ("corrected", {printed[0]["name"]: False, **held}),
        ],
        evidence={"repaired": lognormal},
        otherwise="observables from which a model of one factor gets its own parameters back",
        reading="the absolute observables, corrected, make the normal Heston model of the same"
        " Var, CoVar"
        " and VarVar: that one is not lognormal",
    )


def _fourth_cumulant() -> Any:
    """Expand the solution of ``D' = a^2/2 + rho nu a D + nu^2 D^2 / 2`` to the third power.

    The log of ``E exp(z S_t)`` is ``sum V_k D_k`` where nothing reverts; its term in z^4 starts
    there.
    """
    t, a, nu, rho = sympy.symbols("t a nu rho")
    d: Any = sympy.Integer(0)
    for _ in range(3):
        rate = sympy.expand(a**2 / 2 + rho * nu * a * d + nu**2 * d**2 / 2)
        d = _integrate(rate, t)
    cubic: Any = sympy.expand(d).coeff(t, 3)
    return 24 * cubic.coeff(a, 4)


def _sums(claim: Claim, model: str) -> dict[str, Tree]:
    """Write Var, CoVar, VarVar and the leading fourth cumulant of one of the claim's models."""
    names = ("loadings", "variances", "vols_of_vol", "correlations")
    columns = [claim.data[model][name] for name in names]
    entries = [
        [["datum", model, name, place] for name in names] for place in range(len(columns[0]))
    ]
    powers = {"Var": (2, 0, 0), "CoVar": (3, 1, 1), "VarVar": (4, 2, 0), "leverage": (4, 2, 2)}
    found: dict[str, Tree] = {}
    for name, (a, n, r) in powers.items():
        terms = [
            ["mul", ["pow", al, str(a)], ["pow", nu, str(n)], ["pow", rho, str(r)]]
            for al, _, nu, rho in entries
        ]
        found[name] = weighted_sum([v for _, v, _, _ in entries], terms)
    return found


def _cumulant(varvar: Tree, leverage: Tree) -> Tree:
    rho = sympy.Symbol("rho")
    whole = sympy.Poly(_fourth_cumulant() / sympy.Symbol("nu") ** 2, rho)
    squared, constant = (str(whole.coeff_monomial(rho**k)) for k in (2, 0))
    return ["add", ["mul", squared, leverage], ["mul", constant, varvar]]


@check("A095")
def factors_add_nothing(claim: Claim, context: Context) -> Certificate:
    """Compare the convexity of two models that have the same three observables."""
    first, second = (_sums(claim, model) for model in ("many", "one"))
    agree = [
        inequality(f"the same {x}", first[x], "==", second[x]) for x in ("Var", "CoVar", "VarVar")
    ]
    convexity = inequality(
        "the same leading fourth cumulant",
        *(_cumulant(first["VarVar"], first["leverage"]), "=="),
        _cumulant(second["VarVar"], second["leverage"]),
    )
    shared = {item["name"]: True for item in agree}
    return decide(
        claim,
        context.profile,
        "symbolic",
        [*agree, convexity],
        [
            ("verified", {**shared, convexity["name"]: True}),
            ("refuted", {**shared, convexity["name"]: False}),
        ],
        evidence={"leading_fourth_cumulant": f"sum V alpha^4 ({_fourth_cumulant()}) t^3"},
        otherwise="models of the same Var, CoVar and VarVar whose fourth cumulants agree",
        reading="normal models without mean reversion, to leading order in maturity, where the"
        " convexity at"
        " the money is the fourth cumulant's; at equal skew the factors move it by up to three"
        " times",
    )


@check("A096")
def equivalent_is_close(claim: Claim, context: Context) -> Certificate:
    """Compare the convexity of the source's example with that of its equivalent."""
    sums = _sums(claim, "example")
    shared: Sequence[Tree] = (sums["CoVar"], sums["CoVar"])
    one: Tree = ["div", ["mul", *shared], sums["Var"]]
    of_many, of_one = (_cumulant(sums["VarVar"], x) for x in (sums["leverage"], one))
    close = inequality(
        "leading fourth cumulants are close",
        ["abs", ["sub", ["div", of_one, of_many], "1"]],
        "<=",
        ["datum", "tolerance"],
    )
    return decide(
        claim,
        context.profile,
        "certified",
        [close],
        [("verified", {close["name"]: True}), ("refuted", {close["name"]: False})],
        evidence={"equivalent": "Var, CoVar and VarVar of the lognormal convention"},
        otherwise="a convexity at the money that differs by more than the tolerance",
        reading="level and skew agree to leading order by construction; convexity is what is"
        " left of a smile"
        " near the money",
    )
