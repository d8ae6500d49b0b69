"""Knows how the source's model is trained: on paths that begin where real ones do.

Each step draws starts (with their steps and conditions) from the training segments and normals, and
holds the generated paths against the real ones; `rmot.neural.descend` does the rest: Adam with
warm-up, cosine decay and clipping, stopped early by validation segments, the best weights kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.neural.descent import Descent, Look, Trained, descend
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.published.losses import (
    discrepancy,
    mean_within,
    path_kernel,
    signature_loss,
    signature_target,
)
from rmot.neural.published.model import (
    Architecture,
    SignatureSDE,
    make_model,
    normalisation_of,
    simulate,
)
from rmot.neural.published.printed import MODEL
from rmot.neural.published.segments import Segments

Vector = NDArray[np.float64]
Loss = Literal["signature", "discrepancy"]

_HELD_OUT_SEED = 1_000_003


@dataclass(frozen=True, kw_only=True)
class Training:
    """What is trained and how; the defaults are printed where the source prints them.

    Parameters
    ----------
    architecture : Architecture
    descent : Descent
    loss : {"signature", "discrepancy"}
        The source's expected signatures, or the kernel's distance of whole paths.
    normalise : bool
        Whether the networks' inputs are brought to one scale; the source does not.
    mean_penalty : float
        lambda of the source's loss.
    batch : int
        Paths of a step.

    Raises
    ------
    ParameterError
        A batch of less than two paths, or a negative penalty.
    """

    architecture: Architecture
    descent: Descent
    loss: Loss = "signature"
    normalise: bool = False
    mean_penalty: float = MODEL.mean_penalty
    batch: int = MODEL.batch

    def __post_init__(self) -> None:
        """Refuse what trains nothing."""
        if self.batch < 2 or not self.mean_penalty >= 0:
            raise ParameterError(
                "expected a batch of two paths or more and mean_penalty >= 0; got "
                f"{self.batch} and {self.mean_penalty:g}"
            )


def train(
    training: Training,
    fitted: Segments,
    held_out: Segments,
    *,
    conditions: tuple[Vector, Vector] | None = None,
    report: Callable[[Look], None] | None = None,
) -> Trained[SignatureSDE]:
    """Train the model.

    Parameters
    ----------
    training : Training
    fitted, held_out : Segments
        Of the loss, and of the error that stops the search.
    conditions : tuple of ndarray, shape (n, architecture.conditions)
        Of either.
    report : callable, optional
        Is given every look.

    Raises
    ------
    CalibrationError
        The first weights have no finite loss.
    """
    about = training.architecture
    of_fitted, of_held_out = conditions or tuple(
        np.zeros((len(one), about.conditions)) for one in (fitted, held_out)
    )
    normalisation = (
        normalisation_of(fitted.log_variance, fitted.times, of_fitted)
        if training.normalise
        else None
    )
    model = make_model(about, normalisation)
    of_loss = _signature_data if training.loss == "signature" else _discrepancy_data
    data = _starts(fitted, of_fitted) | {"target": of_loss(fitted, training)}
    aside = _starts(held_out, of_held_out)
    aside["target"] = of_loss(held_out, training)
    aside["normals"] = jnp.asarray(
        np.random.default_rng(_HELD_OUT_SEED).standard_normal(aside["steps"].shape)
    )
    return descend(
        model,
        _BatchLoss(training.loss, training.batch),
        data,
        _HeldOutError(training.loss),
        aside,
        training.descent,
        report,
    )


@dataclass(frozen=True)
class _BatchLoss:
    """The loss of a batch; equal ones share what is compiled."""

    loss: Loss
    batch: int

    def __call__(self, model: SignatureSDE, data: Any, key: jax.Array) -> jax.Array:
        rows, noise = jax.random.split(key)
        count, steps = data["steps"].shape
        chosen = jax.random.randint(rows, (self.batch,), 0, count)
        normals = jax.random.normal(noise, (self.batch, steps))
        steps = data["steps"][chosen]
        path = simulate(model, data["start"][chosen], steps, normals, data["conditions"][chosen])
        return _LOSSES[self.loss](data["target"], path, _times(steps))


@dataclass(frozen=True)
class _HeldOutError:
    """The loss of all segments that are held out."""

    loss: Loss

    def __call__(self, model: SignatureSDE, data: Any) -> jax.Array:
        path = simulate(model, data["start"], data["steps"], data["normals"], data["conditions"])
        return _LOSSES[self.loss](data["target"], path, _times(data["steps"]))


def generate(
    model: SignatureSDE, segments: Segments, seed: int, conditions: Vector | None = None
) -> Vector:
    """Return log-variance from where real segments begin, shape (n, length)."""
    normals = np.random.default_rng(seed).standard_normal(segments.steps.shape)
    given = None if conditions is None else jnp.asarray(conditions)
    starts, steps = jnp.asarray(segments.log_variance[:, 0]), jnp.asarray(segments.steps)
    return np.asarray(_simulated(model, starts, steps, jnp.asarray(normals), given))


_simulated = eqx.filter_jit(simulate)
_mean_within = jax.jit(mean_within)


def _starts(segments: Segments, conditions: Vector) -> dict[str, Any]:
    return {
        "start": jnp.asarray(segments.log_variance[:, 0]),
        "steps": jnp.asarray(segments.steps),
        "conditions": jnp.asarray(conditions),
    }


def _times(steps: jax.Array) -> jax.Array:
    return jnp.pad(jnp.cumsum(steps, axis=1), ((0, 0), (1, 0)))


def _signature_data(segments: Segments, training: Training) -> Any:
    return signature_target(segments.variance, segments.times, penalty=training.mean_penalty)


def _discrepancy_data(segments: Segments, training: Training) -> Any:
    # distances to all real paths at every step would cost more than the rest
    rows = np.unique(np.linspace(0, len(segments) - 1, 2 * training.batch).astype(int))
    real = segments.log_variance
    kernel, kept = path_kernel(real), jnp.asarray(real[rows])
    return kernel, kept, _mean_within(kernel, kept)


def _signature_measure(target: Any, path: jax.Array, times: jax.Array) -> jax.Array:
    return signature_loss(target, jnp.exp(path), times)


def _discrepancy_measure(target: Any, path: jax.Array, times: jax.Array) -> jax.Array:
    kernel, real, within = target
    return discrepancy(kernel, path, real, within)


_LOSSES = {"signature": _signature_measure, "discrepancy": _discrepancy_measure}
