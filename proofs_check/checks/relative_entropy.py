"""What relative entropy does to calls: forward escapes to infinity at the price of a power tail.

Theorem A: the upper bounds of calls around P tend to ``sup{c >= 0: m(c) + theta* c <= eta}`` as the
strike grows, m(c) the least KL(Q|P) with E_Q S = F - c and E_Q min(S, K_j) as quoted, theta* the
supremum of the exponential moments of P.

Below: in a ball of laws Q_n with E_{Q_n}(S - K_n)^+ -> L densities are uniformly integrable, so
that Q_n -> Q weakly along a subsequence, E_Q S = F - c with c >= L, and bounded payoffs keep their
price; Donsker and Varadhan's formula with f + theta S 1{S > M} gives liminf KL >= KL(Q|P) + theta c
for every theta < theta*. Above: (1 - e) Q + e P(.|S > s) with e E(S|S > s) -> c costs KL(Q|P) +
theta* c along a sequence s -> oo; what it misses of the quotes is repaired by laws of finite
entropy, as the quotes lie in the interior of what such laws attain.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.formulas import formula
from proofs_check.laws import MODELS
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.numerics.escaping_forward import escaping_forward
from rmot.numerics.pareto import pareto
from rmot.payoffs import call
from rmot.transport import ChiSquared, KullbackLeibler, Quotes, price_bounds

# Mass of the escaping part of the law that shows what is attained.
ESCAPING_MASS = "1/1000000000000"


@check("T003")
def limit_around_an_exponential_law(claim: Claim, context: Context) -> Certificate:
    """Enclose the bound at every far strike between a law and a dual value.

    P(S > s) = e^{-s}. The law: (1 - e) times an exponential one of mean mu, e times P beyond s; its
    entropy by convexity. The dual at theta = 1/t, nu = n/t is explicit, and holds for all greater
    strikes, as bounds fall in the strike. m(c) is the entropy of the exponential law of mean 1 - c.
    """
    s, mean = sympy.symbols("s mu", positive=True)
    ratio = s - s / mean - sympy.log(mean)
    least = sympy.integrate(sympy.exp(-s / mean) / mean * ratio, (s, 0, sympy.oo))
    least_entropy = str(sympy.simplify(least.subs(mean, 1 - sympy.Symbol("c"))))
    eta: Tree = ["datum", "radius"]
    names: dict[str, Tree] = {"eta": eta, "K": ["datum", "strike"], "e": ESCAPING_MASS}
    radius = Fraction(claim.data["radius"])
    escaping = Fraction(str(round(1 - float(np.exp(-float(radius))) - 1e-8, 10)))
    law: dict[str, Tree] = {**names, "x": str(escaping)}
    law["mu"] = tree("(1-x)/(1-e)", law)
    law["s"] = tree("x/e - 1", law)
    entropy = tree("(1-e)*(mu - 1 - log(mu)) + e*s", law)
    attained = tree("x - e*K", law)
    dual: dict[str, Tree] = {**names, "t": tree("exp(eta)", names), "d": tree("exp(-K/2)", names)}
    dual["Z"] = tree("(1-exp(-(t+d)*K))/(t+d) + exp(-(t+d)*K)/d", dual)
    bound = tree("(eta + t - 1 + d + log(Z))/t", dual)

    def cost(at: Tree) -> Tree:
        return tree(
            claim.data["cost"],
            {"m": tree(least_entropy, {"c": at}), "theta": "1", "c": at},
        )

    statements = [
        inequality("the law lies in the ball", entropy, "<=", eta),
        inequality(
            "the dual's bound is 1e-6 above it at most",
            bound,
            "<=",
            tree("a + 1/1000000", {"a": attained}),
        ),
        inequality("what the law attains is within the radius", cost(attained), "<=", eta),
        inequality("what the dual excludes is beyond the radius", cost(bound), ">=", eta),
    ]
    ball, close, inside, outside = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {ball: True, close: True, inside: True, outside: True}),
            ("refuted", {ball: True, close: True, inside: False}),
            ("refuted", {ball: True, close: True, outside: False}),
        ],
        evidence={
            "least_entropy": least_entropy,
            "attained": str(scope_of(claim).number(attained)),
            "dual": str(scope_of(claim).number(bound)),
        },
        otherwise="a cost of the escaping forward other than theta* c",
        reading="no quotes; the limit, not the bound at one strike",
        kind="computed",
    )


@check("T004")
def far_calls_around_a_power_tail(claim: Claim, context: Context) -> Certificate:
    """Show a law of the ball for each strike, and a bound that holds for all.

    Of the Pareto law with exponent a the one with exponent b > a loses the mean 1 - m_b at entropy
    log(b/a) + a/b - 1; e times P beyond s restores it at a cost of e a log(s/x). As S >= 0 gives
    log E e^{-z(S-1)} <= z^2 E S^2 / 2, no more than sqrt(2 eta E S^2) escapes.
    """
    exponent, radius = Fraction(claim.data["exponent"]), Fraction(claim.data["radius"])
    steeper = _steeper(float(exponent), 0.9 * float(radius))
    names: dict[str, Tree] = {
        "a": ["datum", "exponent"],
        "eta": ["datum", "radius"],
        "b": steeper,
        "x": tree("(a-1)/a", {"a": ["datum", "exponent"]}),
    }
    names["near"] = tree("b*x/(b-1)", names)
    limit = tree("(2*eta*a/(a-2)*x**2)**(1/2)", names)
    floor: Tree = ["datum", "floor"]
    statements = [inequality("floor above what can escape", floor, ">", limit)]
    for place, strike in enumerate(claim.data["strikes"]):
        at: dict[str, Tree] = {**names, "K": ["datum", "strikes", place]}
        at["s"] = tree("1000000*K", at)
        at["e"] = tree("(1-near)/(s*a/(a-1) - near)", at)
        entropy = tree("(1-e)*(log(b/a) + a/b - 1) + e*a*log(s/x)", at)
        statements += [
            inequality(f"law for the strike {strike} in the ball", entropy, "<=", names["eta"]),
            inequality(
                f"call at {strike} above the floor", tree("e*(s*a/(a-1)-K)", at), ">=", floor
            ),
        ]
    shown = {item["name"]: True for item in statements[1:]}
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("verified", shown), ("refuted", {statements[0]["name"]: True})],
        evidence={"steeper_exponent": steeper, "most": str(scope_of(claim).number(limit))},
        otherwise="a floor above sqrt(2 eta E S^2)",
        reading="the mean is kept, and no option is quoted",
        kind="computed",
    )


def _steeper(exponent: float, radius: float) -> str:
    """Return the exponent, to three decimals, at which the entropy is just below the radius."""
    candidates = exponent + np.arange(1, 100_000) / 1000.0
    entropies = np.log(candidates / exponent) + exponent / candidates - 1
    return f"{candidates[np.flatnonzero(entropies <= radius)[-1]]:.3f}"


@check("C059")
def printed_extrapolation_bound(claim: Claim, context: Context) -> Certificate:
    """Hold (7) against two laws of the same mean whose distance is explicit.

    P is Pareto with exponent p, so that its own rate is p k; Q mixes the Pareto law of a steeper
    exponent b with P beyond s. -log of the smaller density bounds KL(P|Q) by -log(1-e) + KL(P|P_b).
    """
    steeper = _steeper(float(Fraction(claim.data["exponent"])), 0.01)
    names: dict[str, Tree] = {
        "p": ["datum", "exponent"],
        "regularisation": ["datum", "regularisation"],
        "b": steeper,
        "x": tree("(p-1)/p", {"p": ["datum", "exponent"]}),
    }
    names["near"] = tree("b*x/(b-1)", names)
    statements = []
    for place, value in enumerate(claim.data["log_moneyness"]):
        at: dict[str, Tree] = {**names, "k": ["datum", "log_moneyness", place]}
        at["K"] = tree("exp(k)", at)
        at["s"] = "1000000000"
        at["e"] = tree("(1-near)/(s*p/(p-1) - near)", at)
        entropy = tree("log(p/b) + b/p - 1 - log(1-e)", at)
        printed = tree(
            f"(2*C/regularisation)**(1/2) * exp(k - ({claim.data['rate']})/2)",
            {**at, "C": entropy},
        )
        error = tree("e*(s*p/(p-1) - K) - x**p*K**(1-p)/(p-1)", at)
        statements.append(
            inequality(f"error exceeds the bound at k = {value}", error, ">", printed)
        )
    exceeds = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("refuted", exceeds), *(("verified", {name: False}) for name in exceeds)],
        evidence={"steeper_exponent": steeper, "escapes_from": "1e9"},
        otherwise="a right-hand side that does not fall with the strike",
        reading="the rate of the prior itself, lambda = 1, no remainder, both laws of one mean",
    )


@check("T005")
def limit_around_the_models(claim: Claim, context: Context) -> Certificate:
    """Compare the solver's bound at the far end of each model's law with the limit.

    The limit comes from Newton's iteration on the log-partition function and a root in c; the
    solver has the escaping node and the conic dual. Quotes are moved away from the model's prices.
    """
    quick = context.profile == "quick"
    maturity, end, strikes = 0.25, 2.5, np.array([0.9, 1.0, 1.1])
    least = _least_cost(claim.data["cost"], float(Fraction(claim.data["radius"])))
    statements, evidence = [], {}
    for name, model in MODELS.items():
        prices = model.call_price(np.log(strikes), maturity) * np.array([1.0, 1.05, 1.1])
        for n_points in (300,) if quick else (500, 1000):
            prior = model.prior(maturity, n_points=n_points, kinks=strikes, upper=end)
            assert prior.tail is not None
            points = np.append(prior.points, prior.tail.first_moment / prior.tail.mass)
            weights = np.append(prior.weights, prior.tail.mass)
            limit = escaping_forward(
                points,
                weights / weights.sum(),
                least,
                bounded=np.minimum.outer(strikes, points),
                lower=1 - prices,
                upper=1 - prices,
            ).escaped
            found = price_bounds(
                call(end),
                prior,
                quotes=Quotes([call(strike) for strike in strikes], prices, prices),
                divergence=KullbackLeibler(),
                radius=float(Fraction(claim.data["radius"])),
            )
            label = f"{name}, {n_points} points"
            tolerance = found.gap + prior.tail.mass + 1e-9
            statements.append(floating(label, abs(found.upper - limit), "<=", tolerance))
            evidence[label] = {"solver": found.upper, "limit": limit, "gap": found.gap}
    agree = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [("verified", agree), *(("refuted", {name: False}) for name in agree)],
        evidence=evidence,
        otherwise="another cost of what escapes",
        reading="three quoted calls, met exactly; the strike where the laws' own tails end",
        kind="computed",
    )


def _least_cost(cost: str, radius: float) -> float:
    """Return the entropy m at which the claimed cost uses up the radius, theta* being zero."""
    m, theta, c = sympy.symbols("m theta c")
    spent = formula(cost, m=m, theta=theta, c=c).subs(theta, 0)
    return float(sympy.solve(sympy.Eq(spent, sympy.Float(radius)), m)[0])


@check("T006")
def bounds_on_a_truncated_grid(claim: Claim, context: Context) -> Certificate:
    """Move the last node of a Pareto law's grid out and watch the bound on one call."""
    exponent, strike, radius = 8.0, 1.5, 0.01
    ends = (10.0, 100.0, 1e4) if context.profile == "quick" else (10.0, 100.0, 1e3, 1e4, 1e5)
    quoted, half_spread = [0.95, 1.0, 1.1], 1e-4
    balls = {"relative entropy": KullbackLeibler(), "chi-squared": ChiSquared()}
    # What is cut off has second moment of order end^(2 - a), relative to E c^2.
    left_out = 10.0 * ends[0] ** (1 - exponent / 2)
    statements: list[Statement] = []
    evidence: dict[str, list[float]] = {"last_nodes": list(ends)}
    for given in ("no quotes", "quotes"):
        found: dict[str, list[float]] = {name: [] for name in balls}
        errors = dict.fromkeys(balls, 0.0)
        for end in ends:
            prior = pareto(exponent, end, kinks=[*quoted, strike], ratio=1.01, has_tail=False)
            prices = [prior.expectation(call(level)) for level in quoted]
            quotes = Quotes(
                [call(level) for level in quoted],
                [price - half_spread for price in prices],
                [price + half_spread for price in prices],
            )
            for name, ball in balls.items():
                bounds = price_bounds(
                    call(strike),
                    prior,
                    quotes=quotes if given == "quotes" else None,
                    divergence=ball,
                    radius=radius,
                )
                found[name].append(bounds.upper)
                errors[name] = max(errors[name], bounds.gap)
        grows, steady = (found[claim.data[key]] for key in ("grows", "steady"))
        seen = 10 * errors[claim.data["grows"]]
        statements += [
            floating(f"{given}: rises with the last node", min(np.diff(grows)), ">", seen),
            floating(f"{given}: grows by a quarter", grows[-1], ">=", 1.25 * grows[0]),
            floating(f"{given}: stays", max(steady) - min(steady), "<=", left_out * max(steady)),
        ]
        evidence |= {f"{name}, {given}": values for name, values in found.items()}
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        all_or_none(statements),
        evidence=evidence,
        otherwise="a relative-entropy bound that settles, as where theta* is infinite",
        reading="a law with a power tail; no quotes, or three calls around the law's own prices",
        kind="computed",
    )
