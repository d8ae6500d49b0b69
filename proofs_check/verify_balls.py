r"""Enclose the dual values of divergence bounds, from their certificates and in balls alone.

    python -m proofs_check.verify_balls results/bounds/balls.json --table TABLE.csv

.. math:: D = h + \nu \cdot F + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j) + \theta\eta
          + \theta\, E_P\, \varphi^*(x / \theta), \qquad x = c - h - \nu \cdot S - \lambda \cdot g

is no less than :math:`E^Q c` for any law Q that meets quotes and forwards within the radius of the
prior P, whatever solver, or none, found the hedge; a lower bound is that of -c. All doubles count
as the exact numbers that they are. Weights and the tail's moments are divided by their total.

Enclosed is D, for the certificate's P: atoms, and a tail of which only its moments 0, 1, 2 are
known. Not enclosed are how near these are to a model's law, and what quotes and forwards are worth.
On the tail x is linear. For chi-squared :math:`\varphi^*` is extended there by its own parabola,
after :math:`v_0 + v_1 (s - s^*) \ge 0` is added, so the moments give a charge that is no less than
the true one. For Kullback-Leibler, and at :math:`\theta = 0`, x must fall there, and counts as at
the start. At :math:`\theta = 0` D is the cost and the cash that the hedge lacks to dominate.

The density :math:`\varphi^{*\prime}(x / \theta)` gives a law beside it: the duality gap is D less
what that earns, `missed` the most by which it misses mass, forwards, quotes or radius. It tells
little where the radius hardly binds and :math:`\theta` is all but zero.
A stated bound may fall short of D by the `allowed` rounding of a sum of doubles (unit roundoff,
times how many they are, times their size), and be wider by its solver's gap as well.
Exit 1 names a certificate that does not make sense or states another bound than its point gives.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from fractions import Fraction
from pathlib import Path
from typing import Any

from flint import arb, ctx

from proofs_check.dual_points import DualPoint, Problem, exact, require

BITS = 250
DIGITS = 30
UNIT_ROUNDOFF = 2.0**-53
FIELDS = ("name", "side", "divergence", "radius", "stated", "below", "above")
FIELDS += ("width", "distance", "allowed", "gap", "missed")


def _decimal(end: arb, rounding: str) -> str:
    number = end.fmpq()
    return str(Context(DIGITS, rounding).divide(int(number.p), int(number.q)))


def enclose(problem: Problem, side: str) -> dict[str, Any]:
    """Return a row of the table for one side of a certificate's bound."""
    point, stated = DualPoint(problem, side), problem.content[side]
    gap = missed = None
    if point.theta == 0:
        value = point.super_hedged()
    else:
        value, gap, missed = point.solved()
    require(value.is_finite(), "a dual value beyond all numbers")
    value *= point.sign
    # How far the stated bound falls short of what is proved; negative on the safe side.
    short = point.sign * (value - exact(stated["stated"]))
    distance, solved = float(short.abs_upper()), exact(stated["gap"])
    terms = len(problem.weights) + len(problem.rows)
    allowed = UNIT_ROUNDOFF * terms * point.size()
    below, above = _decimal(value.lower(), ROUND_FLOOR), _decimal(value.upper(), ROUND_CEILING)
    fits = short <= allowed and -short <= allowed + solved
    require(fits, f"states {stated['stated']!r}, its point gives {above}")
    content, width = problem.content, float(Fraction(above) - Fraction(below))
    known = [content["name"], side, content["divergence"]["kind"], content["radius"]]
    known += [stated["stated"], below, above, width, distance, allowed]
    known += [None if x is None else float(x.abs_upper()) for x in (gap, missed)]
    return dict(zip(FIELDS, known, strict=True))


def main(arguments: Sequence[str] | None = None) -> None:
    """Enclose both sides of all certificates, and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--table", type=Path)
    options, rows = parser.parse_args(arguments), []
    ctx.prec = BITS
    for path in options.files:
        try:
            whole = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as fault:
            sys.exit(f"{path}: expected JSON; {fault}")
        for content in whole["balls"]:
            try:
                problem = Problem(content)
                for side in ("lower", "upper"):
                    rows.append({**enclose(problem, side), **whole.get("source", {})})
            except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
                sys.exit(f"{path}: {content.get('name')}: {type(fault).__name__}: {fault}")
    if not rows:
        sys.exit("no certificate found")
    if options.table:
        try:
            part = options.table.with_name(f"{options.table.name}.part")
            with part.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            part.replace(options.table)  # a whole table or none
        except OSError as fault:
            sys.exit(f"{options.table}: {fault.strerror}")
    print(json.dumps({"bounds": len(rows)}))


if __name__ == "__main__":
    main()
