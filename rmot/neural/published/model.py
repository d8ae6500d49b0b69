r"""Knows the source's stochastic differential equation for log-variance, driven by its signature.

.. math:: dX_t = \kappa(\theta - X_t) dt + a \tanh N_\mu(\mathbb S_{0,t}, X_t) dt
    + \bigl(b + c\,\mathrm{sigmoid} N_\sigma(\mathbb S_{0,t}, X_t)\bigr) dW_t, \qquad V = e^X

with :math:`\mathbb S_{0,t}` the running signature of :math:`(s, X_s)`, in Euler steps (003,
"Signature-Conditional Neural SDE" and "Neural Network"). As printed the networks see time in years
and signatures as they are, over eight orders of magnitude; `Normalisation` brings each input to a
deviation of one. Steps end at H = 1/2: below its grid this is a diffusion, whatever it learned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.neural.config import from_mapping
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.published import signature
from rmot.neural.published.printed import MODEL
from rmot.neural.shape import require_feasible
from rmot.neural.weights import load_weights

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What the networks are; the defaults are printed.

    Parameters
    ----------
    width, depth : int
        Of both networks.
    drift_scale, diffusion_scale, diffusion_floor : float
        The drift net is in [-drift_scale, drift_scale], the diffusion in
        [floor, floor + diffusion_scale].
    mean_reversion, long_run_log_variance : float
        kappa > 0 and theta.
    learn_reversion : bool
        Whether these two are free; they are held as printed otherwise.
    use_signature : bool
        Whether the networks see the path; only X otherwise.
    conditions : int
        Further inputs that stay what they are along a path, such as a regime.
    precision : {"double", "single"}
        Of the networks alone; in single precision their values carry some 1e-6 as an error, in half
        the time.
    seed : int
        Of the first weights.
    """

    width: int = MODEL.width
    depth: int = MODEL.depth
    drift_scale: float = MODEL.drift_scale
    diffusion_scale: float = MODEL.diffusion_scale
    diffusion_floor: float = MODEL.diffusion_floor
    mean_reversion: float = MODEL.mean_reversion
    long_run_log_variance: float = MODEL.long_run_log_variance
    learn_reversion: bool = False
    use_signature: bool = True
    conditions: int = 0
    precision: Literal["double", "single"] = "double"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no networks."""
        for name, least in (("width", 1), ("depth", 1), ("conditions", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise ParameterError(f"expected {name} >= {least}; got {getattr(self, name)}")
        require_feasible(self.width, self.depth, self.inputs)
        for name in ("drift_scale", "diffusion_scale", "diffusion_floor", "mean_reversion"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ParameterError(f"expected {name} above 0; got {getattr(self, name)}")

    @property
    def inputs(self) -> int:
        """Signature, log-variance and conditions: 15 as printed."""
        return signature.SIZE + 1 + self.conditions


@dataclass(frozen=True)
class Normalisation:
    """Shift and scale of the networks' inputs: shape (inputs,) each."""

    shift: Vector
    scale: Vector


NAME = "signature_sde"
"""By which its weights are known."""


class SignatureSDE(eqx.Module):
    """The model, with its weights.

    What variants differ in is arrays, so that they share what JAX compiles.

    Attributes
    ----------
    drift, diffusion : MLP
    log_mean_reversion, long_run : scalar arrays
    shift, scale : arrays, shape (inputs,)
        Held: inputs enter as (input - shift) / scale; an infinite scale hides one.
    drift_scale, diffusion_scale, diffusion_floor : scalar arrays
        Held, as in `Architecture`.
    learn_reversion : scalar array of bool
    precision : {"double", "single"}
    """

    drift: eqx.nn.MLP
    diffusion: eqx.nn.MLP
    log_mean_reversion: jax.Array
    long_run: jax.Array
    shift: jax.Array
    scale: jax.Array
    drift_scale: jax.Array
    diffusion_scale: jax.Array
    diffusion_floor: jax.Array
    learn_reversion: jax.Array
    precision: Literal["double", "single"] = eqx.field(static=True)

    @property
    def conditions(self) -> int:
        """Inputs beside signature and log-variance."""
        return self.shift.shape[0] - signature.SIZE - 1

    def coefficients(self, inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return drift and diffusion of X: shape (n, inputs) to (n,) twice, per year."""
        x, hold = inputs[:, signature.SIZE], jax.lax.stop_gradient
        scaled = (inputs - hold(self.shift)) / hold(self.scale)
        speed, level = (
            jnp.where(self.learn_reversion, free, hold(free))
            for free in (jnp.exp(self.log_mean_reversion), self.long_run)
        )
        nets = self.drift, self.diffusion
        if self.precision == "single":
            nets, scaled = jax.tree.map(_single, (nets, scaled))
        first, second = (jax.vmap(net)(scaled)[:, 0].astype(x.dtype) for net in nets)
        drift = speed * (level - x) + hold(self.drift_scale) * jnp.tanh(first)
        spread = hold(self.diffusion_scale) * jax.nn.sigmoid(second)
        return drift, hold(self.diffusion_floor) + spread


def _single(leaf: Any) -> Any:
    return leaf.astype(jnp.float32) if eqx.is_inexact_array(leaf) else leaf


def make_model(
    architecture: Architecture, normalisation: Normalisation | None = None
) -> SignatureSDE:
    """Return a model with random weights; inputs as they are without a normalisation.

    Raises
    ------
    ParameterError
        A normalisation of another size, or with a scale that is not positive.
    """
    size = architecture.inputs
    if normalisation is None:
        normalisation = Normalisation(np.zeros(size), np.ones(size))
    shift, scale = normalisation.shift, normalisation.scale
    if shift.shape != (size,) or scale.shape != (size,) or not np.all(scale > 0):
        raise ParameterError(
            f"expected shifts and positive scales of {size} inputs; got shapes {shift.shape} and "
            f"{scale.shape}, least scale {np.min(scale, initial=math.inf):g}"
        )
    if not architecture.use_signature:
        scale = np.where(np.arange(size) < signature.SIZE, np.inf, scale)
    first, second = jax.random.split(jax.random.PRNGKey(architecture.seed))
    nets = [
        eqx.nn.MLP(size, 1, architecture.width, architecture.depth, activation=jnp.tanh, key=key)
        for key in (first, second)
    ]
    return SignatureSDE(
        nets[0],
        nets[1],
        # of a stated type: JAX would compile a step anew for one that it only assumed
        jnp.asarray(math.log(architecture.mean_reversion), jnp.float64),
        jnp.asarray(architecture.long_run_log_variance, jnp.float64),
        jnp.asarray(shift),
        jnp.asarray(scale),
        jnp.asarray(architecture.drift_scale, jnp.float64),
        jnp.asarray(architecture.diffusion_scale, jnp.float64),
        jnp.asarray(architecture.diffusion_floor, jnp.float64),
        jnp.asarray(architecture.learn_reversion),
        architecture.precision,
    )


def load_model(path: str | Path) -> SignatureSDE:
    """Return a model from its weights; see `rmot.neural.load_weights` for what is refused."""

    def build(config: Mapping[str, Any]) -> SignatureSDE:
        return make_model(from_mapping(config["architecture"], Architecture, "architecture"))

    return load_weights(path, NAME, build)[0]


def simulate(
    model: SignatureSDE,
    start: jax.Array,
    steps: jax.Array,
    normals: jax.Array,
    conditions: jax.Array | None = None,
) -> jax.Array:
    """Take Euler steps.

    Parameters
    ----------
    model : SignatureSDE
    start : array, shape (n,)
        Log-variance.
    steps : array, shape (n, m)
        Years.
    normals : array, shape (n, m)
        Independent standard normals.
    conditions : array, shape (n, model.conditions), optional

    Returns
    -------
    array, shape (n, m + 1)
        Log-variance, the start included.

    Raises
    ------
    ParameterError
        Conditions that the model does not have, or none for a model with some.
    """
    wanted = model.conditions
    given = jnp.zeros((start.shape[0], 0)) if conditions is None else conditions
    if given.shape != (start.shape[0], wanted):
        raise ParameterError(
            f"expected conditions of shape {(start.shape[0], wanted)}; got {given.shape}"
        )

    def advance(
        state: tuple[jax.Array, jax.Array], step: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        path, x = state
        dt, normal = step
        drift, diffusion = model.coefficients(jnp.concatenate([path, x[:, None], given], axis=1))
        change = drift * dt + diffusion * jnp.sqrt(dt) * normal
        path = signature.update(path, jnp.stack([dt, change], axis=1))
        return (path, x + change), x + change

    begin = (jnp.zeros((start.shape[0], signature.SIZE)), start)
    _, rest = jax.lax.scan(advance, begin, (steps.T, normals.T))
    return jnp.concatenate([start[None], rest]).T


def normalisation_of(
    log_variance: Vector, times: Vector, conditions: Vector | None = None
) -> Normalisation:
    """Return mean and deviation of what the networks would see along real paths.

    Parameters
    ----------
    log_variance, times : ndarray, shape (n, length)
    conditions : ndarray, shape (n, k), optional
    """
    path = signature.with_time(jnp.asarray(times), jnp.asarray(log_variance))
    seen = np.asarray(signature.running_signature(path))[:, :-1].reshape(-1, signature.SIZE)
    columns = [seen, log_variance[:, :-1].reshape(-1, 1)]
    if conditions is not None:
        columns.append(np.repeat(conditions, log_variance.shape[1] - 1, axis=0))
    inputs = np.concatenate(columns, axis=1)
    deviation = inputs.std(axis=0)
    return Normalisation(inputs.mean(axis=0), np.where(deviation > 0, deviation, 1.0))
