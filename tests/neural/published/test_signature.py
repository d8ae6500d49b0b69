import itertools

import numpy as np
import pytest
import roughpy
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.neural.jaxed import jnp
from rmot.neural.published.signature import (
    SIZE,
    WORDS,
    of_segment,
    product,
    running_signature,
    signature,
    update,
    with_time,
)


@pytest.fixture(scope="module")
def path():
    generator = np.random.default_rng(4)
    return np.cumsum(generator.standard_normal((12, 2)), axis=0)


def test_all_beginnings_agree_with_roughpy(path):
    context = roughpy.get_context(width=2, depth=3, coeffs=roughpy.DPReal)
    stream = roughpy.LieIncrementStream.from_increments(
        np.diff(path, axis=0), indices=np.arange(1.0, len(path)), ctx=context
    )
    found = np.asarray(running_signature(jnp.asarray(path)))
    assert found.shape == (12, SIZE)
    assert not found[0].any()
    for row in range(1, len(path)):
        upto = roughpy.RealInterval(0.0, row + 0.5)  # pyright: ignore
        oracle = np.array(stream.signature(upto))  # pyright: ignore
        assert oracle[0] == 1.0
        # sums of a few hundred products of order one
        assert np.allclose(found[row], oracle[1:], rtol=0, atol=1e-12 * np.abs(oracle).max())


# of one length: each other one would be compiled anew
PLANE = st.lists(st.tuples(*[st.floats(-2, 2, allow_nan=False)] * 2), min_size=6, max_size=6).map(
    lambda points: jnp.asarray(np.array(points))
)


@settings(max_examples=15, deadline=None)
@given(PLANE)
def test_chen_s_identity(points):
    whole = signature(points)
    parts = product(signature(points[:3]), signature(points[2:]))
    assert np.allclose(whole, parts, atol=1e-11)
    one = update(signature(points[:-1]), points[-1] - points[-2])
    assert np.allclose(whole, one, atol=1e-11)


@settings(max_examples=15, deadline=None)
@given(PLANE)
def test_products_are_sums_over_shuffles(points):
    value = dict(zip(WORDS, np.asarray(signature(points)), strict=True))
    for first in ((0,), (1,)):
        for second in (word for word in WORDS if len(word) < 3):
            total = sum(value[word] for word in shuffles(first, second))
            assert value[first] * value[second] == pytest.approx(total, abs=1e-10)


def shuffles(first, second):
    count = len(first) + len(second)
    for places in itertools.combinations(range(count), len(first)):
        one, two = iter(first), iter(second)
        yield tuple(next(one) if at in places else next(two) for at in range(count))


def test_a_line_has_the_exponential_of_its_change():
    found = of_segment(jnp.array([0.3, -0.7]))
    for word, value in zip(WORDS, np.asarray(found), strict=True):
        factor = np.prod([(0.3, -0.7)[letter] for letter in word])
        assert value == pytest.approx(factor / [1, 2, 6][len(word) - 1], abs=1e-15)


def test_paths_are_batched(path):
    both = jnp.stack([jnp.asarray(path), 2 * jnp.asarray(path)])
    assert np.array_equal(running_signature(both)[1], running_signature(both[1]))
    assert with_time(jnp.arange(3.0), jnp.zeros((5, 3))).shape == (5, 3, 2)
