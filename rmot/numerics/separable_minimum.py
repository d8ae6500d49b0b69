r"""The least value of a sum of piecewise linear functions of one variable each on a slab.

.. math:: \min \{ \textstyle\sum_i g_i(s_i) : a \le w \cdot s \le b, \;
          s_i \in [t_{i,0}, t_{i,K_i}] \},

where :math:`g_i` is linear between its nodes and need not be convex. On a box of intervals the
convex envelopes of the :math:`g_i` give a lower bound by filling their edges in the order of
slope, and leave at most one asset off its envelope's vertices; the box is split at a node of that
asset. The bound is exact once no node lies above an edge in use.

References
----------
.. [1] P. Sinha, A. Zoltners, "The multiple-choice knapsack problem", *Oper. Res.* 27 (1979)
   503–515.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@kernel
def _relaxed(
    starts: Indices,
    nodes: Vector,
    values: Vector,
    weights: Vector,
    low: float,
    high: float,
    first: Indices,
    last: Indices,
    index: Indices,
    share: Vector,
    branch: Indices,
) -> tuple[float, float]:
    """Fill the relaxation's point on a box; return its bound and the functions' value there.

    Asset i stands at node index[i], a share[i] of the way to the next. `branch` holds the asset
    to split and the node, or -1. Both numbers are infinite where the box misses the slab.
    """
    n = starts.size - 1
    longest = 0
    for i in range(n):
        longest = max(longest, last[i] - first[i] + 1)
    hull = np.empty((n, longest), np.int64)
    size = np.zeros(n, np.int64)
    at = np.zeros(n, np.int64)
    bound, total = 0.0, 0.0
    branch[0], branch[1] = -1, -1
    for i in range(n):
        count = 0
        for k in range(first[i], last[i] + 1):
            if count and nodes[k] == nodes[hull[i, count - 1]]:
                if values[k] >= values[hull[i, count - 1]]:
                    continue
                count -= 1
            while count >= 2:
                p, q = hull[i, count - 2], hull[i, count - 1]
                rise = (values[k] - values[p]) * (nodes[q] - nodes[p])
                if (values[q] - values[p]) * (nodes[k] - nodes[p]) < rise:
                    break
                count -= 1
            hull[i, count] = k
            count += 1
        size[i] = count
        for v in range(1, count):
            if values[hull[i, v]] < values[hull[i, at[i]]]:
                at[i] = v
        index[i], share[i] = hull[i, at[i]], 0.0
        bound += float(values[index[i]])
        total += float(weights[i] * nodes[index[i]])
    if low <= total <= high:
        return bound, bound
    way = 1.0 if total < low else -1.0
    missing = low - total if total < low else total - high
    value = bound
    # An envelope's edges come in the order of slope: the next one in use is the cheapest of those
    # that follow where each asset stands.
    while True:
        i, cost = -1, np.inf
        for j in range(n):
            onwards = weights[j] * way > 0.0
            if weights[j] == 0.0 or at[j] == (size[j] - 1 if onwards else 0):
                continue
            v = at[j] if onwards else at[j] - 1
            p, q = hull[j, v], hull[j, v + 1]
            own = float(way * (values[q] - values[p]) / (weights[j] * (nodes[q] - nodes[p])))
            if own < cost:
                i, cost = j, own
        if i < 0:
            break
        right = weights[i] * way > 0.0
        v = at[i] if right else at[i] - 1
        p, q = hull[i, v], hull[i, v + 1]
        room = float(abs(weights[i]) * (nodes[q] - nodes[p]))
        if room <= missing:
            missing -= room
            bound += cost * room
            value += cost * room
            index[i] = q if right else p
            at[i] += 1 if right else -1
            if missing <= 0.0:
                return bound, value
            continue
        part = missing / room
        bound += cost * missing
        place = nodes[p] + (part if right else 1.0 - part) * (nodes[q] - nodes[p])
        k = p
        while k + 1 < q and nodes[k + 1] <= place:
            k += 1
        width = nodes[k + 1] - nodes[k]
        index[i] = k
        share[i] = min(1.0, max(0.0, (place - nodes[k]) / width)) if width > 0.0 else 0.0
        mine = values[k] + share[i] * (values[k + 1] - values[k])
        value += float(mine - (values[p] if right else values[q]))
        if q > p + 1:
            best = p + 1
            for k in range(p + 1, q):
                if abs(nodes[k] - place) < abs(nodes[best] - place):
                    best = k
            branch[0], branch[1] = i, best
        return bound, value
    # Rounding alone may leave a trace of the slab out of reach.
    if missing <= 1e-12 * (1.0 + abs(low if way > 0 else high)):
        return bound, value
    return np.inf, np.inf


@kernel
def least_on_slab(
    starts: Indices,
    nodes: Vector,
    values: Vector,
    weights: Vector,
    low: float,
    high: float,
    enough: float,
    tolerance: float,
    most_boxes: int,
    index: Indices,
    share: Vector,
) -> tuple[float, float, int]:
    """Return a lower bound of the minimum, the least value found, and the boxes examined.

    Ends once the bound is at least `enough`, once bound and value are within `tolerance`, or after
    `most_boxes`. Fills where the least value was found, node and share of the way to the next;
    (inf, inf) where no point of the boxes lies in the slab.

    Parameters
    ----------
    starts : ndarray of int, shape (n + 1,)
        Asset i owns the nodes starts[i] to starts[i + 1].
    nodes, values : ndarray, shape (starts[-1],)
        Non-decreasing within an asset; a price that comes twice is a jump.
    weights : ndarray, shape (n,)
    """
    n = starts.size - 1
    firsts = np.empty((most_boxes + 2, n), np.int64)
    lasts = np.empty((most_boxes + 2, n), np.int64)
    splits = np.empty((most_boxes + 2, 2), np.int64)
    for i in range(n):
        firsts[0, i], lasts[0, i] = starts[i], starts[i + 1] - 1
    here, part = np.empty(n, np.int64), np.zeros(n)
    bound, best = _relaxed(
        starts, nodes, values, weights, low, high, firsts[0], lasts[0], here, part, splits[0]
    )
    index[:], share[:] = here, part
    if splits[0, 0] < 0:
        return bound, best, 1
    # Bounds of the boxes that are open; the others have infinity.
    opened = np.full(most_boxes + 2, np.inf)
    opened[0] = bound
    boxes = 1
    closed = np.inf
    while True:
        box = 0
        for k in range(1, boxes):
            if opened[k] < opened[box]:
                box = k
        bound = opened[box]
        if bound == np.inf:
            return min(closed, best), best, boxes
        if bound >= enough or best - bound <= tolerance or boxes + 2 > most_boxes:
            return min(bound, closed), best, boxes
        opened[box] = np.inf
        i, k = splits[box]
        for side in range(2):
            # The parent's row is free for one child.
            child = boxes if side == 0 else box
            if side == 0:
                firsts[child], lasts[child] = firsts[box], lasts[box]
                lasts[child, i] = k
            else:
                firsts[child, i] = k
            own, value = _relaxed(
                starts, nodes, values, weights, low, high,
                firsts[child], lasts[child], here, part, splits[child],
            )  # fmt: skip
            if value < best:
                best = value
                index[:], share[:] = here, part
            if own == np.inf:
                continue
            # Rounding must not make a child look better than its parent.
            own = max(own, bound)
            if splits[child, 0] < 0:
                closed = min(closed, own)
            elif own < best - tolerance and own < enough:
                opened[child] = own
            else:
                closed = min(closed, own)
        boxes += 1
