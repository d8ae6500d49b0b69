"""Knows standard normal steps of Brownian paths, spread evenly: randomised quasi-Monte-Carlo.

Scrambled Sobol points (A. Owen, "Randomly permuted (t, m, s)-nets and (t, s)-sequences", 1995) give
the principal components of the paths in order of size, as in P. Acworth, M. Broadie and
P. Glasserman, "A comparison of some Monte Carlo and quasi Monte Carlo techniques" (1998). Each
scrambling is an unbiased sample of its own, so their spread estimates the error of their mean.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_CHUNK = 2048
_BITS = 30
_MOST_KEPT = 1 << 22
"""Numbers that one set of paths may hold to be kept in memory; larger ones are made anew."""


def principal_components(steps: int) -> NDArray[np.float64]:
    """Return the orthogonal matrix that maps components of a Brownian path to its unit steps.

    Shape (steps, steps): row n holds step n, column m the component with the m-th largest
    variance. The eigenvectors of min(i, j) are sines, and their differences cosines.
    """
    m = np.arange(steps)
    angle = (2.0 * m + 1.0) * np.pi / (2.0 * steps + 1.0)
    return 2.0 / np.sqrt(2.0 * steps + 1.0) * np.cos(np.outer(m + 0.5, angle))


def normal_steps(
    steps: int, drivers: int, paths: int, scramblings: int, seed: int
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield (scrambling, normals) in a fixed order, in chunks of bounded size.

    Parameters
    ----------
    steps, drivers : int
        Steps of a path, and independent Brownian motions that each path has.
    paths : int
        All scramblings together; a power of two, as is the number of scramblings.
    scramblings : int
    seed : int

    Yields
    ------
    int
        Number of the scrambling, which ascends.
    ndarray, shape (chunk, drivers, steps)
        Independent standard normals: the steps of Brownian motions in units of their deviation.
    """
    given = (steps, drivers, paths, scramblings, seed)
    if steps * drivers * paths <= _MOST_KEPT:
        yield from _kept(*given)
    else:
        yield from _made(*given)


@lru_cache(maxsize=8)
def _kept(*given: int) -> tuple[tuple[int, NDArray[np.float64]], ...]:
    return tuple(_made(*given))


def _made(
    steps: int, drivers: int, paths: int, scramblings: int, seed: int
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    from scipy.special import ndtri
    from scipy.stats import qmc

    components = principal_components(steps).T
    each = paths // scramblings
    for number in range(scramblings):
        generator = np.random.default_rng([seed, number])
        # SciPy calls it rng from 1.15 on, and takes both names
        points = qmc.Sobol(steps * drivers, bits=_BITS, seed=generator)  # pyright: ignore[reportCallIssue]
        for _ in range(0, each, _CHUNK):
            # the centre of its cell, so that no coordinate is 0
            uniform = points.random(min(each, _CHUNK)) + 0.5 ** (_BITS + 1)
            normal = ndtri(uniform).reshape(-1, steps, drivers)
            chunk = np.ascontiguousarray(normal.transpose(0, 2, 1)) @ components
            chunk.flags.writeable = False
            yield number, chunk
