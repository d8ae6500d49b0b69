"""Gaussian drivers of two assets: which of their covariances move with the correlation.

A claim gives each driver as a row of loadings, formulas in ``rho``, on independent Brownian
motions. An asset's path is a functional of its own two drivers, so equal covariances of those give
equal laws of the asset: equal prices of every claim on it alone, and no Fisher information.
"""

from __future__ import annotations

import sympy

from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim

OWN = (
    ("price_1", "price_1"),
    ("price_1", "variance_1"),
    ("variance_1", "variance_1"),
    ("price_2", "price_2"),
    ("price_2", "variance_2"),
    ("variance_2", "variance_2"),
)


def covariance(claim: Claim, first: str, second: str, place: int) -> Tree:
    """Return the covariance of two drivers at one of the claim's correlations."""
    names: dict[str, Tree] = {"rho": ["datum", "correlations", place]}
    rows = [[tree(cell, names) for cell in claim.data["drivers"][name]] for name in (first, second)]
    return ["add", *(["mul", a, b] for a, b in zip(*rows, strict=True))]


def own_covariances_agree(claim: Claim) -> list[Statement]:
    """State that each asset's own drivers have the same law at the first two correlations."""
    return [
        inequality(
            f"{first} with {second} the same at both correlations",
            covariance(claim, first, second, 0),
            "==",
            covariance(claim, first, second, 1),
        )
        for first, second in OWN
    ]


def derivatives(claim: Claim) -> dict[str, str]:
    """Differentiate the covariances of each asset's own drivers in the correlation."""
    rho = sympy.Symbol("rho", real=True)
    drivers = {
        name: sympy.Matrix([[formula(cell, rho=rho) for cell in row]])
        for name, row in claim.data["drivers"].items()
    }
    found = {}
    for first, second in OWN:
        entry = sympy.simplify((drivers[first] * drivers[second].T)[0, 0])
        found[f"{first}, {second}"] = str(entry)
        found[f"derivative of {first}, {second}"] = str(sympy.simplify(sympy.diff(entry, rho)))
    return found
