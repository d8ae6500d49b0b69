"""Knows the random numbers that simulated paths are made of: independent, antithetic or Sobol.

Paths are drawn in chunks, each with numbers of its own that depend on the seed and on the chunk's
place alone: results do not depend on the number of threads, and the first paths of a larger
simulation are those of a smaller one. Antithetic paths are neighbours, 2i and 2i + 1.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.path_grid import check_whole_number

Vector = NDArray[np.float64]
Sampling = Literal["random", "antithetic", "sobol"]

CHUNK = 4096
"""Paths that share a stream of random numbers; even."""

SAMPLINGS = ("random", "antithetic", "sobol")
_BITS = 30
_MOST_DIMENSIONS = 21201


@dataclass(frozen=True)
class PathDraws:
    """How the numbers of all paths are drawn.

    Parameters
    ----------
    normals, uniforms : int
        How many standard normals and how many numbers uniform on (0, 1) a path takes.
    n_paths : int
        At least 1; even for antithetic paths, a power of two for Sobol points.
    seed : int
        At least 0.
    sampling : {"random", "antithetic", "sobol"}
        Antithetic paths have normals z and -z, uniforms u and 1 - u. Sobol points are scrambled,
        with the uniforms' coordinates before those of the normals.

    Raises
    ------
    ParameterError
        Naming the number and the value given.
    """

    normals: int
    uniforms: int
    n_paths: int
    seed: int
    sampling: Sampling = "random"

    def __post_init__(self) -> None:
        """Refuse what draws no paths."""
        check_whole_number("n_paths", self.n_paths, 1)
        check_whole_number("seed", self.seed, 0)
        if self.sampling not in SAMPLINGS:
            raise ParameterError(f"sampling must be one of {SAMPLINGS}; got {self.sampling!r}")
        if self.sampling == "antithetic" and self.n_paths % 2:
            raise ParameterError(f"n_paths must be even for antithetic paths; got {self.n_paths}")
        if self.sampling == "sobol":
            if self.n_paths & (self.n_paths - 1):
                raise ParameterError(
                    f"n_paths must be a power of two for Sobol points; got {self.n_paths}"
                )
            if self.normals + self.uniforms > _MOST_DIMENSIONS:
                raise ParameterError(
                    f"Sobol points have at most {_MOST_DIMENSIONS} coordinates; the paths take "
                    f"{self.normals + self.uniforms}"
                )

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-self.n_paths // CHUNK)

    def paths_of(self, chunk: int) -> slice:
        """Return which paths a chunk holds."""
        return slice(chunk * CHUNK, min((chunk + 1) * CHUNK, self.n_paths))

    def draw(self, chunk: int) -> tuple[Vector, Vector]:
        """Return the chunk's normals and uniforms, shapes (paths, normals), (paths, uniforms)."""
        within = self.paths_of(chunk)
        count = within.stop - within.start
        if self.sampling == "sobol":
            return self._quasi_random(within.start, count)
        generator = np.random.default_rng([self.seed, chunk])
        if self.sampling == "random":
            normal = generator.standard_normal((count, self.normals))
            return normal, generator.random((count, self.uniforms))
        normal = np.empty((count, self.normals))
        normal[::2] = generator.standard_normal((count // 2, self.normals))
        normal[1::2] = -normal[::2]
        uniform = np.empty((count, self.uniforms))
        uniform[::2] = generator.random((count // 2, self.uniforms))
        uniform[1::2] = 1.0 - uniform[::2]
        return normal, uniform

    def for_each_chunk(self, work: Callable[[int], None], threads: int | None = None) -> None:
        """Call `work` with every chunk's number, by default on as many threads as processors."""
        workers = threads or os.cpu_count() or 1
        if workers == 1 or self.chunks == 1:
            for chunk in range(self.chunks):
                work(chunk)
            return
        with ThreadPoolExecutor(workers) as pool:
            # a list raises what a thread raised
            list(pool.map(work, range(self.chunks)))

    def _quasi_random(self, start: int, count: int) -> tuple[Vector, Vector]:
        from scipy.special import ndtri
        from scipy.stats import qmc

        generator = np.random.default_rng([self.seed])
        # SciPy calls it rng from 1.15 on, and takes both names
        points = qmc.Sobol(self.normals + self.uniforms, bits=_BITS, seed=generator)  # pyright: ignore[reportCallIssue]
        if start:
            points.fast_forward(start)
        # the centre of its cell, so that no coordinate is 0
        uniform = points.random(count) + 0.5 ** (_BITS + 1)
        flat = np.ascontiguousarray(uniform[:, : self.uniforms])
        return ndtri(uniform[:, self.uniforms :]), flat
