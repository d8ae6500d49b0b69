"""Knows how to simulate volatility paths and what they leave lognormal, to weak order two.

For each path the log-price at the end is normal with variance s^2 and mean log F - s^2 / 2: the
kernels return log F and s^2, smooth functions of every parameter while the normals are kept. Its
increments between looks are independent given the path.
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel

_BLOCK = 64
"""Paths that move together, so that the processor overlaps their arithmetic."""


@kernel
def bergomi_paths(
    normal,
    every,
    step,
    decay,
    speed,
    noise,
    weight,
    log_drift,
    root_variance,
    loading,
    parallel,
    mixed,
    looks,
    ends,
):
    r"""Simulate exponentials of two Ornstein-Uhlenbeck processes and the price they drive.

    With :math:`g = \exp(w \cdot X + drift)` the log-forward is
    :math:`\int \sqrt\xi g\, a \cdot dW - \frac12 R^2 \int \xi g^2 dt`, where
    :math:`dW_i = dX_i + k_i X_i dt` and R is the length of the loading. X is exact in law on the
    grid. In each step the Stratonovich integral follows the straight line between the ends of X;
    what the bridge adds to it has mean :math:`|w|^2 \sqrt\xi g h\, a_\perp \cdot dX / 12`, and
    Levy's area has variance :math:`|w|^2 |a_\perp|^2 \xi g^2 h^2 / 4`, where
    :math:`a_\perp` is the part of a that is orthogonal to w.

    Parameters
    ----------
    normal : ndarray, shape (paths, 2, moves)
    every : int
        Moves that make one step; it divides their number.
    step : ndarray, shape (steps,)
        Years of each step.
    decay : ndarray, shape (steps, 2)
        What a move leaves of both processes.
    speed : ndarray, shape (2,)
        k of both processes.
    noise : ndarray, shape (steps, 3)
        Lower triangle (11, 21, 22) of the root of the covariance of their noise in one move.
    weight : ndarray, shape (2,)
        w: the log-volatility per unit of the processes.
    log_drift, root_variance : ndarray, shapes (steps + 1,) and (steps,)
        The rest of log g; sqrt(xi) in steps.
    loading : ndarray, shape (2,)
        a: the spot's Brownian motion per unit of the two.
    parallel, mixed : ndarray, shapes (3,) and (2,)
        (R^2, w . a, |w|^2) and the loading a_perp, products by the Brownian motions' covariance.
    looks : ndarray of int, shape (looks,)
        Numbers of the steps at whose ends results are wanted, ascending to the last.
    ends : ndarray, shape (paths, looks, 4)
        Results: log F, s^2, the integral of xi g^2, and log g.
    """
    drift = 0.5 * parallel[1]
    across = max(parallel[0] - parallel[1] * parallel[1] / parallel[2], 0.0) * parallel[2]
    for i in range(normal.shape[0]):
        x = 0.0
        y = 0.0
        level = log_drift[0]
        g = math.exp(level)
        pull = -drift * g
        integral = 0.0
        areas = 0.0
        martingale = 0.0
        look = 0
        for n in range(step.size):
            h = step[n]
            bridge = parallel[2] * h / 12.0
            x_before, y_before, g_before, pull_before = x, y, g, pull
            for m in range(n * every, (n + 1) * every):
                x = decay[n, 0] * x + noise[n, 0] * normal[i, 0, m]
                y = decay[n, 1] * y + noise[n, 1] * normal[i, 0, m] + noise[n, 2] * normal[i, 1, m]
            after = weight[0] * x + weight[1] * y + log_drift[n + 1]
            g = math.exp(after)
            pull = g * (loading[0] * speed[0] * x + loading[1] * speed[1] * y - drift)
            climb = after - level
            mean = (g - g_before) / climb if abs(climb) > 1e-4 else 0.5 * (g + g_before)
            dx, dy = x - x_before, y - y_before
            turn = (loading[0] + bridge * mixed[0]) * dx + (loading[1] + bridge * mixed[1]) * dy
            martingale += root_variance[n] * (mean * turn + 0.5 * h * (pull + pull_before))
            more = root_variance[n] ** 2 * 0.5 * h * (g * g + g_before * g_before)
            integral += more
            areas += 0.25 * h * across * more
            level = after
            if n == looks[look]:
                ends[i, look, 0] = martingale - 0.5 * (parallel[0] * integral - areas)
                ends[i, look, 1] = (1.0 - parallel[0]) * integral + areas
                ends[i, look, 2] = integral
                ends[i, look, 3] = level
                look += 1


@kernel
def _path_dependent_volatility(loads, a, b, c, d):
    trend = loads[1] * a + loads[2] * b
    return max(loads[0] + trend + math.sqrt(loads[3] * c + loads[4] * d), 0.0)


@kernel
def path_dependent_paths(normal, every, step, loads, speed, start, log_forward, variance):
    r"""Simulate a volatility that depends on exponential averages of its own price's path.

    :math:`\sigma = \max(l_0 + l_1 R_1 + l_2 R_2 + \sqrt{l_3 R_3 + l_4 R_4}, 0)` with
    :math:`dR_j = k_j (\sigma dW - R_j dt)` for j = 1, 2 and :math:`dR_j = k_j (\sigma^2 - R_j) dt`
    for j = 3, 4. Drift and noise move in turn (S. Ninomiya and N. Victoir, "Weak approximation of
    stochastic differential equations", Applied Mathematical Finance 15 (2008)): the noise exactly,
    which is possible as sigma grows exponentially along it, the drift by the exponential midpoint
    rule. In the last step the price is lognormal with the volatility at its beginning.

    Parameters
    ----------
    normal : ndarray, shape (paths, 1, steps)
    every : int
        Steps of `normal` that make one step here; a remainder is not used.
    step : float
        Years of one step here.
    loads, speed, start : ndarray, shapes (5,), (4,), (4,)
        l, k and the values of R at the beginning.
    log_forward, variance : ndarray, shape (paths,)
        Results.
    """
    steps = normal.shape[2] // every
    gain = loads[1] * speed[0] + loads[2] * speed[1]
    unit = math.sqrt(step / every)
    half = np.exp(-0.5 * step * speed)
    # each array by itself, as the compiler joins loops over arrays that it can tell apart
    a, b, c = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    d, x, moves = np.empty(_BLOCK), np.empty(_BLOCK), np.empty((steps, _BLOCK))
    for first in range(0, normal.shape[0], _BLOCK):
        count = min(_BLOCK, normal.shape[0] - first)
        a[:], b[:], c[:], d[:], x[:] = start[0], start[1], start[2], start[3], 0.0
        for i in range(count):
            for n in range(steps):
                w = 0.0
                for m in range(n * every, (n + 1) * every):
                    w += normal[first + i, 0, m]
                w *= unit
                z = gain * w
                moves[n, i] = (math.exp(z) - 1.0) / gain if abs(z) > 1e-5 else w * (1.0 + 0.5 * z)
        for n in range(steps + 1):
            # half a step of drift before the first and after the last noise, whole ones between
            whole = 0 < n < steps
            reach = 1.0 if whole else 0.5
            middle = half if whole else np.sqrt(half)
            p, q, r, s = 1.0 - middle
            p_end, q_end, r_end, s_end = 1.0 - middle * middle
            for i in range(count):
                vol = _path_dependent_volatility(loads, a[i], b[i], c[i], d[i])
                # Ito's correction, which is the same multiple of both speeds
                target = -0.5 * gain * vol
                square = vol * vol
                vol = _path_dependent_volatility(
                    loads,
                    a[i] + p * (target - a[i]),
                    b[i] + q * (target - b[i]),
                    c[i] + r * (square - c[i]),
                    d[i] + s * (square - d[i]),
                )
                target = -0.5 * gain * vol
                square = vol * vol
                a[i] += p_end * (target - a[i])
                b[i] += q_end * (target - b[i])
                c[i] += r_end * (square - c[i])
                d[i] += s_end * (square - d[i])
                x[i] -= 0.5 * reach * step * vol * (vol + gain)
            if n == steps:
                break
            for i in range(count):
                move = moves[n, i] * _path_dependent_volatility(loads, a[i], b[i], c[i], d[i])
                a[i] += speed[0] * move
                b[i] += speed[1] * move
                x[i] += move
        for i in range(count):
            vol = _path_dependent_volatility(loads, a[i], b[i], c[i], d[i])
            log_forward[first + i] = x[i]
            variance[first + i] = vol * vol * step
