"""Alpha processes, their colours, and what a change of numeraire does to them.

Under the measure of a numeraire ``dX/X = gamma V dt + alpha sqrt(V) dW`` the drivers move by
``dW = dW' + Lambda dt``; assets with the drift of the numeraire itself get ``Lambda = alpha
sqrt(V)``, and a factor ``lambda theta - (lambda - rho nu alpha) V`` for its drift.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy

from proofs_check.agreement import Derivations, against_derived, agree, same
from proofs_check.alpha_model import REVERSION, read
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import inequality, tree
from proofs_check.ito import Process, correlated, differential, under
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

PRICE, NUMERAIRE, FACTOR, VOL_OF_VOL, LEVEL = sympy.symbols("S X V nu theta", positive=True)
OWN, OTHER, GAMMA, RHO, SHIFT, DT, DW = sympy.symbols("alpha_i alpha gamma rho shift dt dW")
SIGMA_1, SIGMA_2 = sympy.symbols("sigma_1 sigma_2")
ROOT = sympy.sqrt(FACTOR)
NAMES: Mapping[str, Any] = {
    str(x): x
    for x in (FACTOR, VOL_OF_VOL, LEVEL, OWN, OTHER, GAMMA, RHO, SHIFT, DT, DW, SIGMA_1, SIGMA_2)
}
STATE = {
    PRICE: Process(sympy.Integer(0), {"W": PRICE * OWN * ROOT}),
    NUMERAIRE: Process(NUMERAIRE * GAMMA * FACTOR, {"W": NUMERAIRE * OTHER * ROOT}),
    FACTOR: Process(REVERSION * (LEVEL - FACTOR), correlated("W", "B", RHO, VOL_OF_VOL * ROOT)),
}


def _written(process: Process, scale: Any = 1) -> Any:
    return process.drift / scale * DT + process.noise["W"] / scale * DW


def _ratio() -> Process:
    return differential(PRICE / NUMERAIRE, STATE)


def _drift_of_ratio() -> Any:
    return sympy.simplify(under(_ratio(), {"W": SHIFT}).drift * NUMERAIRE / PRICE)


def _shift(asset_drift: Any = 0) -> Any:
    """Solve for what makes the price over the numeraire a martingale."""
    drift = _drift_of_ratio() + asset_drift * FACTOR
    return sympy.solve(drift, SHIFT)[0]


def _lognormal(own: tuple[Any, ...], other: tuple[Any, ...]) -> Any:
    """Return the drift that an asset gets under another's measure, both with fixed loadings."""
    names = [f"W{place}" for place in range(len(own))]
    price = Process(sympy.Integer(0), dict(zip(names, own, strict=True)))
    return under(price, dict(zip(names, other, strict=True))).drift


_DERIVED: Derivations = {
    "A030": (
        lambda: _written(differential(sympy.log(NUMERAIRE), STATE)),
        "(gamma - alpha**2/2)*V*dt + alpha*sqrt(V)*dW",
    ),
    "A031": (
        lambda: _written(differential(sympy.log(PRICE), STATE)),
        "-alpha_i**2/2*V*dt + alpha_i*sqrt(V)*dW",
    ),
    "A032": (
        lambda: _written(differential(sympy.log(PRICE) - sympy.log(NUMERAIRE), STATE)),
        "(alpha**2/2 - alpha_i**2/2 - gamma)*V*dt + (alpha_i - alpha)*sqrt(V)*dW",
    ),
    "A033": (
        lambda: _written(_ratio(), PRICE / NUMERAIRE),
        "(alpha**2 - alpha_i*alpha - gamma)*V*dt + (alpha_i - alpha)*sqrt(V)*dW",
    ),
    "A034": (
        _drift_of_ratio,
        "(alpha**2 - alpha_i*alpha - gamma)*V + (alpha_i - alpha)*sqrt(V)*shift",
    ),
    "A035": (_shift, "(alpha - gamma/(alpha - alpha_i))*sqrt(V)"),
    "A037": (
        lambda: under(STATE[PRICE], {"W": _shift()}).drift / PRICE,
        "alpha_i*(alpha - gamma/(alpha - alpha_i))*V",
    ),
    "A038": (
        lambda: under(STATE[FACTOR], {"W": OTHER * ROOT}).drift,
        "reversion*theta - (reversion - rho*nu*alpha)*V",
    ),
    "A039": (lambda: _lognormal((SIGMA_1,), (SIGMA_1,)), "sigma_1**2"),
    "A040": (
        lambda: _lognormal((SIGMA_1, 0), (RHO * SIGMA_2, sympy.sqrt(1 - RHO**2) * SIGMA_2)),
        "rho*sigma_1*sigma_2",
    ),
}


@check(*_DERIVED)
def change_of_numeraire(claim: Claim, context: Context) -> Certificate:
    """Derive by Ito and Girsanov what one factor gives; sums over factors add such terms."""
    return against_derived(
        claim,
        context,
        _DERIVED,
        NAMES,
        charitable={RHO: 0} if claim.id == "A038" else None,
        otherwise="a formula equal to what Ito's formula and Girsanov's theorem give",
        reading="one factor, wherever the asset's loading is not the numeraire's; 0/0 is 0 where"
        " it is",
    )


@check("A036")
def one_measure_for_all_assets(claim: Claim, context: Context) -> Certificate:
    """Hold the shift for one asset against that for another: a measure has one shift."""
    scope, printed = scope_of(claim), read(claim.data["formula"], **NAMES)
    second = sympy.Symbol("alpha_j")
    common = OTHER * ROOT
    statements = [
        same("the same for two assets", printed, printed.subs(OWN, second), scope),
        same("loading times root where assets drift alike", common, _shift(GAMMA), scope),
        same("as printed without drifts", printed.subs(GAMMA, 0), common, scope),
    ]
    one, drifting, still = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {one: True, drifting: True}),
            ("corrected", {one: False, drifting: True, still: True}),
        ],
        evidence={
            "shift": str(printed),
            "repaired": "alpha_k sqrt(V_k), assets having the drift gamma_k of the numeraire",
        },
        otherwise="a shift without the asset's own loading",
        reading="with no drift the shift is the same for all assets; with one it is not, and no"
        " choice"
        " of the numeraire's loading makes it so",
    )


@check("A024")
def indices_bound(claim: Claim, context: Context) -> Certificate:
    """Count the indices of a sum that nothing binds."""

    def unbound(text: str) -> list[str]:
        used = {
            x for inner in re.findall(r"\[([^]]*)\]", text) for x in re.split(r"\s*,\s*", inner)
        }
        return sorted(used - set(re.findall(r"\(\s*(\w+)\s*,", text)) - {claim.data["of_process"]})

    repaired = "Sum(gamma[i, k]*V[k], (k, 1, n))"
    statements = [
        {**inequality(name, str(len(unbound(text))), "==", "0"), "rests_on": "reading of a formula"}
        for name, text in (("no index is left over", claim.data["drift"]), ("repaired", repaired))
    ]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", {"no index is left over": True, "repaired": True}),
            ("corrected", {"no index is left over": False, "repaired": True}),
        ],
        evidence={"unbound": unbound(claim.data["drift"]), "repaired": repaired},
        otherwise="a coefficient with the index that is summed over",
        reading="an index bound by another sum would belong to another process",
    )


@check("A025")
def long_run_level(claim: Claim, context: Context) -> Certificate:
    """Compare the long-run level of a factor with the one that the parameters prescribe."""
    names = {"V_0": ["datum", "initial"], "LT": ["datum", "ratio"]}
    at_one = {**names, "V_0": "1"}
    ratio = ["datum", "ratio"]
    statements = [
        inequality(
            "level of a residual",
            tree(claim.data["level"], names),
            "==",
            ["mul", ratio, ["datum", "initial"]],
        ),
        inequality(
            "level where factors start at 1", tree(claim.data["level"], at_one), "==", ratio
        ),
        inequality("repaired level", tree("LT*V_0", names), "==", ["mul", ratio, names["V_0"]]),
    ]
    residual, unit, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", {residual: True, unit: True}),
            ("corrected", {residual: False, repaired: True}),
        ],
        evidence={"repaired": "lambda (LT V(0) - V)"},
        otherwise="a level that is LT times where the factor starts",
        reading="it holds for the factors that start at 1, not for the residuals, which start at"
        " what is"
        " calibrated",
    )


@check("A026")
def residual_without_smile(claim: Claim, context: Context) -> Certificate:
    """Hold the residuals' vol of vol at the printed optimum against none."""
    rows = [row["name"] for row in claim.tables["optimum"].rows]
    names = [f"kappa{place}" for place in range(5, 9)]
    statements = [
        inequality(
            f"{name} is the residual's",
            ["cell", "optimum", rows.index(name), "value"],
            claim.data["relation"],
            "0",
        )
        for name in names
    ]
    told = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", dict.fromkeys(told, True)), ("inconsistent", {told[0]: False})],
        evidence={"vols_of_vol": names},
        otherwise="residuals whose vol of vol is zero",
        reading="section 3.0.1 says itself that the residual carries a smile, and Figure 14"
        " calibrates it",
    )


@check("A027")
def colour_is_one_to_one(claim: Claim, context: Context) -> Certificate:
    """Count how often the phase turns over the range of correlations."""
    rate = sympy.diff(read(claim.data["phase"], **NAMES), RHO) / sympy.pi
    turns = tree(f"({rate})*(highest - lowest)", {x: ["datum", x] for x in ("highest", "lowest")})
    closed = claim.data["ends"] == "included"
    statement = inequality("the phase turns once at most", turns, "<" if closed else "<=", "2")
    return decide(
        claim,
        context.profile,
        "symbolic",
        [statement],
        [
            ("verified", {statement["name"]: True}),
            ("refuted", {statement["name"]: False}),
        ],
        evidence={"rate_over_pi": str(rate), "modulus": "nu"},
        otherwise="two correlations of the range with one colour",
        reading="the modulus is the vol of vol, the phase pi times the correlation",
    )


@check("A028")
def assets_are_martingales(claim: Claim, context: Context) -> Certificate:
    """Find the factor's drift under the asset's own measure: a linear one cannot explode."""
    noise = read(claim.data["volatility"], **NAMES)
    factor = Process(REVERSION * (LEVEL - FACTOR), correlated("W", "B", RHO, VOL_OF_VOL * noise))
    drift = sympy.expand(under(factor, {"W": OWN * noise}).drift)
    growth = sympy.Poly(drift, FACTOR).degree()
    linear = REVERSION * LEVEL - (REVERSION - RHO * VOL_OF_VOL * OWN) * FACTOR
    statements = [
        inequality("the drift grows at most linearly", str(growth), "<=", "1"),
        same("drift of a square-root process", drift, linear, scope_of(claim)),
    ]
    slow, square_root = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", {slow: True, square_root: True}), ("corrected", {slow: False})],
        evidence={"drift": str(drift), "agrees": agree(drift, linear)},
        otherwise="a drift of the factor that grows faster than linearly under the asset's measure",
        reading="a local martingale is one if its own measure lets the factors live on; there a"
        " correlation"
        " of at most zero would be asked for",
    )
