r"""Knows several assets with a Wishart covariance, (25)-(26) of source 004 in their corrected form.

    dV = (beta Q^T Q + M V + V M^T) dt + sqrt(V) dW Q + Q^T dW^T sqrt(V),
    dS_i / S_i = tr[A_i sqrt(V) (dW R^T + dZ sqrt(I - R R^T))],

V, W and Z being d x d. The source prints VM for V M^T, lets sqrt(V) multiply the first noise only,
and has R where R^T makes the bracket a matrix of Brownian motions. It writes dS_i on the left: read
literally a normal model. Here prices are lognormal given V, as the Heston model's are, which the
source says this generalises: d = 1 is that model with kappa = -2M, kappa theta = beta Q^2,
vol-of-vol 2Q, rho = R and variance A^2 V.

With z = iu and A = sum_i z_i A_i, log E e^{z.X} = tr[D(T) V_0] + beta tr[Q^T Q ∫ D], where

    D' = (A^T A - sum_i z_i A_i^T A_i)/2 + D m + m^T D + 2 D Q^T Q D,   m = M + Q^T R^T A,

a matrix exponential (M. Grasselli and C. Tebaldi, "Solvable affine term structure models",
Mathematical Finance 18 (2008); J. Da Fonseca, M. Grasselli and C. Tebaldi, "Option pricing when
correlations are stochastic", Review of Derivatives Research 10 (2007)). V exists for beta >= d - 1
(C. Cuchiero et al., "Affine processes on positive semidefinite matrices", Annals of Applied
Probability 21 (2011)), the Gindikin condition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

from rmot.errors import ParameterError
from rmot.models._checks import check_maturity
from rmot.numerics.matrix_riccati import RiccatiFlow, riccati_flow
from rmot.numerics.path_grid import check_whole_number

Vector = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class WishartModel:
    """Several assets, forwards 1, whose covariances are those of one Wishart matrix.

    Parameters
    ----------
    exposures : array_like, shape (n_assets, d, d)
        A_i; the covariance of returns i and j is tr(A_i V A_j^T) dt.
    degrees : float
        beta >= d - 1.
    volatility : array_like, shape (d, d)
        Q, invertible.
    drift : array_like, shape (d, d)
        M.
    correlation : array_like, shape (d, d)
        R, of spectral norm at most 1.
    initial : array_like, shape (d, d)
        V_0, symmetric and positive semidefinite.

    Raises
    ------
    ParameterError
        If a matrix has another shape or is outside its domain; where beta is below Gindikin's
        bound, naming both.
    """

    exposures: Vector
    degrees: float
    volatility: Vector
    drift: Vector
    correlation: Vector
    initial: Vector

    def __init__(
        self,
        exposures: ArrayLike,
        *,
        degrees: float,
        volatility: ArrayLike,
        drift: ArrayLike,
        correlation: ArrayLike,
        initial: ArrayLike,
    ) -> None:
        a = _matrix("exposures", exposures)
        if a.ndim != 3 or a.shape[0] == 0 or a.shape[1] == 0 or a.shape[1] != a.shape[2]:
            raise ParameterError(f"expected exposures of shape (n_assets, d, d); got {a.shape}")
        d = a.shape[-1]
        if not (np.isfinite(degrees) and degrees >= d - 1):
            raise ParameterError(
                f"no Wishart process of {d} x {d} matrices has beta = {degrees!r}: by the Gindikin "
                f"condition beta must be at least {d - 1}"
            )
        if degrees == 0.0:
            raise ParameterError("beta must be positive; got 0")
        empty = np.flatnonzero(~np.any(a != 0.0, axis=(1, 2)))
        if empty.size:
            raise ParameterError(f"exposures of asset {empty[0]} are all 0: it does not move")
        square = {
            "volatility": volatility,
            "drift": drift,
            "correlation": correlation,
            "initial": initial,
        }
        for name, value in square.items():
            matrix = _matrix(name, value)
            if matrix.shape != (d, d):
                raise ParameterError(f"expected {name} of shape {(d, d)}; got {matrix.shape}")
            object.__setattr__(self, name, matrix)
        object.__setattr__(self, "exposures", a)
        object.__setattr__(self, "degrees", float(degrees))
        if abs(np.linalg.det(self.volatility)) < 1e-150:
            raise ParameterError("volatility must be an invertible matrix; its determinant is 0")
        largest = float(np.linalg.norm(self.correlation, 2))
        if largest > 1.0 + _ROUNDING:
            raise ParameterError(
                f"correlation must have singular values of at most 1; the largest is {largest:.6g}"
            )
        if np.max(np.abs(self.initial - self.initial.T)) > _ROUNDING * np.max(np.abs(self.initial)):
            raise ParameterError("initial must be a symmetric matrix")
        values = np.linalg.eigvalsh(self.initial)
        if values[0] < -_ROUNDING * max(values[-1], 0.0) or values[-1] <= 0.0:
            raise ParameterError(
                "initial must be positive semidefinite and not 0; its least eigenvalue is "
                f"{values[0]:.6g}, its largest {values[-1]:.6g}"
            )

    @property
    def n_assets(self) -> int:
        """How many assets."""
        return self.exposures.shape[0]

    @property
    def dimension(self) -> int:
        """The order d of the matrices."""
        return self.exposures.shape[-1]

    @property
    def parameters(self) -> tuple[str, ...]:
        """None: the transform is not differentiated in the matrices."""
        return ()

    def marginal(self, asset: int) -> WishartModel:
        """Return the law of one asset, numbered from 0."""
        check_whole_number("asset", asset, 0)
        if asset >= self.n_assets:
            raise ParameterError(f"asset must be from 0 to {self.n_assets - 1}; got {asset}")
        return WishartModel(
            self.exposures[[asset]],
            degrees=self.degrees,
            volatility=self.volatility,
            drift=self.drift,
            correlation=self.correlation,
            initial=self.initial,
        )

    def integrated_covariance(self, maturity: float) -> Vector:
        """Return E of the integral over [0, T] of tr(A_i V A_j^T), shape (n_assets, n_assets)."""
        d, years = self.dimension, check_maturity(maturity)
        unit = np.eye(d)
        # d vec(E V)/dt is linear in vec(E V) and 1, and the integral is one more linear equation
        linear = np.kron(self.drift, unit) + np.kron(unit, self.drift)
        size = d * d
        generator = np.zeros((2 * size + 1, 2 * size + 1))
        generator[:size, :size] = linear
        generator[:size, -1] = self.degrees * (self.volatility.T @ self.volatility).ravel()
        generator[size : 2 * size, :size] = np.eye(size)
        start = np.concatenate([self.initial.ravel(), np.zeros(size), [1.0]])
        total = (expm(generator * years) @ start)[size : 2 * size].reshape(d, d)
        return np.einsum("iab,bc,jac->ij", self.exposures, total, self.exposures)

    def deviations(self, maturity: float) -> Vector:
        """Return the standard deviations of the returns ∫ dS_i/S_i over [0, T]."""
        return np.sqrt(np.diag(self.integrated_covariance(maturity)))

    def has_moment(self, orders: ArrayLike, maturity: float) -> bool:
        """Tell whether E prod_i S_i(T)^{p_i} is finite, for real orders p, shape (n_assets,)."""
        p = np.asarray(orders, dtype=np.float64).reshape(1, -1).astype(np.complex128)
        return not bool(self._flow(p, check_maturity(maturity)).explodes[0])

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(i u.X), X_i = log(S_i(T)/F_i), for u of shape (..., n_assets).

        Raises
        ------
        ParameterError
            If u has another shape or is not finite, the maturity is not positive, or the
            expectation is infinite.
        """
        frequency, years = np.asarray(u, dtype=np.complex128), check_maturity(maturity)
        if frequency.ndim == 0 or frequency.shape[-1] != self.n_assets:
            raise ParameterError(
                f"expected u of shape (..., {self.n_assets}); got {frequency.shape}"
            )
        rows = frequency.reshape(-1, self.n_assets)
        if rows.size == 0 or not np.all(np.isfinite(rows)):
            raise ParameterError("expected finite frequencies, at least one")
        for moments in np.unique(-rows.imag, axis=0):
            if not self.has_moment(moments, years):
                raise ParameterError(
                    f"E exp(iu.X) is infinite where -Im u = {moments.tolist()}, at maturity {years}"
                )
        return self.estimated_log_transform(rows, years, 0.0)[0].reshape(frequency.shape[:-1])

    def estimated_log_transform(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        """Return log E exp(i u.X), u of shape (n, n_assets), and errors of rounding, shape (n,).

        The formula is closed, whatever the tolerance, and has no `parameters` to differentiate in.
        """
        flow = self._flow(1j * u, maturity)
        square = self.volatility.T @ self.volatility
        first = np.einsum("nab,ba->n", flow.solution, self.initial)
        # L = -2 tr of Q^T Q times the integral of D
        values = first - 0.5 * self.degrees * flow.integral
        size = 1.0 + np.abs(first) + np.abs(0.5 * self.degrees * flow.integral)
        effort = np.linalg.norm(square) * maturity * np.linalg.norm(flow.solution, axis=(1, 2))
        error = 2e-15 * (size + effort) + self.degrees * flow.rounding
        return values, error, np.empty((0, len(u)), np.complex128)

    def _flow(self, z: NDArray[np.complex128], maturity: float) -> RiccatiFlow:
        """Solve for D with e^{z.X}, z of shape (n, n_assets)."""
        a = np.einsum("ni,iab->nab", z, self.exposures)
        squares = np.einsum("ica,icb->iab", self.exposures, self.exposures)
        constant = 0.5 * (np.swapaxes(a, -1, -2) @ a - np.einsum("ni,iab->nab", z, squares))
        q = self.volatility
        linear = self.drift + (q.T @ self.correlation.T) @ a
        return riccati_flow(constant, linear, 2.0 * (q.T @ q).astype(np.complex128), maturity)

    def simulate(self, maturity: float, n_paths: int, steps: int, seed: int) -> Vector:
        """Return prices at maturity with forwards 1, shape (n_paths, n_assets), by Euler's scheme.

        Negative eigenvalues of V are set to 0 where it moves anything, which biases V while
        beta < d + 1; the bias falls with the step. Prices are martingales whatever the step.

        Parameters
        ----------
        maturity : float
            T > 0 in years.
        n_paths, steps : int
            From 1.
        seed : int
            Same seed, same numbers.
        """
        years = check_maturity(maturity)
        for name, value, least in (("n_paths", n_paths, 1), ("steps", steps, 1), ("seed", seed, 0)):
            check_whole_number(name, value, least)
        generator = np.random.default_rng(seed)
        d, dt = self.dimension, years / steps
        q, r = self.volatility, self.correlation
        own = _root(np.eye(d) - r @ r.T)
        level = self.degrees * (q.T @ q)
        v = np.broadcast_to(self.initial, (n_paths, d, d)).copy()
        log_price = np.zeros((n_paths, self.n_assets))
        squares = np.einsum("ica,icb->iab", self.exposures, self.exposures)
        for _ in range(steps):
            positive = _positive(v)
            root = _root(positive)
            w, z = np.sqrt(dt) * generator.standard_normal((2, n_paths, d, d))
            noise = root @ (w @ r.T + z @ own)
            log_price += np.einsum("iab,nba->ni", self.exposures, noise)
            log_price -= 0.5 * dt * np.einsum("iab,nba->ni", squares, positive)
            moved = root @ w @ q
            pull = self.drift @ positive
            v = v + dt * (level + pull + np.swapaxes(pull, 1, 2)) + moved + np.swapaxes(moved, 1, 2)
        return np.exp(log_price)


def _matrix(name: str, value: ArrayLike) -> Vector:
    try:
        matrix = np.array(value, dtype=np.float64)
    except (ValueError, TypeError):
        raise ParameterError(f"{name} must be an array of numbers") from None
    if not np.all(np.isfinite(matrix)):
        raise ParameterError(f"{name} must be finite; got {matrix[~np.isfinite(matrix)][0]}")
    matrix.flags.writeable = False
    return matrix


def _positive(v: Vector) -> Vector:
    values, vectors = np.linalg.eigh(v)
    return (vectors * np.maximum(values, 0.0)[..., None, :]) @ np.swapaxes(vectors, -1, -2)


def _root(v: Vector) -> Vector:
    values, vectors = np.linalg.eigh(v)
    return (vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)
