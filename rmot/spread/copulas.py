r"""Knows the Gaussian and the Student copula of two prices, by the law of one given the other.

In normal scores z, with x = t_nu^{-1}(N(z)) for Student's,

    Gaussian:  P(Z_2 < z_2 | Z_1 = z_1) = N((z_2 - rho z_1) / sqrt(1 - rho^2)),
    Student:   P(Z_2 < z_2 | Z_1 = z_1) = t_{nu+1}((x_2 - rho x_1)
                                              sqrt((nu + 1) / ((nu + x_1^2)(1 - rho^2)))).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from rmot.models._checks import check_range

Vector = NDArray[np.float64]


class Copula(Protocol):
    """An exchangeable copula of two prices."""

    def conditional(self, other: Vector, given: Vector) -> Vector:
        """Return P(Z_2 < other | Z_1 = given) for normal scores of one shape."""
        ...

    def simulate(self, n_paths: int, seed: int) -> Vector:
        """Return normal scores, shape (n_paths, 2)."""
        ...


@dataclass(frozen=True)
class GaussianCopula:
    """The copula of two normals.

    Parameters
    ----------
    correlation : float
        rho in (-1, 1), of the normal scores at one maturity: no process has it.
    """

    correlation: float

    def __post_init__(self) -> None:
        """Refuse what is no correlation."""
        check_range("correlation", self.correlation, -1.0, 1.0)

    @property
    def tail_dependence(self) -> float:
        """The limit of P(U_2 < q | U_1 < q) as q -> 0."""
        return 0.0

    def conditional(self, other: Vector, given: Vector) -> Vector:
        """Return P(Z_2 < other | Z_1 = given) for normal scores of one shape."""
        rho = self.correlation
        return ndtr((other - rho * given) / math.sqrt((1.0 - rho) * (1.0 + rho)))

    def simulate(self, n_paths: int, seed: int) -> Vector:
        """Return normal scores, shape (n_paths, 2)."""
        return _correlated(self.correlation, n_paths, np.random.default_rng(seed))


@dataclass(frozen=True)
class StudentCopula:
    """The copula of two Student variables with a common denominator.

    Parameters
    ----------
    correlation : float
        rho in (-1, 1). For nu <= 2 the variables have no variance, and rho, though still what
        orders and shapes the copula, is the correlation of nothing.
    degrees_of_freedom : float
        nu > 0. The copula is defined for all of them; infinity would be the Gaussian copula.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.
    """

    correlation: float
    degrees_of_freedom: float

    def __post_init__(self) -> None:
        """Refuse what is no correlation, or no number of degrees of freedom."""
        check_range("correlation", self.correlation, -1.0, 1.0)
        check_range("degrees_of_freedom", self.degrees_of_freedom, 0.0, math.inf)

    @property
    def tail_dependence(self) -> float:
        """The limit of P(U_2 < q | U_1 < q) as q -> 0: 2 t_{nu+1}(-sqrt((nu+1)(1-rho)/(1+rho)))."""
        nu, rho = self.degrees_of_freedom, self.correlation
        return float(2.0 * stdtr(nu + 1.0, -math.sqrt((nu + 1.0) * (1.0 - rho) / (1.0 + rho))))

    def conditional(self, other: Vector, given: Vector) -> Vector:
        """Return P(Z_2 < other | Z_1 = given) for normal scores of one shape."""
        nu, rho = self.degrees_of_freedom, self.correlation
        x, y = self._student(given), self._student(other)
        scale = np.sqrt((nu + 1.0) / (nu + x * x) / ((1.0 - rho) * (1.0 + rho)))
        return stdtr(nu + 1.0, (y - rho * x) * scale)

    def simulate(self, n_paths: int, seed: int) -> Vector:
        """Return normal scores, shape (n_paths, 2)."""
        generator = np.random.default_rng(seed)
        z = _correlated(self.correlation, n_paths, generator)
        nu = self.degrees_of_freedom
        x = z / np.sqrt(generator.chisquare(nu, (n_paths, 1)) / nu)
        return -np.sign(x) * ndtri(stdtr(nu, -np.abs(x)))

    def _student(self, score: Vector) -> Vector:
        """Return Student's quantiles of normal scores, by the smaller tail."""
        size = -stdtrit(self.degrees_of_freedom, ndtr(-np.abs(score)))
        return np.where(np.isinf(score), score, np.sign(score) * size)


def _correlated(rho: float, n_paths: int, generator: np.random.Generator) -> Vector:
    own = generator.standard_normal((n_paths, 2))
    own[:, 1] = rho * own[:, 0] + math.sqrt((1.0 - rho) * (1.0 + rho)) * own[:, 1]
    return own
