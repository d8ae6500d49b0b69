"""Rate functions of baskets, and what the printed exponential estimates imply."""

from __future__ import annotations

import math

import numpy as np
import sympy

from proofs_check.certificate import Certificate, all_or_none, decide
from proofs_check.checks.speeds import scaling
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.formulas import formula
from proofs_check.laws import MODELS
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.models import RoughHeston

# A quadratic form in two variables is known from three values; the others are spare.
_POINTS = (("1", "0"), ("0", "1"), ("1", "1"), ("1", "-1"), ("2", "1"))


@check("C021")
def joint_rate_of_correlated_assets(claim: Claim, context: Context) -> Certificate:
    """Compare with the Legendre transform of the cumulant of two correlated normal variables."""
    p, q, x, y, r = sympy.symbols("p q x y r", real=True)
    cumulant = (p**2 + 2 * r * p * q + q**2) / 2
    at = sympy.solve([x - sympy.diff(cumulant, p), y - sympy.diff(cumulant, q)], [p, q])
    rate = sympy.factor((p * x + q * y - cumulant).subs(at))
    statements: list[Statement] = []
    for first, second in _POINTS:
        names: dict[str, Tree] = {"x": first, "y": second, "r": ["datum", "correlation"]}
        sides = (tree(text, names) for text in (claim.data["rate"], str(rate)))
        statements.append(
            inequality(f"rate at ({first}, {second})", next(sides), "==", next(sides))
        )
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"rate": str(rate)},
        otherwise="correlation zero, or the joint cumulant's own transform",
        reading="vol-of-vol zero, where the model is Gaussian with the correlation of the assets; "
        "on the diagonal x = y, where the basket's infimum lies, the rates differ as well",
    )


@check("C026")
def printed_constant_of_the_width(claim: Claim, context: Context) -> Certificate:
    """Differentiate the covariance functional twice in u, and hold the product against a width."""
    u = sympy.Symbol("u", real=True)
    second = sympy.diff(formula(claim.data["functional"], u=u), u, 2)
    names: dict[str, Tree] = {
        key: ["datum", key] for key in ("weights", "assets", "maturity", "hurst", "moneyness")
    }
    names["second"] = str(sympy.nsimplify(abs(second)))
    bound = tree(
        "weights**2 * second * 2**(assets-1) * maturity**(2*hurst) * moneyness", names
    )  # fmt: skip
    within = inequality("printed width within the bound", ["datum", "width"], "<=", bound)
    return decide(
        claim,
        context.profile,
        "symbolic",
        [within],
        [("verified", {within["name"]: True}), ("refuted", {within["name"]: False})],
        evidence={"second_derivative": str(second)},
        otherwise="a functional that depends on u",
        reading="(2.3) taken at its word, a rate of zero, which makes the bound as large as can "
        "be, and the greatest kappa(N): the constant is zero, and the bound with it",
    )


@check("C027")
def tail_mass_and_regularisation(claim: Claim, context: Context) -> Certificate:
    """Tilt a law of two atoms until it meets its quote, for two values of the regularisation.

    The density exp(-multiplier g / lambda) depends on the ratio alone, which the quote determines:
    with chance 1/10 and quote 1/5 of the tail the tilt is 9/4 whatever lambda is.
    """
    chance, quote = (["datum", key] for key in ("chance", "quote"))
    names: dict[str, Tree] = {"p": chance, "q": quote}
    names["tilt"] = tree("q*(1-p)/(p*(1-q))", names)
    mass = tree("tilt*p/(tilt*p + 1 - p)", names)
    claimed = [
        tree(claim.data["mass"], {"lam": ["datum", "regularisation", place], "I": "1"})
        for place in range(2)
    ]
    fixed = inequality("tilted mass is the quote, whatever lambda", mass, "==", quote)
    gap: Tree = ["abs", ["sub", *claimed]]
    same = inequality("claimed mass is free of lambda", gap, "<=", "1/1000000")
    return decide(
        claim,
        context.profile,
        "certified",
        [fixed, same],
        [
            ("verified", {fixed["name"]: True, same["name"]: True}),
            ("refuted", {fixed["name"]: True, same["name"]: False}),
        ],
        evidence={"tilt": "q (1 - p) / (p (1 - q))"},
        otherwise="an estimate without lambda",
        reading="the tilt of Algorithm 1 with multipliers that meet the quotes; to set lambda = "
        "2 T^{2H}, as (3.4) needs, is nowhere stated and would not change the tilted law",
    )


@check("C055")
def tail_of_a_martingale(claim: Claim, context: Context) -> Certificate:
    """Markov: e^k P(X > k) <= E e^X = 1, so that k must not exceed the tail's exponent.

    Nor may it grow faster than k: with p above the critical moment, which is finite, E e^{pX} is
    infinite.
    """
    k = sympy.Symbol("k", positive=True)
    hurst, maturity = (sympy.Rational(claim.data[key]) for key in ("hurst", "maturity"))
    power = formula(claim.data["exponent"]).subs("H", hurst)
    names: dict[str, Tree] = {"H": ["datum", "hurst"], "T": ["datum", "maturity"]}
    linear = inequality("no faster than linear", tree(claim.data["exponent"], names), "<=", "1")
    statements: list[Statement] = [linear]
    limits = {}
    for place, constant in enumerate(claim.data["constants"]):
        at: dict[str, Tree] = {**names, "k": ["datum", "far"], "c": ["datum", "constants", place]}
        spent = tree(f"c*k**({claim.data['exponent']})/T**(2*H)", at)
        statements.append(
            inequality(f"Markov's bound is met, constant {constant}", spent, ">=", ["datum", "far"])
        )
        limits[constant] = sympy.limit(
            k - sympy.Rational(constant) * k**power / maturity ** (2 * hurst), k, sympy.oo
        )
    whole = {item["name"]: True for item in statements}
    # A witness alone does not speak of all large k: the limit has to agree with it.
    broken = [
        item["name"]
        for item, limit in zip(statements[1:], limits.values(), strict=True)
        if limit == sympy.oo
    ]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", whole),
            ("refuted", {linear["name"]: False}),
            *(("refuted", {name: False}) for name in broken),
        ],
        evidence={"limit_of_k_minus_exponent": {key: str(value) for key, value in limits.items()}},
        otherwise="a tail e^{-p k} in log-price with p >= 1, a power of the price",
        reading="fixed maturity and any positive constant; were it so, forwards would be infinite",
    )


@check("C056")
def scaled_cumulant(claim: Claim, context: Context) -> Certificate:
    """Follow T^x log E exp(l T^y X) for normal X with variance V T and mean -V T/2 as T falls.

    For rough Heston E X = -V0 T/2 to first order, and 0 >= log E e^{uX} >= u E X for u in [0, 1]:
    with y > 0 the limit is zero there too, and its transform infinite off zero.
    """
    x, y, hurst = sympy.symbols("x y H")
    quadratic, mean = x + 2 * y + 1, x + y + 1
    speed = formula(claim.data["speed"], H=hurst)
    (inner,) = sympy.solve(quadratic.subs(x, speed), y)
    names: dict[str, Tree] = {"H": ["datum", "hurst"]}

    def powers(outer: str, within: str) -> tuple[Tree, Tree]:
        at: dict[str, Tree] = {"x": tree(outer, names), "y": tree(within, names)}
        return tree(str(quadratic), at), tree(str(mean), at)

    forms = {
        "as printed": (claim.data["outer"], claim.data["inner"]),
        "signs changed": (claim.data["speed"], f"-({claim.data['speed']})"),
        "repaired": (claim.data["speed"], str(inner)),
    }
    statements: list[Statement] = []
    for name, form in forms.items():
        variance, drift = powers(*form)
        statements += [
            inequality(f"{name}: variance stays", variance, "==", "0"),
            inequality(f"{name}: mean does not grow", drift, ">=", "0"),
        ]
    printed, changed, repaired = (
        {item["name"]: True for item in statements[place : place + 2]} for place in (0, 2, 4)
    )
    stays = next(iter(changed))
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", printed), ("corrected", {**repaired, stays: False})],
        evidence={
            "repaired": f"lim T^({claim.data['speed']}) log E exp(l T^({inner}) X_T)",
            "power_of_T_in_the_variance": str(quadratic),
            "power_of_T_in_the_mean": str(mean),
        },
        otherwise="powers of T for which the normal part has a limit other than zero and infinity",
        reading="signs of both powers changed, as the theorem of Gaertner and Ellis has them: the "
        "limit is zero still; log-moneyness must be of order T^{1/2-H}",
    )


@check("C075")
def decay_of_the_characteristic_function(claim: Claim, context: Context) -> Certificate:
    """Balance the Riccati equation at large frequencies, and measure the model's own decay.

    ``psi_{iu}(t) = u^a Y(u^b t)``, and Y tends to the root y of ``y^2 nu^2/2 + i rho nu y = 1/2``
    with Re y = -(1-rho^2)^{1/2}/nu; corrections to -log|phi(u)|/(c u) are of order 1/u.
    """
    exponent = scaling()["a"]
    model, maturity = MODELS["rough Heston"], 0.25
    assert isinstance(model, RoughHeston)
    assert model.long_run_variance is not None
    assert model.initial_variance is not None
    alpha = model.hurst + 0.5
    source = maturity ** (1 - alpha) / math.gamma(2 - alpha)
    level = model.initial_variance * source
    level += model.mean_reversion * model.long_run_variance * maturity
    constant = math.sqrt(1 - model.correlation**2) / model.vol_of_vol * level
    u = np.array([1500.0, 3000.0])
    ratios = -model.log_characteristic_function(u, maturity).real / (constant * u)
    limit, change = 2 * ratios[1] - ratios[0], abs(ratios[1] - ratios[0])
    claimed = tree(claim.data["exponent"], {"H": ["datum", "hurst"]})
    same = inequality("exponent as claimed", claimed, "==", tree(str(exponent)))
    near = floating("-log|phi|/(c u) tends to one", abs(limit - 1), "<=", change / 10)
    return decide(
        claim,
        context.profile,
        "numeric",
        [same, near],
        [
            ("verified", {same["name"]: True, near["name"]: True}),
            ("corrected", {same["name"]: False, near["name"]: True}),
        ],
        evidence={
            "derived": str(exponent),
            "frequencies": u.tolist(),
            "ratios": ratios.tolist(),
            "limit": float(limit),
        },
        otherwise="a power of the frequency other than one",
        reading="any positive constant: log |phi(u)| is -c u (1 + o(1)), c = (1-rho^2)^{1/2}/nu "
        "(V0 T^{1/2-H}/Gamma(3/2-H) + kappa theta T)",
    )


@check("C092")
def contraction_with_two_speeds(claim: Claim, context: Context) -> Certificate:
    """Let asset i move by x at a cost I(x) T^{-2H_i}, and compare costs at the smaller speed.

    Of two speeds the smaller alone counts: what the other asset does costs infinitely much, so that
    it rests. The printed sum lets both move.
    """
    names: dict[str, Tree] = {"y": ["datum", "level"]}
    both: dict[str, Tree] = {"x": tree("log(y)", names)}
    alone: dict[str, Tree] = {"x": tree("log(2*y-1)", names)}
    shared: Tree = ["mul", "2", tree(claim.data["rate"], both)]
    single = tree(claim.data["rate"], alone)
    first, second = (["datum", "hurst", place] for place in range(2))
    statements = [
        inequality("speeds are equal", first, "==", second),
        inequality("the first asset's speed is the smaller", first, "<", second),
        inequality("the printed sum is below the cost of the first alone", shared, "<", single),
    ]
    equal, smaller, below = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {equal: True}),
            ("corrected", {equal: False, smaller: True, below: True}),
        ],
        evidence={"repaired": "J(y) = I_1(log((y - w_2)/w_1)), asset 1 of the least H"},
        otherwise="equal roughness, where independent assets share one speed",
        reading="independent assets, weights one half, the printed speeds: that the asset of least "
        "H dominates holds, the sum of rates in (13) does not follow",
    )
