"""Certificates of the divergence bounds on the index quotes: their dual points, priors and quotes.

The chi-squared balls are those of `rmot.studies.price_bounds`. Beside them stand Kullback-Leibler
balls, and balls of Cressie and Read's order 3/2 around the prior's nodes without its tail, since
no partial moments of whole order give that divergence's charge there.
`proofs_check.verify_balls` encloses what each dual point proves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rmot.artifact.programs import reported
from rmot.studies.price_bounds import MULTIPLES, problem, unquoted
from rmot.studies.study import Config, parse
from rmot.transport import (
    Calibrated,
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Prior,
    ball_certificate,
    price_bounds,
    save_balls,
)

_FEWER = (1.1, 2.0, 10.0)


def run(config: Config) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Make the certificates, and say of which data; inputs are the chain SPX and SPX_fit."""
    fit, _, prior, quotes = problem(config)
    nodes = Prior(prior.points, prior.weights / prior.weights.sum())
    balls = [
        (ChiSquared(), prior, MULTIPLES),
        (KullbackLeibler(), prior, _FEWER),
        (CressieRead(1.5), nodes, _FEWER),
    ]
    found: list[dict[str, Any]] = []
    known: dict[str, Calibrated | None] = {}
    for name, payoff in unquoted().items():
        for divergence, around, multiples in balls:
            for multiple in multiples:
                bounds = price_bounds(
                    payoff,
                    around,
                    quotes=quotes,
                    divergence=divergence,
                    radius=MultipleOfLeast(multiple),
                    calibrated=known.get(str(divergence)),
                )
                known[str(divergence)] = bounds.calibrated
                found.append(
                    ball_certificate(
                        payoff,
                        around,
                        quotes=quotes,
                        divergence=divergence,
                        bounds=bounds,
                        name=f"{name}, {multiple:g} times the least radius",
                    )
                )
    source = {"data": fit.source["kind"], "data_sha256": fit.source["sha256"]}
    return found, {**source, "profile": config.profile}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--input SPX=PATH --input SPX_fit=PATH --output NAME.json``."""
    config, output = parse(arguments)
    with reported():
        save_balls(output, *run(config))


if __name__ == "__main__":
    main()
