"""What the printed Hurst exponents can show: of averages, short paths, equations and returns."""

from __future__ import annotations

import math

import numpy as np
import sympy
from scipy.special import gammaln

from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, Rule, decide, scope_of
from proofs_check.exact import Tree, bind, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.moving_averages import averaged_kernel, exponent
from proofs_check.numeric import floating
from proofs_check.quadratic_forms import hurst_of_a_walk
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations


def _index_exponent(claim: Claim, unit: float) -> tuple[float, float]:
    """Return the exponent of the squared index between lags of so many units, and its error."""
    window = float(claim.data["window_days"]) / 365
    first, last = (float(lag) * unit for lag in claim.data["lags"])
    kernel = averaged_kernel(float(claim.data["hurst"]), window)
    return exponent(kernel, (first, last), (window,) if window else ())


@check("N073")
def exponent_of_the_index(claim: Claim, context: Context) -> Certificate:
    """Find the exponent of VIX^2 where that of spot variance is far from the one printed."""
    value, error = _index_exponent(claim, 1 / float(claim.data["bars_per_year"]))
    measured: Tree = ["datum", "measured"]
    gap: Tree = ["abs", ["sub", repr(value), measured]]
    apart = inequality("another roughness shows another exponent", gap, ">", ["datum", "allowance"])
    spot: Tree = ["abs", ["sub", ["datum", "hurst"], measured]]
    rough = inequality("spot variance is that rough", spot, "<=", ["datum", "allowance"])
    sure = floating("quadrature", error, "<", 1e-2)
    statements = [{**apart, "rests_on": "quadrature"}, rough, sure]
    told = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            ("refuted", dict(zip(told, (False, False, True), strict=True))),
            ("verified", {told[0]: True, told[2]: True}),
        ],
        evidence={"exponent": value, "error": error, "hurst": claim.data["hurst"]},
        otherwise="an index whose exponent follows that of spot variance",
        reading="to first order in the volatility of volatility, in which the index is Gaussian;"
        " its exponent tends to one half at short lags, whatever that of spot variance",
        kind="computed",
    )


@check("N074")
def index_by_frequency(claim: Claim, context: Context) -> Certificate:
    """Compare the exponent of VIX^2 over bars within the day and over days."""
    values, errors = zip(
        *(_index_exponent(claim, 1 / float(count)) for count in claim.data["units_per_year"]),
        strict=True,
    )
    fine, coarse = (repr(value) for value in values)
    rougher = inequality("finer lags show it rougher", fine, "<", coarse)
    sure = floating("quadratures", sum(errors), "<", 1e-3)
    return decide(
        claim,
        context.profile,
        "numeric",
        [{**rougher, "rests_on": "quadrature"}, sure],
        [
            ("verified", {rougher["name"]: True, sure["name"]: True}),
            ("refuted", {rougher["name"]: False, sure["name"]: True}),
        ],
        evidence={"exponents": list(values), "errors": list(errors)},
        otherwise="an exponent of the index that falls as lags shorten",
        reading="the index, from which the document trains, in a model of rough spot variance; for"
        " spot variance itself finer data do show more, where its noise is taken out",
        kind="computed",
    )


@check("N075")
def gap_within_the_scatter(claim: Claim, context: Context) -> Certificate:
    """Simulate walks as short as the paths, and hold the gap against two standard errors."""
    points, paths = int(claim.data["points"]), int(claim.data["paths"])
    generator = np.random.default_rng(context.seed)
    count = 20_000
    walks = np.cumsum(generator.standard_normal((count, points)), axis=1)
    statements, evidence = [], {}
    for lags in (3, 5):
        found = _exponents(walks, lags)
        scatter = float(found.std(ddof=1))
        # The sample deviation of many draws is within two per cent of the true one by far.
        most: Tree = tree(f"1.96*{scatter!r}*0.98/sqrt(paths)", {"paths": ["datum", "paths"]})
        name = f"seen over {lags} lags"
        item = inequality(name, ["datum", "gap"], ">", most)
        statements.append({**item, "rests_on": "simulation"})
        evidence[name] = {"scatter": scatter, "error": scatter / math.sqrt(2 * count)}
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "statistical",
        statements,
        [
            *(("verified", {name: True}) for name in names),
            ("refuted", dict.fromkeys(names, False)),
        ],
        evidence={**evidence, "paths": paths, "level": 0.05},
        otherwise="a gap beyond two standard errors of the mean over all paths",
        reading="all paths independent and the market's exponent known without error; variogram of"
        " squares over three lags or five",
        kind="computed",
        seed=context.seed,
    )


def _exponents(walks: np.ndarray, lags: int) -> np.ndarray:
    """Estimate an exponent from the variogram of each walk."""
    steps = np.arange(1, lags + 1)
    moments = [np.mean((walks[:, k:] - walks[:, :-k]) ** 2, axis=1) for k in steps]
    return np.polyfit(np.log(steps), np.log(moments), 1)[0] / 2


@check("N076")
def short_walks_look_rough(claim: Claim, context: Context) -> Certificate:
    """Find the mean exponent that a variogram gives of walks without roughness, by its lags."""
    points = int(claim.data["points"])
    values, errors = zip(
        *(hurst_of_a_walk(points, int(lags)) for lags in claim.data["lags"]), strict=True
    )
    measured: Tree = ["datum", "measured"]
    least = inequality("below the exponents of walks", measured, "<", repr(min(values)))
    most = inequality("above the exponents of walks", measured, ">", repr(max(values)))
    sure = floating("quadrature", max(errors), "<", 1e-4)
    statements = [{**item, "rests_on": "quadrature"} for item in (least, most)]
    within = {least["name"]: False, most["name"]: False, sure["name"]: True}
    return decide(
        claim,
        context.profile,
        "numeric",
        [*statements, sure],
        [
            ("refuted", within),
            ("verified", {least["name"]: True, sure["name"]: True}),
            ("verified", {most["name"]: True, sure["name"]: True}),
        ],
        evidence={"exponents": dict(zip(claim.data["lags"], values, strict=True))},
        otherwise="an exponent that walks of independent steps, of H = 1/2, do not show",
        reading="the mean of estimates from single paths, as the deviation printed beside one"
        " suggests; the logarithm of a noisy variogram has a bias that grows with the lag, and that"
        " a variogram pooled over paths would not have",
        kind="computed",
    )


@check("N077")
def exponent_of_the_equation(claim: Claim, context: Context) -> Certificate:
    """Derive the variogram of the prior from its kernel, and its exponent at a lag.

    ``h g'(h) / (2 g(h))`` is the exponent at the lag h of a variogram g.
    """
    s, h, kappa = (sympy.Symbol(name, positive=True) for name in ("s", "h", "kappa"))
    kernel = read(claim.data["kernel"], s=s, kappa=kappa)
    moved = sympy.integrate(sympy.expand((kernel.subs(s, s + h) - kernel) ** 2), (s, 0, sympy.oo))
    whole = sympy.simplify(moved + sympy.integrate(kernel**2, (s, 0, h)))
    local = sympy.simplify(h * sympy.diff(whole, h) / (2 * whole))
    limit = sympy.limit(local, h, 0)
    names: dict[str, Tree] = {"kappa": ["datum", "mean_reversion"], "h": ["datum", "lag"]}
    at_lag = bind(tree(str(local)), names)
    finer = bind(tree(str(local)), {**names, "h": ["div", ["datum", "lag"], "1000"]})
    rough = inequality("at the step it is as rough as printed", at_lag, "<=", ["datum", "measured"])
    smooth = inequality("the limit is one half", str(limit), "==", "1/2")
    towards = inequality("finer lags are nearer one half", finer, ">", at_lag)
    value = enclosure("exponent at the step", at_lag, scope_of(claim))
    return decide(
        claim,
        context.profile,
        "symbolic",
        [rough, {**smooth, "rests_on": "limit by algebra"}, towards, value],
        [
            ("verified", {rough["name"]: True}),
            (
                "refuted",
                {rough["name"]: False, smooth["name"]: True, towards["name"]: True},
            ),
        ],
        evidence={
            "exponent": str(local),
            "limit": str(limit),
            "at_the_step": [value["lower"], value["upper"]],
        },
        otherwise="a lag at which mean reversion bends the variogram that far",
        reading="the prior alone; a bounded drift and a diffusion between two positive bounds leave"
        " mean squared increments between multiples of the lag, so that the limit is one half for"
        " the networks as well",
    )


_TOLD = {
    "N078": (
        "refuted",
        "squared returns whose variogram rises as fast under a diffusion",
        "one return a bar, its logarithm squared, as log-variance plus noise of variance"
        " pi^2/2; of the returns themselves the variogram is flat, and its exponent zero",
    ),
}


@check(*_TOLD)
def stated_of_returns(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of its numbers."""
    return hold_relations(claim, context, *_TOLD[claim.id], method="certified")


@check("N079")
def rescaled_range_of_a_null(claim: Claim, context: Context) -> Certificate:
    """Find the exponent of the expected rescaled range of independent Gaussian returns.

    Anis and Lloyd (1976): ``Gamma((n-1)/2) / (sqrt(pi) Gamma(n/2)) sum_i sqrt((n-i)/i)``.
    """
    sizes = [int(size) for size in claim.data["sizes"]]
    ranges = [_rescaled_range(size) for size in sizes]
    value = math.log(ranges[1] / ranges[0]) / math.log(sizes[1] / sizes[0])
    gap: Tree = ["abs", ["sub", repr(value), ["datum", "measured"]]]
    apart = inequality("constant volatility gives another", gap, ">", ["datum", "allowance"])
    rules: list[Rule] = [
        ("verified", {apart["name"]: True}),
        ("refuted", {apart["name"]: False}),
    ]
    return decide(
        claim,
        context.profile,
        "numeric",
        [{**apart, "rests_on": "a closed form in floating point"}],
        rules,
        evidence={"exponent": value, "sizes": sizes, "error": 1e-12},
        otherwise="an exponent that returns of constant volatility do not have",
        reading="blocks of a hundred to ten thousand returns; the range of summed returns is that"
        " of prices, and says nothing of volatility",
        kind="computed",
    )


def _rescaled_range(size: int) -> float:
    i = np.arange(1, size)
    scale = math.exp(gammaln((size - 1) / 2) - gammaln(size / 2)) / math.sqrt(math.pi)
    return float(scale * np.sum(np.sqrt((size - i) / i)))
