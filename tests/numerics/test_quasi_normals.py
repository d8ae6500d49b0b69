"""Steps of quasi-random Brownian paths: orthogonal components, moments, memory, determinism."""

import numpy as np
import pytest

from rmot.numerics import quasi_normals
from rmot.numerics.quasi_normals import normal_steps, principal_components


@pytest.mark.parametrize("steps", [1, 2, 7, 64])
def test_components_are_orthogonal_and_in_order_of_the_variance_of_the_path(steps):
    components = principal_components(steps)
    assert np.allclose(components @ components.T, np.eye(steps), atol=1e-13)
    path = np.cumsum(components, axis=0)
    # columns are eigenvectors of the covariance of the path, times roots of the eigenvalues
    eigenvalues = np.linalg.eigvalsh(np.minimum.outer(*2 * [np.arange(1, steps + 1)]).astype(float))
    assert np.allclose(np.sum(path**2, axis=0), eigenvalues[::-1], rtol=1e-11)


def test_steps_are_independent_standard_normals():
    given = np.concatenate([chunk for _, chunk in normal_steps(6, 2, 2**14, 8, 3)])
    assert given.shape == (2**14, 2, 6)
    flat = given.reshape(2**14, 12)
    # evenly spread points are nearer than independent ones, whose errors are these
    error = 1 / 2**7
    assert np.all(np.abs(flat.mean(axis=0)) < error)
    assert np.all(np.abs(flat.T @ flat / 2**14 - np.eye(12)) < 4 * error)
    kurtosis = np.mean(flat**4, axis=0)
    assert np.all(np.abs(kurtosis - 3.0) < 4 * np.sqrt(96.0) * error)


def test_scramblings_come_in_order_and_differ():
    numbers, chunks = zip(*normal_steps(4, 1, 2**14, 4, 0), strict=True)
    assert list(numbers) == sorted(numbers)
    assert set(numbers) == {0, 1, 2, 3}
    assert max(map(len, chunks)) <= 2048
    assert not np.array_equal(chunks[0], chunks[-1])


def test_numbers_do_not_depend_on_what_is_kept(monkeypatch):
    kept = np.concatenate([chunk for _, chunk in normal_steps(4, 2, 2**12, 2, 5)])
    monkeypatch.setattr(quasi_normals, "_MOST_KEPT", 0)
    made = np.concatenate([chunk for _, chunk in normal_steps(4, 2, 2**12, 2, 5)])
    assert np.array_equal(kept, made)
    other = np.concatenate([chunk for _, chunk in normal_steps(4, 2, 2**12, 2, 6)])
    assert not np.array_equal(made, other)
