r"""Knows the free coordinates of the neural Volterra law, each on the whole line.

.. math:: H = \tfrac12 \sigma(h), \qquad \rho = -\sigma(r), \qquad \xi_0(t) = e^{x_i}
          \text{ on } (T_{i-1}, T_i)

with sigma the logistic function. The correlation is negative: else the price would lose its mean
(P. Gassiat, "On the martingale property in the rough Bergomi model", 2019).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import ParameterError
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.shape import Shape


class Coordinates(eqx.Module):
    """What is learned.

    Attributes
    ----------
    hurst_score, correlation_score : array, scalars
        h and r above.
    log_variances : array, shape (pieces,)
        Of forward variance, constant between given times.
    shape : Shape
    """

    hurst_score: jax.Array
    correlation_score: jax.Array
    log_variances: jax.Array
    shape: Shape

    @classmethod
    def at(
        cls, hurst: float, correlation: float, variances: ArrayLike, shape: Shape
    ) -> Coordinates:
        """Return the coordinates of given values.

        Raises
        ------
        ParameterError
            H outside (0, 1/2), rho outside (-1, 0), or a variance that is not positive.
        """
        for name, value, low, high in (
            ("hurst", hurst, 0.0, 0.5),
            ("correlation", correlation, -1.0, 0.0),
        ):
            if not low < value < high:
                raise ParameterError(f"expected {name} between {low} and {high}; got {value}")
        positive = np.asarray(variances, dtype=np.float64)
        if positive.ndim != 1 or not np.all(positive > 0.0):
            raise ParameterError(f"expected positive variances in a row; got {variances}")
        return cls(
            _logit(jnp.asarray(2.0 * hurst)),
            _logit(jnp.asarray(-correlation)),
            jnp.log(positive),
            shape,
        )

    @property
    def hurst(self) -> jax.Array:
        """H in (0, 1/2)."""
        return 0.5 * jax.nn.sigmoid(self.hurst_score)

    @property
    def correlation(self) -> jax.Array:
        """Rho in (-1, 0)."""
        return -jax.nn.sigmoid(self.correlation_score)

    @property
    def variances(self) -> jax.Array:
        """Values of forward variance, shape (pieces,)."""
        return jnp.exp(self.log_variances)


def _logit(share: jax.Array) -> jax.Array:
    return jnp.log(share) - jnp.log1p(-share)
