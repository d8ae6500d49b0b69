r"""Knows the running signature of a path in the plane, truncated at order 3, by Chen's identity.

.. math:: S_{0,t+dt} = S_{0,t} \otimes \exp(dx), \qquad
    S^3_{new} = S^3 + S^2 \otimes dx + S^1 \otimes \tfrac12 dx^{\otimes 2}
                + \tfrac16 dx^{\otimes 3}

(003, "Running Signature"). The 14 components are those of words of one, two and three letters in
lexicographic order, without the constant; letter 0 is time, letter 1 the value.
"""

from __future__ import annotations

import itertools

from rmot.neural.jaxed import jax, jnp

DIMENSION = 2
ORDER = 3
SIZES = tuple(DIMENSION**order for order in range(1, ORDER + 1))
SIZE = sum(SIZES)
WORDS = tuple(
    word
    for order in range(1, ORDER + 1)
    for word in itertools.product(range(DIMENSION), repeat=order)
)
"""Which letters each component integrates."""
OF_TIME_ALONE = tuple(not any(word) for word in WORDS)

Levels = tuple[jax.Array, jax.Array, jax.Array]


def levels(signature: jax.Array) -> Levels:
    """Return the tensors of order 1, 2, 3 of signatures, shape (..., 14) to (..., 2, 2, 2)."""
    ends = (SIZES[0], SIZES[0] + SIZES[1])
    lead = signature.shape[:-1]
    parts = jnp.split(signature, ends, axis=-1)
    first, second, third = (
        part.reshape(*lead, *(DIMENSION,) * order) for order, part in enumerate(parts, 1)
    )
    return first, second, third


def flat(tensors: Levels) -> jax.Array:
    """Return signatures of their tensors, shape (..., 14)."""
    lead = tensors[0].shape[:-1]
    return jnp.concatenate([one.reshape(*lead, -1) for one in tensors], axis=-1)


def of_segment(change: jax.Array) -> jax.Array:
    """Return the signature of straight lines, exp(dx): shape (..., 2) to (..., 14)."""
    second = _outer(change, change, 1) / 2.0
    third = _outer(second, change, 1) / 3.0
    return flat((change, second, third))


def product(left: jax.Array, right: jax.Array) -> jax.Array:
    """Return the signature of one path followed by another: Chen's identity, shape (..., 14)."""
    a, b = levels(left), levels(right)
    second = a[1] + _outer(a[0], b[0], 1) + b[1]
    third = a[2] + _outer(a[1], b[0], 1) + _outer(a[0], b[1], 2) + b[2]
    return flat((a[0] + b[0], second, third))


def update(signature: jax.Array, change: jax.Array) -> jax.Array:
    """Return signatures after one more step: shapes (..., 14) and (..., 2) to (..., 14)."""
    return product(signature, of_segment(change))


def running_signature(path: jax.Array) -> jax.Array:
    """Return the signatures of all beginnings of paths.

    Parameters
    ----------
    path : array, shape (..., length, 2)

    Returns
    -------
    array, shape (..., length, 14)
        Row t is that of the first t steps; row 0 is zero.
    """
    changes = jnp.moveaxis(jnp.diff(path, axis=-2), -2, 0)
    start = jnp.zeros((*path.shape[:-2], SIZE), path.dtype)

    _, rest = jax.lax.scan(_step, start, changes)
    return jnp.moveaxis(jnp.concatenate([start[None], rest]), 0, -2)


def signature(path: jax.Array) -> jax.Array:
    """Return the signatures of whole paths, shape (..., length, 2) to (..., 14)."""
    return running_signature(path)[..., -1, :]


def with_time(times: jax.Array, values: jax.Array) -> jax.Array:
    """Return paths in the plane, shapes (..., length) twice to (..., length, 2)."""
    return jnp.stack([jnp.broadcast_to(times, values.shape), values], axis=-1)


# a function of the module, since JAX compiles a scan anew for each other one
def _step(signature: jax.Array, change: jax.Array) -> tuple[jax.Array, jax.Array]:
    after = update(signature, change)
    return after, after


def _outer(left: jax.Array, right: jax.Array, order: int) -> jax.Array:
    """Return tensor products; `order` is that of the second factor."""
    # a batched product of matrices of one column would be slower by far
    axes = tuple(range(-order, 0))
    return jnp.expand_dims(left, axes) * jnp.expand_dims(
        right, tuple(range(right.ndim - order, left.ndim))
    )
