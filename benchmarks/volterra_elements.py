"""Knows the fractional Riccati equation on a mesh that grows geometrically from zero.

    D^alpha h = c0 + c1 h + c2 h^2,  h(0) = 0,   means of h and of the right side over [0, T]

On a first short element the solution is its power series in t^alpha; on every following one, twice
as long as all before it, the right side is a polynomial at Gauss nodes and the Volterra equation is
collocated there. All frequencies share one mesh up to a scale, so that the weights of history
depend only on the distance between elements. The method is kept apart from that of the engine,
which it has to judge: K. Diethelm, "The Analysis of Fractional Differential Equations", Springer
(2010), chapter 6, for the series; H. Brunner, "Collocation Methods for Volterra Integral and
Related Functional Equations", Cambridge (2004), chapter 6, for graded meshes.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, hyp2f1, roots_jacobi

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

_DECAY = 0.3
"""Ratio of successive terms of the series at the end of the first element."""

_NEWTON_STEPS = 30
_NEWTON_TOLERANCE = 1e-13
_SUBDIVISIONS = 12


class NotConverged(Exception):
    """Newton's method failed on an element."""


def _lagrange(nodes: Real, at: Real) -> Real:
    """Values (len(at), len(nodes)) of the Lagrange polynomials of `nodes`."""
    legendre = np.polynomial.legendre.legvander
    degree = len(nodes) - 1
    basis = legendre(2.0 * nodes - 1.0, degree).T
    return np.linalg.solve(basis, legendre(2.0 * at - 1.0, degree).T).T.astype(np.float64)


def _gauss(count: int) -> tuple[Real, Real]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (1.0 + nodes), 0.5 * weights


@dataclass
class VolterraElements:
    """Solver for one order alpha.

    Parameters
    ----------
    alpha : float
        Order in (1/2, 1].
    nodes : int
        Gauss nodes on an element.
    terms : int
        Terms of the power series.
    """

    alpha: float
    nodes: int = 20
    terms: int = 36
    _history: list[Real] = field(default_factory=list, init=False)
    _start: list[Real] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Build what does not depend on the number of elements."""
        self._x, self._weights = _gauss(self.nodes)
        y, w = roots_jacobi(self.nodes, self.alpha - 1.0, 0.0)
        at, w = 0.5 * (1.0 + y), w * 0.5**self.alpha
        self._local = np.stack(
            [x**self.alpha * (w @ _lagrange(self._x, x * at)) for x in self._x]
        ) / math.gamma(self.alpha)
        k = np.arange(self.terms)
        self._growth = np.exp(gammaln(self.alpha * k + 1.0) - gammaln(self.alpha * (k + 1.0) + 1.0))

    def _history_weights(self, lag: int) -> Real:
        """Weights (nodes, nodes) of the element [1, 2] in h on the element `lag` behind it."""
        while len(self._history) < lag:
            distance = len(self._history) + 1
            target = 2.0**distance * (1.0 + self._x)
            s, w = _gauss(32)
            if distance == 1:
                # targets come close to the end of the element: so must the nodes
                edges = 1.0 - 0.5 ** np.arange(_SUBDIVISIONS)
                lower, upper = edges, np.append(edges[1:], 1.0)
                s = (lower[:, None] + (upper - lower)[:, None] * s).ravel()
                w = ((upper - lower)[:, None] * w).ravel()
            kernel = (target[:, None] - 1.0 - s) ** (self.alpha - 1.0) * w
            self._history.append(kernel @ _lagrange(self._x, s) / math.gamma(self.alpha))
        return self._history[lag - 1]

    def _start_weights(self, element: int) -> Real:
        """Weights (nodes, terms) of the powers t^(alpha k) on [0, 1] in h on an element."""
        while len(self._start) <= element:
            target = 2.0 ** len(self._start) * (1.0 + self._x)
            power = self.alpha * np.arange(self.terms) + 1.0
            above = hyp2f1(1.0 - self.alpha, power, power + 1.0, 1.0 / target[:, None])
            scale = target[:, None] ** (self.alpha - 1.0) / math.gamma(self.alpha)
            self._start.append(scale * above / power)
        return self._start[element]

    def _series(self, c0: Complex, c1: Complex, c2: Real) -> Complex:
        """Coefficients (terms + 1, n) of h in powers of t^alpha."""
        b = np.zeros((self.terms + 1, len(c0)), dtype=np.complex128)
        b[1] = c0 * self._growth[0]
        for k in range(1, self.terms):
            square = np.einsum("in,in->n", b[1:k], b[k - 1 : 0 : -1]) if k > 1 else 0.0
            b[k + 1] = self._growth[k] * (c1 * b[k] + c2 * square)
        return b

    def means(
        self, c0: Complex, c1: Complex, c2: float, maturity: float
    ) -> tuple[Complex, Complex]:
        """Return the means over [0, T] of h and of c0 + c1 h + c2 h^2.

        Parameters
        ----------
        c0, c1 : complex ndarray, shape (n,)
        c2 : float
        maturity : float

        Returns
        -------
        two complex ndarrays, shape (n,)

        Raises
        ------
        NotConverged
            Newton's method failed on an element.
        """
        scale = 1.0 / (np.abs(c1) + np.sqrt(np.abs(c0) * c2) + 1e-300)
        trial = self._series(c0 * scale, c1 * scale, c2 * scale)
        k = np.arange(self.terms // 2, self.terms + 1)[:, None]
        size = np.max((np.abs(trial[k[:, 0]]) / np.abs(trial[1]) + 1e-300) ** (1.0 / k), axis=0)
        first = (_DECAY * scale / size) ** (1.0 / self.alpha)
        elements = np.ceil(np.maximum(np.log2(maturity / first), 0.0)).astype(int)
        order = np.argsort(-elements, kind="stable")
        sums = self._march(c0[order], c1[order], c2, maturity, elements[order])
        found = np.empty_like(sums)
        found[:, order] = sums
        return found[0], found[1]

    def _march(
        self, c0: Complex, c1: Complex, c2: float, maturity: float, elements: NDArray[np.intp]
    ) -> Complex:
        unit = 0.5**elements
        clock = (maturity * unit) ** self.alpha
        c0, c1, quadratic = c0 * clock, c1 * clock, np.asarray(c2 * clock, dtype=np.float64)
        b = self._series(c0, c1, quadratic)
        source = b[1:] / self._growth[:, None]
        power = self.alpha * np.arange(self.terms + 1) + 1.0
        sums = np.stack([unit * (b.T @ (1.0 / power)), unit * (source.T @ (1.0 / power[:-1]))])
        last = b.sum(axis=0)
        rows: list[Complex] = []
        for element in range(int(elements[0])):
            n = int(np.count_nonzero(elements > element))
            past = self._start_weights(element) @ source[:, :n]
            for lag in range(1, element + 1):
                past += 2.0 ** (self.alpha * (element - lag)) * (
                    self._history_weights(lag) @ rows[element - lag][:, :n]
                )
            matrix = 2.0 ** (self.alpha * element) * self._local
            h = _newton(past.T, matrix, c0[:n], c1[:n], quadratic[:n], last[:n])
            right = c0[:n] + (c1[:n] + quadratic[:n] * h) * h
            rows.append(right)
            last = h[-1]
            length = 2.0**element * unit[:n]
            sums[0, :n] += length * (self._weights @ h)
            sums[1, :n] += length * (self._weights @ right)
        sums[1] /= clock
        return sums


def _newton(
    past: Complex, matrix: Real, c0: Complex, c1: Complex, c2: Real, last: Complex
) -> Complex:
    """Solve h = past + matrix (c0 + c1 h + c2 h^2) at the nodes; past (n, nodes), h (nodes, n)."""
    c0, c1, c2 = c0[:, None], c1[:, None], c2[:, None]
    h = np.repeat(last[:, None], past.shape[1], axis=1)
    identity = np.eye(past.shape[1])
    for _ in range(_NEWTON_STEPS):
        residual = h - past - (c0 + (c1 + c2 * h) * h) @ matrix.T
        jacobian = identity - matrix * (c1 + 2.0 * c2 * h)[:, None, :]
        step = np.linalg.solve(jacobian, residual[:, :, None])[:, :, 0]
        h = h - step
        if np.max(np.abs(step) / (np.abs(h) + 1e-300)) < _NEWTON_TOLERANCE:
            return h.T
    raise NotConverged("Newton's method did not converge on an element")
