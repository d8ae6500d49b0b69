r"""Knows how a module's weights are found: Adam, clipped gradients, a held-out error that ends it.

The rate rises linearly to its height over the warm-up, then falls along half a cosine. Every few
steps the held-out error is measured; the weights where it was least are the result. D. Kingma and
J. Ba, "Adam: a method for stochastic optimization" (2015); I. Loshchilov and F. Hutter, "SGDR"
(2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from rmot.errors import CalibrationError, ParameterError
from rmot.neural.jaxed import eqx, jax, jnp

M = TypeVar("M", bound=eqx.Module)
Stopped = Literal["finished", "early", "not finite"]


@dataclass(frozen=True, kw_only=True)
class Descent:
    """How weights are searched.

    Parameters
    ----------
    steps : int
        Most steps.
    learning_rate : float
        At its height.
    warm_up : int
        Steps over which the rate rises, fewer than `steps`.
    last_rate : float
        The last rate's share of the highest, in [0, 1].
    clip : float
        Largest norm of a gradient.
    measure_every : int
        Steps between two looks at the held-out error.
    patience : int
        Looks without a new least error after which the search ends.
    seed : int
        Of what a loss draws.

    Raises
    ------
    ParameterError
        Naming the number and the value given.
    """

    steps: int
    learning_rate: float
    warm_up: int = 0
    last_rate: float = 0.0
    clip: float = 1.0
    measure_every: int = 10
    patience: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no search."""
        for name, least in (
            ("steps", 1),
            ("warm_up", 0),
            ("measure_every", 1),
            ("patience", 1),
            ("seed", 0),
        ):
            if getattr(self, name) < least:
                raise ParameterError(f"expected {name} >= {least}; got {getattr(self, name)}")
        for name in ("learning_rate", "clip"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ParameterError(f"expected {name} above 0; got {getattr(self, name)}")
        if not 0.0 <= self.last_rate <= 1.0:
            raise ParameterError(f"expected last_rate in [0, 1]; got {self.last_rate}")
        if self.warm_up >= self.steps:
            raise ParameterError(f"expected warm_up below steps, {self.steps}; got {self.warm_up}")


@dataclass(frozen=True)
class Look:
    """What is known of the search at a step.

    Attributes
    ----------
    step : int
        Steps taken.
    loss : float
        Of the weights at this step, on what they are fitted to.
    held_out : float
        Their error on what was held out.
    least : float
        The least such error so far.
    learning_rate : float
    """

    step: int
    loss: float
    held_out: float
    least: float
    learning_rate: float


@dataclass(frozen=True, eq=False)
class Trained(Generic[M]):
    """The weights with the least held-out error.

    Attributes
    ----------
    module : Module
    step : int
        At which they were met.
    history : tuple of Look
    stopped : {"finished", "early", "not finite"}
        All steps were taken; the held-out error stopped falling; a loss, error or gradient was no
        number any more.
    remark : str
        The same as a sentence.
    """

    module: M
    step: int
    history: tuple[Look, ...]
    stopped: Stopped
    remark: str


def descend(
    module: M,
    loss: Callable[[M, Any, jax.Array], jax.Array],
    data: Any,
    held_out: Callable[[M, Any], jax.Array],
    held_out_data: Any,
    settings: Descent,
    report: Callable[[Look], None] | None = None,
) -> Trained[M]:
    """Fit a module's arrays of floats.

    Parameters
    ----------
    module : Module
        Its floating-point arrays are free; wrap one in `jax.lax.stop_gradient` to hold it.
    loss : callable
        ``loss(module, data, key)``, a scalar; `key` is another one at every step. What is compiled
        serves every descent of an equal loss, equal settings and modules of one structure.
    data, held_out_data : pytree
        Arrays that the two functions take. They are arguments, not constants, of what is compiled.
    held_out : callable
        ``held_out(module, held_out_data)``, a scalar.
    settings : Descent
    report : callable, optional
        Is given every look.

    Returns
    -------
    Trained
        The module of the least held-out error, with the looks on the way.

    Raises
    ------
    CalibrationError
        If loss or held-out error of the given weights are no numbers: there are none to keep.
    """
    rate, adam = _rate(settings), _adam(settings)
    free, fixed = eqx.partition(module, eqx.is_inexact_array)
    # what came of Python's numbers has a type of its own, for which all would be compiled twice
    free = jax.tree.map(lambda leaf: jax.lax.convert_element_type(leaf, leaf.dtype), free)
    state = adam.init(free)
    key = jax.random.PRNGKey(settings.seed)
    best, best_step, least, waited = free, 0, math.inf, 0
    history: list[Look] = []

    def ended(stopped: Stopped, remark: str) -> Trained[M]:
        kept = f"{remark}; the weights of step {best_step} are kept, held-out error {least:.6g}"
        return Trained(eqx.combine(best, fixed), best_step, tuple(history), stopped, kept)

    for step in range(settings.steps + 1):
        moved, after, value, slope = _advance(
            loss, settings, fixed, free, state, data, key, jnp.asarray(step)
        )
        finite = math.isfinite(value) and math.isfinite(slope)
        due = step % settings.measure_every == 0 or step == settings.steps
        if due and finite:
            error = float(_measure(held_out, fixed, free, held_out_data))
            finite = math.isfinite(error)
            if finite:
                waited = 0 if error < least else waited + 1
                if error < least:
                    best, best_step, least = free, step, error
                look = Look(step, float(value), error, least, float(rate(step)))
                history.append(look)
                if report is not None:
                    report(look)
        if not finite:
            if not history:
                raise CalibrationError(
                    f"expected a finite loss and held-out error of the first weights; got loss "
                    f"{float(value)} with a gradient of norm {float(slope)}"
                )
            return ended("not finite", f"loss or gradient is no number at step {step}")
        if waited >= settings.patience:
            return ended("early", f"stopped early at step {step}")
        free, state = moved, after
    return ended("finished", f"all {settings.steps} steps are taken")


# functions of the module, since JAX compiles closures anew at every descent
@eqx.filter_jit
def _advance(
    loss: Callable[..., jax.Array],
    settings: Descent,
    fixed: Any,
    free: Any,
    state: Any,
    data: Any,
    key: jax.Array,
    step: jax.Array,
) -> tuple[Any, Any, jax.Array, jax.Array]:
    """Return weights and state after a step, the loss before it and its gradient's norm."""
    import optax

    def of_free(free: Any) -> jax.Array:
        return loss(eqx.combine(free, fixed), data, jax.random.fold_in(key, step))

    value, gradient = jax.value_and_grad(of_free)(free)
    updates, after = _adam(settings).update(gradient, state, free)
    return optax.apply_updates(free, updates), after, value, _norm(gradient)


@eqx.filter_jit
def _measure(held_out: Callable[..., jax.Array], fixed: Any, free: Any, data: Any) -> jax.Array:
    return held_out(eqx.combine(free, fixed), data)


def _adam(settings: Descent) -> Any:
    import optax

    return optax.chain(optax.clip_by_global_norm(settings.clip), optax.adam(_rate(settings)))


def _norm(gradient: Any) -> jax.Array:
    return jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)))


def _rate(settings: Descent) -> Callable[[Any], Any]:
    """Return the learning rate as a function of the step."""

    def rate(step: Any) -> Any:
        rising = (step + 1.0) / (settings.warm_up + 1.0)
        past = jnp.clip((step - settings.warm_up) / (settings.steps - settings.warm_up), 0.0, 1.0)
        falling = 0.5 * (1.0 + jnp.cos(jnp.pi * past))
        share = settings.last_rate + (1.0 - settings.last_rate) * falling
        return settings.learning_rate * jnp.minimum(rising, share)

    return rate
