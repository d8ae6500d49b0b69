"""Re-check semi-static hedges at two dates with the standard library alone.

    python proofs_check/verify_two_dates.py results/bounds/two_dates.json

A certificate lists quotes of both dates on prices of forward one, a payoff

    c(x, y) = (a + b x + s y + sum d (y - p - q x)^+) / x^r,   r = 0 or 1,

and a hedge: cash, units of x, quoted payoffs, and a delta  alpha + beta x + kappa / x  on pieces of
x. Over each x what is left over is linear in y between the strikes held and the payoff's kinks, so
that it is enough to look along these lines and in slope as y grows. Between the places where
anything bends it is  A + B x + C x^2 + D / x  there; its sign is decided in rationals. With r = 1
first prices are positive, and at zero the limit is meant, where a price stays. Exit 1 names a
faulty certificate.
"""

import json
import sys
from fractions import Fraction
from math import inf
from pathlib import Path

SLOPES = {"price": 1, "call": 1, "put": 0, "digital": 0, "straddle": 1}
DEPTH = 80


class Rejected(ArithmeticError):
    """A certificate does not hold."""


def _require(condition, message):
    if not condition:
        raise Rejected(message)


def _line(kind, strike, beyond):
    """Return intercept and slope of an elementary payoff on one side of its strike."""
    if kind == "price":
        return Fraction(0), Fraction(1)
    if kind == "digital":
        return Fraction(int(beyond)), Fraction(0)
    if kind == "call":
        return (-strike, Fraction(1)) if beyond else (Fraction(0), Fraction(0))
    if kind == "put":
        return (Fraction(0), Fraction(0)) if beyond else (strike, Fraction(-1))
    _require(kind == "straddle", f"unknown kind {kind!r}")
    return (-strike, Fraction(1)) if beyond else (strike, Fraction(-1))


def _static(terms, at, below=False):
    """Return intercept and slope, around a price, of units of elementary payoffs."""
    start, rise = Fraction(0), Fraction(0)
    for units, kind, strike in terms:
        one, other = _line(kind, strike, at > strike or (at == strike and not below))
        start, rise = start + units * one, rise + units * other
    return start, rise


def _stays(a, b, c, d, low, high, depth=DEPTH):
    """Tell whether A + B x + C x^2 + D / x >= 0 between low and high."""
    _require(depth > 0, "a sign that stays open")
    if high == inf:
        if c == 0 and b >= 0 and a + b * low + (min(d, 0) / low if d < 0 and low else 0) >= 0:
            return d >= 0 or low > 0
        if c != 0 or b < 0:
            return False
        middle = 2 * low if low else Fraction(1)
        return _stays(a, b, c, d, low, middle, depth - 1) and _stays(
            a, b, c, d, middle, high, depth - 1
        )
    if d == 0:
        if min(a + end * (b + c * end) for end in (low, high)) < 0:
            return False
        at = -b / (2 * c) if c > 0 else low
        return not low < at < high or a + b * at / 2 >= 0
    if a + high * (b + c * high) + d / high < 0 or (low and a + low * (b + c * low) + d / low < 0):
        return False
    if low == 0:
        if d < 0:
            return False
        if _stays(a + d / high, b, c, 0, low, high):
            return True
    else:
        # D / x lies above its tangents where D > 0, above its chord where D < 0
        middle = (low + high) / 2
        height = 2 * d / middle if d > 0 else d * (1 / low + 1 / high)
        tilt = -d / (middle * middle) if d > 0 else -d / (low * high)
        if _stays(a + height, b + tilt, c, 0, low, high):
            return True
    middle = (low + high) / 2
    return all(_stays(a, b, c, d, *part, depth - 1) for part in ((low, middle), (middle, high)))


def _held(item, sign):
    """Return cash, forward and the terms of both dates, and the cost of the hedge."""
    hedge = item["hedge"]
    cash, forward = Fraction(hedge["cash"]), Fraction(hedge["forward"])
    cost, dates = cash + forward, []
    for quotes, positions in zip(item["quotes"], (hedge["first"], hedge["second"]), strict=True):
        terms = []
        for index, units in positions:
            kind, strike, bid, ask = quotes[index]
            units = Fraction(units)
            _require(Fraction(strike) >= 0, "a negative strike")
            cost += units * Fraction(ask if sign * units > 0 else bid)
            terms.append((sign * units, kind, Fraction(strike)))
        dates.append(terms)
    return sign * cash, sign * forward, *dates, cost


def _pieces(listed, sign, per_first):
    """Return the deltas' pieces: start, end, alpha, beta and kappa."""
    rows = [[Fraction(entry) for entry in row] for row in listed]
    starts = [row[0] for row in rows]
    _require(starts == sorted(set(starts)) and starts[0] == 0, "pieces out of order")
    _require(rows[-1][2] == 0, "a delta that grows without end")
    _require(per_first or rows[0][3] == 0, "an infinite delta at zero")
    ends = [*starts[1:], inf]
    return [
        (row[0], end, *(sign * x for x in row[1:])) for row, end in zip(rows, ends, strict=True)
    ]


def _breaks(lines, strikes, first, pieces):
    found = {piece[0] for piece in pieces} | {strike for *_, strike in first}
    for p, q in lines:
        found |= {(k - p) / q for k in [Fraction(0), *strikes] if q}
        found |= {(p - r) / (s - q) for r, s in lines if s != q}
    return sorted(x for x in found | {Fraction(0)} if x >= 0)


def holds(item):
    """Tell whether a hedge dominates its payoff at all pairs of prices, at its cost."""
    sign = {"upper": 1, "lower": -1}[item["side"]]
    cash, forward, first, second, cost = _held(item, sign)
    payoff = item["payoff"]
    returns = payoff["per_first"]
    a, b, s = (sign * Fraction(x) for x in payoff["base"])
    kinks = [(Fraction(p), Fraction(q), sign * Fraction(d)) for p, q, d in payoff["kinks"]]
    _require(not returns or (a == 0 and not any(p for p, *_ in kinks)), "no payoff of returns")
    moving = [(p, q) for p, q, _ in kinks]
    strikes = sorted({Fraction(0), *(strike for *_, strike in second)})
    pieces = _pieces(item["hedge"]["deltas"], sign, returns)
    jumps = {strike for _, kind, strike in second if kind == "digital" and strike}
    level = [(k, _static(second, k)) for k in strikes]
    level += [(k, _static(second, k, below=True)) for k in sorted(jumps)]
    slope = sum(units * SLOPES[kind] for units, kind, _ in second)
    steep = s + sum(d for *_, d in kinks)
    ends = _breaks(moving, strikes, first, pieces)
    place = 0
    for low, high in zip(ends, [*ends[1:], inf], strict=True):
        inside = 2 * low + 1 if high == inf else (low + high) / 2
        while pieces[place][1] <= low:
            place += 1
        *_, alpha, beta, kappa = pieces[place]
        start, rise = _static(first, inside)
        start, rise = start + cash, rise + forward
        far = (steep, kappa) if not returns else (Fraction(0), kappa - steep)
        if not _stays(slope + alpha - far[0], beta, Fraction(0), far[1], low, high):
            return False
        lines = [(k, Fraction(0), worth + tilt * k, Fraction(0)) for k, (worth, tilt) in level]
        for p, q in moving:
            if p + q * inside >= 0:
                worth, tilt = _static(second, p + q * inside)
                lines.append((p, q, worth + tilt * p, tilt * q))
        for p, q, worth, tilt in lines:
            paid, more = a + s * p, b + s * q
            for offset, multiple, bend in kinks:
                if p - offset + (q - multiple) * inside > 0:
                    paid, more = paid + bend * (p - offset), more + bend * (q - multiple)
            rest = [
                start + worth + alpha * p + kappa * (q - 1) - (more if returns else paid),
                rise + tilt + alpha * (q - 1) + beta * p - (0 if returns else more),
                beta * (q - 1),
                kappa * p - (paid if returns else 0),
            ]
            a_, b_, c_, d_ = rest
            if not _stays(a_, b_, c_, d_, low, high):
                return False
    if returns:
        worth = _static(first, Fraction(0))[0] + _static(second, Fraction(0))[0]
        paid = b + s + sum(d * max(1 - q, Fraction(0)) for _, q, d in kinks)
        _require(cash + worth >= paid, "the hedge falls short at zero")
    return cost == Fraction(item["cost"])


def main(paths):
    """Verify all files, and say how many hedges were checked."""
    count = 0
    for path in map(Path, paths):
        try:
            items = json.loads(path.read_text("utf-8"))["two_dates"]
        except (OSError, LookupError, TypeError, ValueError) as fault:
            sys.exit(f"{path}: expected JSON with two_dates; {fault}")
        for item in items:
            try:
                _require(holds(item), "the bound does not hold")
            except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
                sys.exit(f"{path}: {item.get('name')}: {type(fault).__name__}: {fault}")
            count += 1
    if not count:
        sys.exit("no certificate found")
    print(json.dumps({"two_dates": count}))


if __name__ == "__main__":
    main(sys.argv[1:])
