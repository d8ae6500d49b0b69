r"""Dual points of divergence balls, evaluated in ball arithmetic from their certificates.

A certificate's doubles are exact numbers here; nothing of it is trusted beyond what is checked, and
nothing of the engine is imported. `proofs_check.verify_balls` says what the value proves.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from flint import arb

Content = dict[str, Any]

ZERO = arb(0)


class Rejected(ArithmeticError):
    """A certificate does not hold."""


def require(condition: bool, message: str) -> None:
    """Reject a certificate unless a condition holds."""
    if not condition:
        raise Rejected(message)


def exact(number: Any) -> arb:
    """Return the double itself, which is an exact number."""
    require(type(number) in (int, float) and math.isfinite(number), f"no number: {number!r}")
    return arb(number)


def _positive(x: arb) -> arb:
    return x.max(arb(0))


# For y in balls: the conjugate and its derivative, the density. Chi-squared is (x - 1)^2; Cressie
# and Read's is (x^q - q (x - 1) - 1) / (q (q - 1)), Kullback and Leibler's x log x - x + 1.


def _chi_squared(y: arb, _: Any) -> tuple[arb, arb]:
    density = _positive(1 + y / 2)
    return density**2 - 1, density


def _kullback_leibler(y: arb, _: Any) -> tuple[arb, arb]:
    density = y.exp()
    return density - 1, density


def _cressie_read(y: arb, q: Any) -> tuple[arb, arb]:
    def power(exponent: arb) -> arb:
        if base > 0:
            return base**exponent
        # A ball that touches zero: between zero and what its upper end gives.
        return (base.upper() ** exponent).union(arb(0)) if base.upper() > 0 else arb(0)

    base = _positive(1 + (q - 1) * y)
    return (power(q / (q - 1)) - 1) / q, power(1 / (q - 1))


CONJUGATES: dict[str, Callable[[arb, Any], tuple[arb, arb]]] = {
    "chi-squared": _chi_squared,
    "kullback-leibler": _kullback_leibler,
    "cressie-read": _cressie_read,
}


class Instrument:
    """A payoff on the nodes, as pairs (node, value) that are not zero, and on the tail."""

    def __init__(self, payoff: Content, points: Sequence[float], tail: Content | None) -> None:
        self.line: tuple[arb, arb] = (arb(0), arb(0))
        if "values" in payoff:
            require(tail is None, "values on the nodes have no tail")
            require(len(payoff["values"]) == len(points), "a value for each node is needed")
            self.pairs = [(i, exact(x)) for i, x in enumerate(payoff["values"]) if x]
            return
        kinks, *columns = (payoff[field] for field in ("kinks", "intercepts", "slopes"))
        require(kinks == sorted(set(kinks)), "kinks out of order")
        pieces = list(zip(*(map(exact, column) for column in columns), strict=True))
        require(len(pieces) == len(kinks) + 1, "a piece for each side of the kinks is needed")
        found = [(i, pieces[bisect_right(kinks, s)], s) for i, s in enumerate(points)]
        self.pairs = [(i, a + b * exact(s)) for i, (a, b), s in found if a != 0 or b != 0]
        if tail:
            require(not kinks or kinks[-1] <= tail["start"], "a payoff bends on the tail")
            a, b = pieces[-1]
            self.line = (a + b * exact(tail["start"]), b)


class Problem:
    """Prior, rows and payoff of a certificate. Row 0 is cash, forwards and quotes follow."""

    def __init__(self, content: Content) -> None:
        self.content, prior = content, content["prior"]
        points, weights, tail = (prior[field] for field in ("points", "weights", "tail"))
        require(len(points) == len(weights) > 0 < min(weights), "no weight > 0 for each node")
        columns = list(zip(*map(_flat, points), strict=True))
        require(len(columns) == len(content["forwards"]), "no forward for each price")
        require(min(map(min, columns)) >= 0, "a negative price")
        self.weights, self.radius = [exact(x) for x in weights], exact(content["radius"])
        total = sum(self.weights, arb(0))
        self.moments = (arb(0), arb(0), arb(0))
        if tail:
            start, mass = exact(tail["start"]), exact(tail["mass"])
            first, second = exact(tail["first_moment"]), exact(tail["second_moment"])
            require(len(columns) == 1 and max(points) <= tail["start"], "nodes on the tail")
            above = first - start * mass
            moments = (mass, above, second - 2 * start * first + start**2 * mass)
            require(mass > 0 and all(m >= 0 for m in moments), "no measure has the tail's moments")
            total += mass
            self.moments = (mass / total, moments[1] / total, moments[2] / total)
        self.weights = [w / total for w in self.weights]
        self.has_tail = bool(tail)
        cash, price = ({"kinks": [], "intercepts": [a], "slopes": [1.0 - a]} for a in (1.0, 0.0))
        self.rows: list[tuple[Instrument, arb | None, arb | None]] = [
            (Instrument(cash, columns[0], tail), arb(1), arb(1))
        ]
        forwards = [exact(forward) for forward in content["forwards"]]
        self.forward = forwards[0]
        for column, forward in zip(columns, forwards, strict=True):
            self.rows.append((Instrument(price, column, tail), forward, forward))
        for quote in content["quotes"]:
            bid, ask = (None if quote[s] is None else exact(quote[s]) for s in ("bid", "ask"))
            self.rows.append((Instrument(quote["payoff"], points, tail), bid, ask))
        self.payoff = Instrument(content["payoff"], points, tail)

    def worth(self, instrument: Instrument, masses: list[arb], beyond: tuple[arb, arb]) -> arb:
        """Price an instrument by masses of the nodes and moments 0 and 1 beyond the start."""
        inside = sum((masses[i] * value for i, value in instrument.pairs), arb(0))
        return inside + sum((a * m for a, m in zip(instrument.line, beyond, strict=True)), arb(0))


def _flat(point: Any) -> list[float]:
    return [x for part in point for x in _flat(part)] if isinstance(point, list) else [point]


class DualPoint:
    """One side's multipliers, as those of an upper bound, and what they cost and leave."""

    def __init__(self, problem: Problem, side: str) -> None:
        self.sign = {"upper": 1, "lower": -1}[side]
        self.problem, point = problem, problem.content[side]
        self.theta, held = self.sign * exact(point["theta"]), [point["cash"]]
        held += [*point["forwards"], *point["positions"]]
        self.units = [self.sign * exact(units) for units in held]
        require(self.theta >= 0, "theta of the wrong sign")
        self.cost, left, line = arb(0), [arb(0)] * len(problem.weights), (arb(0), arb(0))
        held_rows = zip(self.units, problem.rows, strict=True)
        for units, (item, bid, ask) in [
            (-arb(self.sign), (problem.payoff, ZERO, ZERO)),
            *held_rows,
        ]:
            if units == 0:
                continue
            price = ask if units > 0 else bid
            require(price is not None, "a position uses an open side")
            self.cost += units * price
            for i, value in item.pairs:
                left[i] -= units * value
            line = (line[0] - units * item.line[0], line[1] - units * item.line[1])
        kind = problem.content["divergence"]["kind"]
        if problem.has_tail and kind == "chi-squared" and self.theta > 0:
            added = [exact(v) for v in point["tail"]]
            require(len(added) == 2 and min(point["tail"]) >= 0, "a negative v")
            line = (line[0] + added[0], line[1] + added[1])
        elif problem.has_tail:
            require(self.theta == 0 or kind == "kullback-leibler", "no tail for that divergence")
            require(line[1] <= 0, "what is left grows along the tail")
        self.left, self.line = left, line

    def super_hedged(self) -> arb:
        """Return the cost of dominating on all nodes and the tail."""
        return self.cost + max_of([*self.left, *([self.line[0]] if self.problem.has_tail else [])])

    def solved(self) -> tuple[arb, arb, arb]:
        """Return the dual value, and what the law of its densities earns and misses."""
        problem, theta = self.problem, self.theta
        divergence = problem.content["divergence"]
        kind, q = divergence["kind"], divergence.get("order")
        require((kind == "cressie-read") == (q is not None), "an order is for cressie-read alone")
        order = exact(q) if q else None
        require(order is None or order > 1, "an order above one is needed")
        charge, spent, masses, beyond = arb(0), arb(0), [], (arb(0), arb(0))

        def conjugate(weight: arb, x: arb) -> arb:
            nonlocal charge, spent
            y = x / theta
            value, density = CONJUGATES[kind](y, order)
            charge += weight * value
            spent += weight * (density * y - value)
            return weight * density

        masses = [conjugate(w, x) for w, x in zip(problem.weights, self.left, strict=True)]
        m0, m1, m2 = problem.moments
        x0, x1 = (x / theta for x in self.line)
        if problem.has_tail and kind == "chi-squared":
            square = x0**2 * m0 + 2 * x0 * x1 * m1 + x1**2 * m2
            charge += x0 * m0 + x1 * m1 + square / 4
            spent += square / 4
            beyond = (m0 + (x0 * m0 + x1 * m1) / 2, m1 + (x0 * m1 + x1 * m2) / 2)
        elif problem.has_tail:
            beyond = (conjugate(m0, self.line[0]), arb(0))
            price = problem.rows[1][0]
            # Mass that escapes to infinity and keeps the forward costs no divergence.
            beyond = (beyond[0], _positive(problem.forward - problem.worth(price, masses, beyond)))
        earned = self.sign * problem.worth(problem.payoff, masses, beyond)
        missed = [spent - problem.radius]
        for item, bid, ask in problem.rows:
            price = problem.worth(item, masses, beyond)
            missed += [*([bid - price] if bid is not None else [])]
            missed += [*([price - ask] if ask is not None else [])]
        value = self.cost + theta * (problem.radius + charge)
        return value, value - earned, _positive(max_of(missed))

    def size(self) -> float:
        """Add up what the value is a sum of: rounding is measured by it."""
        problem, size = self.problem, 0.0
        weights, beyond = [float(w) for w in problem.weights], [float(m) for m in problem.moments]
        all_units, all_rows = [arb(1), *self.units], [(problem.payoff, None, None), *problem.rows]
        everything = zip(all_units, all_rows, strict=True)
        for units, (item, bid, ask) in everything:
            at = max(abs(float(x)) if x is not None else 0.0 for x in (bid, ask))
            at += sum(weights[i] * abs(float(value)) for i, value in item.pairs)
            at += sum(abs(float(a)) * m for a, m in zip(item.line, beyond, strict=False))
            size += abs(float(units)) * at
        # What grows like the price at infinity is priced with the forward.
        size += abs(float(problem.payoff.line[1] * problem.forward))
        return size + float(self.theta * problem.radius)


def max_of(balls: Sequence[arb]) -> arb:
    """Return the largest of some balls."""
    largest = balls[0]
    for x in balls[1:]:
        largest = largest.max(x)
    return largest
