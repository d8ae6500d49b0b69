"""What balls of every divergence prove, evaluated again at 50 digits.

The hedge's worth bounds every law in the ball from above, and the law returned, moved onto its rows
and towards the nearest one until it lies in the ball, bounds the best one from below.
"""

import mpmath
import numpy as np
import pytest

from rmot.payoffs import call, straddle
from rmot.transport import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.sides import lower_side, upper_side

DIVERGENCES = (
    ChiSquared(),
    KullbackLeibler(),
    CressieRead(1.2),
    CressieRead(1.5),
    CressieRead(2.0),
    CressieRead(3.0),
)


def conjugate(y, q):
    if q == 1:
        return mpmath.expm1(y)
    return (max(1 + (q - 1) * y, mpmath.mpf(0)) ** (q / (q - 1)) - 1) / q


def divergence(x, q):
    if q == 1:
        return x * mpmath.log(x) - x + 1 if x > 0 else mpmath.mpf(1)
    return (x**q - q * (x - 1) - 1) / (q * (q - 1))


def exactly(values):
    return [mpmath.mpf(float(value)) for value in np.ravel(values)]


def mean(weights, values):
    return mpmath.fsum(w * v for w, v in zip(weights, values, strict=True))


class Exact:
    """A ball's data as exact numbers: what each side proves is evaluated without rounding."""

    def __init__(self, values, prior, quotes, forward, ball, radius):
        self.c, self.s, self.eta = exactly(values), exactly(prior.points), mpmath.mpf(radius)
        weights = exactly(prior.weights)
        self.w = [w / mpmath.fsum(weights) for w in weights]
        self.q, self.eta = mpmath.mpf(ball.order), self.eta / ball.multiple
        self.rows = [[mpmath.mpf(1)] * len(self.w), self.s]
        self.low = [mpmath.mpf(1), mpmath.mpf(forward)]
        self.high = list(self.low)
        if quotes is not None:
            self.rows += [exactly(payoff.value(prior.points)) for payoff in quotes.payoffs]
            self.low += exactly(quotes.bid)
            self.high += exactly(quotes.ask)

    def proven(self, hedge):
        """Return what the hedge proves, with the theta that serves it best."""
        held = exactly([hedge.cash, *hedge.forwards, *hedge.positions])
        worth = mpmath.fsum(
            y * (high if y > 0 else low)
            for y, low, high in zip(held, self.low, self.high, strict=True)
            if y != 0
        )
        left = [
            c - mpmath.fsum(y * row[i] for y, row in zip(held, self.rows, strict=True))
            for i, c in enumerate(self.c)
        ]

        def value(theta):
            charge = mean(self.w, [conjugate(x / theta, self.q) for x in left])
            return worth + theta * (self.eta + charge)

        # convex in theta: a grid, and a parabola's vertex at the least of three
        logs = [mpmath.mpf(k) for k in range(-40, 12)]
        best = min(logs, key=lambda k: value(mpmath.exp(k)))
        step = mpmath.mpf(1)
        for _ in range(60):
            around = [best - step, best, best + step]
            best = min(around, key=lambda k: value(mpmath.exp(k)))
            step *= mpmath.mpf("0.6")
        return value(mpmath.exp(best))

    def spent(self, density):
        return mean(self.w, [divergence(x, self.q) for x in density])

    def onto_rows(self, density):
        """Return the law moved onto the sides that it misses, by changes in proportion to it."""
        density = exactly(density)
        for _ in range(3):
            sums = [
                mean(self.w, [q * g for q, g in zip(density, row, strict=True)])
                for row in self.rows
            ]
            off = [
                j
                for j, (at, low, high) in enumerate(zip(sums, self.low, self.high, strict=True))
                if low == high or not low <= at <= high
            ]
            masses = [w * q for w, q in zip(self.w, density, strict=True)]
            gram = mpmath.matrix(len(off))
            right = mpmath.matrix(len(off), 1)
            for a, j in enumerate(off):
                aim = self.low[j] if sums[j] < self.low[j] else self.high[j]
                # a little inside, so that rows left alone do not bring it out again
                inside = (self.high[j] - self.low[j]) * mpmath.mpf(10) ** -20
                right[a] = aim - sums[j] + (inside if sums[j] < self.low[j] else -inside)
                for b, k in enumerate(off):
                    gram[a, b] = mean(
                        masses, [x * y for x, y in zip(self.rows[j], self.rows[k], strict=True)]
                    )
            y = mpmath.lu_solve(gram, right)
            density = [
                q * (1 + mpmath.fsum(y[a] * self.rows[j][i] for a, j in enumerate(off)))
                for i, q in enumerate(density)
            ]
        assert min(density) >= 0
        return density

    def attained(self, density, near):
        """Return the price of a law that meets rows and ball, next to the law given."""
        law, near = self.onto_rows(density), self.onto_rows(near)
        share = mpmath.mpf(0)
        for k in range(-30, 1):
            mixed = [q + share * (p - q) for p, q in zip(near, law, strict=True)]
            if self.spent(mixed) <= self.eta:
                return mean(self.w, [q * c for q, c in zip(mixed, self.c, strict=True)])
            share = mpmath.mpf(10) ** k
        raise AssertionError("even the nearest law lies outside the ball")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_the_reported_gap_holds_what_hedge_and_law_prove(ball, seed, random_prior, random_quotes):
    rng = np.random.default_rng(seed)
    prior = random_prior(rng, 40)
    quotes, forward = random_quotes(rng, prior, 4, 1e-2)
    payoff = (call, straddle)[seed](rng.uniform(0.8, 1.4))
    problem = assemble(payoff, prior, quotes, np.array([forward]), ball)
    law = nearest(problem)
    radius = law.least + 0.05
    values = payoff.value(prior.points)
    deviation = np.sqrt(prior.weights @ (values - prior.weights @ values) ** 2)
    upper = upper_side(problem, problem.payoff, radius, law)
    lower = lower_side(problem, radius, law)
    for side, sign in ((upper, 1), (lower, -1)):
        hedge = side.hedge
        positions = sign * hedge.positions
        with mpmath.workdps(50):
            exact = Exact(sign * values, prior, quotes, forward, ball, radius)
            sold = type(hedge)(
                sign * hedge.cash, sign * hedge.forwards, positions, hedge.cost, hedge.shortfall
            )
            proven, attained = exact.proven(sold), exact.attained(side.density, law.density)
            # sums of the hedge's parts round with their size
            size = abs(hedge.cash) + np.abs(hedge.forwards).sum() + np.abs(positions).sum() + 1
            rounding = 64 * np.finfo(float).eps * size
            reported = sign * mpmath.mpf(side.value)
            assert attained <= proven
            assert proven <= reported + rounding
            assert reported - attained <= side.gap + rounding + 1e-12 * deviation
        assert side.gap <= 1e-8 * deviation
