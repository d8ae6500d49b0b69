"""Projection of a spread on a normal Heston model around the tangent bilognormal one.

A normal Heston model with volatility a at a factor of one has ``Var = a^2``, ``CoVar = a^3 nu
rho`` and ``VarVar = a^4 nu^2``; a spread's observables less those of its tangent bilognormal
model are ``sum nu rho D^3 V`` and ``sum V (nu^2 D^4 + 4 nu rho D^2 G)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from proofs_check.agreement import against_derivation
from proofs_check.alpha_model import FACTORS, read, symbol
from proofs_check.certificate import Certificate, decide
from proofs_check.checks.alpha_observables import AT_ONE, DK, GK, single, spread
from proofs_check.exact import inequality, tree
from proofs_check.ito import Process, bracket
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

LEVEL, VOL_OF_VOL = sympy.symbols("V_0H nu_H", positive=True)
RHO, X, Y, Z = sympy.symbols("rho_H x y z", real=True)
NAMES: Mapping[str, Any] = {str(x): x for x in (LEVEL, VOL_OF_VOL, RHO, X, Y, Z)}


def _observables(price: Process, variance: Process) -> list[Any]:
    pairs = ((price, price), (variance, price), (variance, variance))
    return [bracket(*pair) for pair in pairs]


def _normal_heston() -> list[Any]:
    price, variance, _ = single()
    named = {symbol("alpha", 1, 1): LEVEL, symbol("V", 1): 1, symbol("nu", 1): VOL_OF_VOL}
    found = [x.subs({**named, symbol("rho", 1): RHO}) for x in _observables(price, variance)]
    return [sympy.expand(x) for x in found]


def _relative(place: int) -> Any:
    whole, tangent = (_observables(*spread(frozen=frozen))[place] for frozen in (False, True))
    return whole - tangent


def _inverted() -> Any:
    """Put a normal Heston model's observables into the formulas for its parameters."""
    return X * RHO + Y * VOL_OF_VOL


_G_AT_ONE = GK.replace("*V[m]", "")
_DERIVED: Mapping[str, tuple[Callable[[], Any], str]] = {
    "A081": (lambda: _normal_heston()[0], "V_0H**2"),
    "A082": (
        lambda: sum(a * b for a, b in zip((X, Y, Z), _normal_heston(), strict=True)),
        "x*V_0H**2 + y*V_0H**3*nu_H*rho_H + z*V_0H**4*nu_H**2",
    ),
    "A083": (_inverted, "x*CoVar/(V_0H*sqrt(VarVar)) + y*sqrt(VarVar)/V_0H**2"),
    "A084": (lambda: _relative(0), "0"),
    "A085": (
        lambda: sum(
            a * _relative(place).subs({symbol("nu", k): 0 for k in range(1, FACTORS + 1)})
            for place, a in enumerate((X, Y, Z))
        ),
        "0",
    ),
    "A086": (lambda: _relative(1), f"Sum(nu[k]*rho[k]*{DK}**3*V[k], (k, 1, n))"),
    "A087": (
        lambda: _relative(2),
        f"Sum(V[k]*(nu[k]**2*{DK}**4 + 4*nu[k]*rho[k]*{DK}**2*{GK}), (k, 1, n))",
    ),
}


@check(*_DERIVED)
def projection(claim: Claim, context: Context) -> Certificate:
    """Take observables by Ito, and differences of them."""
    derive, repaired = _DERIVED[claim.id]
    _, covariance, variance = _normal_heston()
    names = {**NAMES, "CoVar": covariance, "VarVar": variance}
    return against_derivation(
        claim,
        context,
        read(claim.data["formula"], **names),
        sympy.sympify(derive()),
        read(repaired, **names),
        charitable=AT_ONE,
        otherwise="a formula equal to the observables of the two models",
        reading="the parameter V_0H is a normal volatility and the factor starts at one: as a"
        " variance it"
        " would agree with the sentence on the long run and with none of (126) to (131)",
    )


@check("A088")
def floor_before_the_root(claim: Claim, context: Context) -> Certificate:
    """Run the steps from an observable below zero to a vol of vol."""

    def undefined(steps: list[str]) -> int:
        value, failures = sympy.Integer(-1), 0
        for step in steps:
            failures += 1 if step == "root" and value.is_negative else 0
            value = sympy.Integer(0) if step == "floor" else value
        return failures

    repaired = ["floor", "root"]
    statements = [
        {**inequality(name, str(undefined(steps)), "==", "0"), "rests_on": "steps run in order"}
        for name, steps in (("as printed", claim.data["steps"]), ("as repaired", repaired))
    ]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {"as printed": True, "as repaired": True}),
            ("corrected", {"as printed": False, "as repaired": True}),
        ],
        evidence={"repaired": "nu = sqrt(Max[VarVar, 0]) / V_0H^2"},
        otherwise="no root of a negative number",
        reading="the source gives a negative VarVar as its reason for the floor; a root taken as"
        " zero there"
        " is the repaired order",
    )


@check("A089")
def negative_relative_observable(claim: Claim, context: Context) -> Certificate:
    """Enclose the relative VarVar of the source's own example."""
    data, factors = claim.data, len(claim.data["loadings_1"])
    names: dict[str, Any] = {f"S{i}": ["datum", "prices", i - 1] for i in (1, 2)}
    for k in range(1, factors + 1):
        names |= {f"alpha{i}_{k}": tree(data[f"loadings_{i}"][k - 1]) for i in (1, 2)}
        names |= {f"{x}{k}": ["datum", x, k - 1] for x in ("nu", "rho")} | {f"V{k}": "1"}
    value = tree(str(read(_DERIVED["A087"][1], factors)), names)
    statement = inequality("the relative VarVar is below zero", value, "<", "0")
    return decide(
        claim,
        context.profile,
        "certified",
        [statement],
        [("verified", {statement["name"]: True}), ("refuted", {statement["name"]: False})],
        evidence={"formula": _DERIVED["A087"][1]},
        otherwise="a value of at least zero",
        reading="loadings as they are labelled, the last driver shared with opposite signs",
    )
