r"""What moments of the prior do to far calls, in chi-squared and in Cressie-Read balls.

With L = dQ/dP and c >= 0 Hoelder's inequality gives ``E_Q c <= (E_P L^q)^{1/q} (E_P c^m)^{1/m}``,
m = q/(q-1), and ``E_P L^q = 1 + q (q-1) D_q``; for q = 2 Cauchy-Schwarz applied to L - 1 gives the
deviation of c, and of what is left of c after projection where Q meets quotes. Moments enter by
``(s-K)^m <= (m/(p-m))^m ((p-m)/p)^p K^{m-p} s^p``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import sympy
from flint import arb, fmpq

from proofs_check.certificate import Certificate, all_or_none, decide
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.formulas import formula
from proofs_check.laws import MODELS
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.numerics.discrete import Prior
from rmot.numerics.pareto import moment, pareto
from rmot.payoffs import Payoff, call, forward
from rmot.transport import ChiSquared, CressieRead, Quotes, price_bounds


@check("T007")
def deviation_of_a_call_around_a_lognormal_law(claim: Claim, context: Context) -> Certificate:
    """Enclose the deviation of calls in balls, and hold the moments' bound against it."""
    variance = arb(fmpq(*Fraction(claim.data["variance"]).as_integer_ratio()))
    statements: list[Statement] = []
    for place, strike in enumerate(claim.data["strikes"]):
        deviation = _deviation(variance, Fraction(strike))
        for power in claim.data["powers"]:
            at: dict[str, Tree] = {
                "p": power,
                "K": ["datum", "strikes", place],
                "v": ["datum", "variance"],
            }
            at["moment"] = tree("exp(p*(p-1)*v/2)", at)
            item = inequality(
                f"deviation at K = {strike} within the bound of p = {power}",
                str(deviation),
                "<=",
                tree(claim.data["bound"], at),
            )
            statements.append({**item, "rests_on": "the normal distribution function"})
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        all_or_none(statements),
        evidence={"deviations": [item["left"] for item in statements]},
        otherwise="a constant below the deviation's own",
        reading="powers and strikes of the ledger",
        kind="computed",
    )


def _deviation(variance: arb, strike: Fraction) -> Fraction:
    """Return an upper bound of the deviation of (S - K)^+, log S normal and E S = 1."""
    price = arb(fmpq(*strike.as_integer_ratio()))
    spread = variance.sqrt()
    cut = (-price.log() - variance / 2) / spread
    mass, first, second = (
        ((variance * (j * (j - 1))) / 2).exp() * (-(cut + j * spread) / arb(2).sqrt()).erfc() / 2
        for j in (0, 1, 2)
    )
    mean = first - price * mass
    upper = (second - 2 * price * first + price**2 * mass - mean**2).sqrt().upper()
    return Fraction(str(upper.str(20, radius=False))) * (1 + Fraction(1, 10**12))


@check("T008")
def chi_squared_ball_and_residual(claim: Claim, context: Context) -> Certificate:
    """Hold the solver's bounds against mean and deviation of what is left after projection.

    The law in the ball that is furthest is 1 + v + w r/|r|: v is the element of the span that
    moves prices onto the quotes, r the residual, and |w|^2 = delta^2 - |v|^2. Where that density is
    non-negative the bound is attained.
    """
    factor = float(Fraction(claim.data["factor"]))
    radii = [float(Fraction(value)) for value in claim.data["radii"]]
    maturity, end, near = 0.25, 2.0, [0.9, 1.0, 1.1]
    strikes = (1.3,) if context.profile == "quick" else (1.2, 1.3, 1.6)
    moves = {"none": None, "the prior's": np.zeros(3), "others": np.array([1e-4, -2e-4, 1e-4])}
    statements: list[Statement] = []
    evidence: dict[str, list[float]] = {}
    for model_name, model in list(MODELS.items())[:2]:
        prior = model.prior(maturity, n_points=400, upper=end, kinks=[*near, *strikes])
        orders = np.linspace(2.0, min(model.critical_moments(maturity)[1], 80.0), 22)[1:-1]
        moments = [model.moment(float(p), maturity) for p in orders]
        for quotes, move in moves.items():
            instruments: list[Payoff] = [forward()]
            quoted = None
            if move is not None:
                calls = [call(strike) for strike in near]
                prices = np.array([prior.expectation(item) for item in calls]) + move
                instruments += calls
                quoted = Quotes(calls, prices, prices)
            moved = np.append(0.0, [] if move is None else move)
            for strike in strikes:
                centre, residual, spent = _projection(prior, instruments, call(strike), moved)
                by_moments = min(
                    2 / (p - 2) * ((p - 2) / p) ** (p / 2) * strike ** (1 - p / 2) * moment**0.5
                    for p, moment in zip(orders, moments, strict=True)
                )
                for radius in radii:
                    found = price_bounds(
                        call(strike),
                        prior,
                        quotes=quoted,
                        divergence=ChiSquared(),
                        radius=radius + spent,
                    )
                    label = f"{model_name}, quotes {quotes}, K = {strike}, radius {radius}"
                    most = np.sqrt(radius) * residual
                    reach = max(found.upper - centre, centre - found.lower)
                    slack = found.gap + 1e-9 * most
                    evidence[label] = [
                        float(reach),
                        float(most),
                        float(np.sqrt(radius) * by_moments),
                    ]
                    statements += [
                        floating(f"inside: {label}", reach, "<=", factor * most + slack),
                        floating(f"moments: {label}", most, "<=", np.sqrt(radius) * by_moments),
                    ]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        all_or_none(statements),
        evidence=evidence,
        otherwise="a multiple of the residual's deviation below the one attained",
        reading="radii in excess of what the quotes need, centred at the projection's price",
        kind="computed",
    )


def _projection(
    prior: Prior, instruments: list[Payoff], payoff: Payoff, moved: np.ndarray
) -> tuple[float, float, float]:
    """Return E c + beta . moved, the deviation of the residual, and the chi-squared of the move."""
    assert prior.tail is not None
    tail = prior.tail
    mean = tail.first_moment / tail.mass
    # On the tail payoffs are linear: two nodes with its moments 0, 1 and 2 stand for it.
    spread = np.sqrt(max(tail.second_moment / tail.mass - mean**2, 0.0)) * np.array([-1.0, 1.0])
    root = np.sqrt(np.append(prior.weights, [tail.mass / 2] * 2))

    def at_nodes(item: Payoff) -> np.ndarray:
        slope, intercept = prior.tail_of(item)
        return np.append(item.value(prior.points), intercept + slope * (mean + spread))

    span = np.column_stack([np.ones(root.size), *(at_nodes(item) for item in instruments)])
    values = at_nodes(payoff)
    beta = np.linalg.lstsq(root[:, None] * span, root * values, rcond=None)[0]
    residual = float(np.linalg.norm(root * (values - span @ beta)))
    gram = (root[:, None] * span).T @ (root[:, None] * span)
    shift = np.append(0.0, moved)
    spent = float(shift @ np.linalg.solve(gram, shift))
    return prior.expectation(payoff) + float(beta @ shift), residual, spent


@check("T009")
def power_of_a_call_against_a_power(claim: Claim, context: Context) -> Certificate:
    """Maximise ``(s - K)^m / s^p`` over s > K: the one critical point is s = p K / (p - m)."""
    s, p, m, strike = sympy.symbols("s p m K", positive=True)
    slope = sympy.diff(m * sympy.log(s - strike) - p * sympy.log(s), s)
    critical = sympy.solve(sympy.together(slope), s)
    statements: list[Statement] = []
    for order, power in zip(claim.data["orders"], claim.data["powers"], strict=True):
        at: dict[str, Tree] = {"q": order, "p": power}
        at["m"] = tree("q/(q-1)", at)
        at["s"] = tree(str(critical[0].subs(strike, 1)), at)
        greatest = tree("((s-1)**m/s**p)", at)
        claimed = tree(claim.data["constant"], at)
        name = f"q = {order}, p = {power}"
        # To within 1e-12, as powers of rationals are balls.
        statements += [
            inequality(f"attained: {name}", ["mul", "0.999999999999", claimed], "<=", greatest),
            inequality(f"not exceeded: {name}", greatest, "<=", ["mul", "1.000000000001", claimed]),
        ]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"critical_points": [str(value) for value in critical]},
        otherwise="another constant",
        reading="K = 1, which scaling allows; q' < p",
        kind="computed",
    )


@check("T010")
def decay_in_a_cressie_read_ball(claim: Claim, context: Context) -> Certificate:
    """Compare bounds around a Pareto law with Hoelder's, and their slope with the exponent."""
    exponent, radius = (float(Fraction(claim.data[key])) for key in ("exponent", "radius"))
    p, m = sympy.symbols("p m")
    slope = formula(claim.data["slope"], p=p, m=m)
    strikes = (32.0, 64.0) if context.profile == "quick" else (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
    quoted = [0.95, 1.0, 1.1]
    statements: list[Statement] = []
    evidence: dict[str, list[float]] = {}
    for text, given in product(claim.data["orders"], ("no quotes", "quotes")):
        order = float(Fraction(text))
        dual = order / (order - 1)
        powers = np.linspace(dual, exponent, 102)[1:-1]
        roots = np.array([moment(exponent, power) for power in powers]) ** (1 / dual)
        values = []
        for strike in strikes:
            kinks = [*quoted, strike]
            prior = pareto(exponent, 1e4, kinks=kinks, ratio=1.02, has_tail=False)
            prices = [prior.expectation(call(level)) for level in quoted]
            found = price_bounds(
                call(strike),
                prior,
                quotes=Quotes([call(level) for level in quoted], prices, prices)
                if given == "quotes"
                else None,
                divergence=CressieRead(order),
                radius=radius,
            )
            size = dual / (powers - dual) * ((powers - dual) / powers) ** (powers / dual)
            size *= strike ** (1 - powers / dual) * roots
            most = (1 + order * (order - 1) * radius) ** (1 / order) * float(np.min(size))
            name = f"q = {text}, K = {strike:g}, {given}"
            statements.append(floating(f"within: {name}", found.upper, "<=", most))
            values.append(found.upper)
        measured = float(np.diff(np.log(values[-2:]))[0] / np.diff(np.log(strikes[-2:]))[0])
        claimed = float(slope.subs({p: exponent, m: dual}))
        evidence[f"q = {text}, {given}"] = [*values, measured, claimed]
        # What is left of the power law's own scale falls like 1/K.
        name = f"slope: q = {text}, {given}"
        statements.append(floating(name, abs(measured - claimed), "<=", 1 / strikes[-2]))
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        all_or_none(statements),
        evidence=evidence,
        otherwise="another exponent",
        reading="a law with a power tail, whose exponent the moments' order approaches; no quotes, "
        "or three calls at the law's own prices",
        kind="computed",
    )
