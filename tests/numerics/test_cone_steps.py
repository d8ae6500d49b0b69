"""Passes over nodes against NumPy, and over the same sums written out."""

import mpmath
import numpy as np
import pytest

from rmot.numerics import cone_steps
from rmot.numerics.cone_steps import FREE, LINEAR, SIGNED

EPS = np.finfo(float).eps
# nine nodes of a law, filled up to sixteen
LAW, N = 9, 16


@pytest.fixture(params=range(3))
def nodes(request):
    """Give p, z, w, signs, g, pull and a generator; the law's last node is free."""
    rng = np.random.default_rng(request.param)
    signed = np.zeros(N)
    signed[: LAW - 1] = 1.0
    p, z, w, g, pull = np.zeros((5, N))
    p[:LAW] = rng.uniform(-0.9, 2.0, LAW)
    # a node that may take any sign may sit where 1 / q is not known
    p[LAW - 1] = -1.0
    z[: LAW - 1] = 10.0 ** rng.uniform(-3, 1, LAW - 1)
    w[:LAW] = rng.dirichlet(np.ones(LAW))
    g[:LAW] = rng.standard_normal(LAW)
    pull[: LAW - 1] = 1 / w[: LAW - 1]
    return p, z, w, signed, g, pull, rng


def test_products_are_weighted_means(nodes):
    p, z, w, _, payoff, _, rng = nodes
    held, g = rng.standard_normal(N), np.empty(N)
    found = cone_steps.products(p, z, w, payoff, held, g)
    assert np.array_equal(g, held - payoff - z)
    wanted = [w @ p**2, w @ g**2, w @ (p * g), w @ (p + g) ** 2, w @ ((1 + p) * z)]
    size = w @ (np.abs(p) + np.abs(g) + 1) ** 2 * (1 + z.max())
    assert found == pytest.approx(wanted, rel=0, abs=N * EPS * size)


def test_scaling_terms_and_sums(nodes):
    p, z, w, signed, g, *_ = nodes
    terms = np.empty((5, N))
    found = cone_steps.scale(p, z, w, signed, g, 0.4, -0.7, 1.3, terms)
    u = 0.4 * p - 0.7 * g
    inverse = np.divide(1.0, 1 + p, where=signed > 0, out=np.zeros(N))
    soft = 1.0 / (1.3 + z * inverse)
    wanted = [u, soft, w * soft, u * w * soft, inverse]
    assert np.allclose(terms, wanted, rtol=8 * EPS, atol=EPS)
    wanted = [w @ u**2, w @ (u * p), w @ (u * g), np.sum(u * u * w * soft)]
    assert found == pytest.approx(wanted, rel=4 * N * EPS, abs=4 * N * EPS)


def test_a_step_solves_the_linearised_complementarity_of_nodes(nodes):
    p, z, w, marks, g, pull, rng = nodes
    flat, target, zeta = 1.3, 0.02, -0.4
    signed = marks > 0
    terms = np.empty((5, N))
    cone_steps.scale(p, z, w, marks, g, 0.4, -0.7, flat, terms)
    u, diagonal = terms[0].copy(), 1 / terms[1]
    before = rng.standard_normal((3, N)) * 0.1
    before[1, ~signed] = 0.0
    mix, held = (0.3, -0.2, 0.5, 0.1), rng.standard_normal(N)
    h, mass, out = np.empty(N), np.empty(N), np.empty(14)
    dp, dz, dg = before.copy()
    moved = cone_steps.aim(p, z, g, target, pull, flat, mix, terms, dp, dz, dg, h, mass)
    aimed = -p + mix[0] * g + mix[1] * dp + mix[2] * dg + mix[3] * u
    assert moved == pytest.approx(np.sum(terms[3] * h), rel=0, abs=4 * N * EPS * np.abs(h).max())
    assert np.allclose(mass, terms[2] * h, rtol=4 * EPS)
    cone_steps.change(p, z, w, g, target, pull, terms, h, held, zeta, dp, dz, dg, mass, out)
    q = 1 + p
    over = np.divide(z, q, where=signed, out=np.zeros(N))
    scale = EPS * 64 * (1 + np.abs(h) / diagonal.min() + np.abs(over))
    # q dz + z dp = target - q z - the predictor's product, and g = -(x + z) moves by held - dz
    left = q * dz + z * dp
    wanted = np.where(signed, target * pull - before[0] * before[1] - q * z, 0.0)
    assert np.all(np.abs(left - np.where(signed, wanted, 0.0)) <= scale * (1 + z + np.abs(wanted)))
    assert np.allclose(dg, held - dz, rtol=0, atol=EPS * 8 * (np.abs(held) + np.abs(dz)).max())
    # the cone: flat (dp - aimed) + dg + u zeta = 0
    assert np.all(np.abs(flat * (dp - aimed) + dg + u * zeta) <= scale * (1 + np.abs(dz)) * 8)
    assert np.allclose(mass, w * dp, rtol=4 * EPS)
    speeds = [np.max(-dp[signed] / q[signed]), np.max(-dz[signed] / z[signed])]
    sums = [w @ (dp * z), w @ (q * dz), w @ (dp * dz), w @ dp**2, w @ (p * dp), w @ dg**2]
    sums += [w @ (g * dg), w @ (p * dg), w @ (g * dp), w @ (dp * dg), w @ (u * dp), w @ (u * dg)]
    size = np.abs(dp).max() + np.abs(dz).max() + np.abs(dg).max() + 1
    assert out[:2] == pytest.approx(np.maximum(speeds, 0.0), rel=8 * EPS)
    assert out[2:] == pytest.approx(sums, rel=0, abs=16 * N * EPS * size**2 * (1 + z.max()))


def test_a_move_follows_the_step_by_its_own_lengths(nodes):
    p, z, w, _, _, _, rng = nodes
    dp, dz = rng.standard_normal((2, N))
    at, slack, mass = p.copy(), z.copy(), np.empty(N)
    cone_steps.move(at, slack, w, dp, dz, 0.7, 0.3, mass)
    assert np.allclose(at, p + 0.7 * dp, rtol=0, atol=4 * EPS)
    assert np.allclose(slack, z + 0.3 * dz, rtol=0, atol=EPS * 4 * (1 + z.max()))
    assert np.allclose(mass, w * (1 + at), rtol=4 * EPS, atol=EPS)


def test_spent_counts_each_kind_by_its_own_cost():
    w = np.array([0.2, 0.3, 0.5, 0.1])
    kinds = np.array([SIGNED, SIGNED, FREE, LINEAR], dtype=np.int8)
    q = np.array([0.0, 2.0, -1.0, 3.0])
    found = cone_steps.spent(w, kinds, 2.0, 0.7, q)
    assert found == pytest.approx(0.2 * 0.5 + 0.3 * 0.5 + 0.5 * 2.0 + 0.1 * 0.7 * 3.0, rel=4 * EPS)
    q[1] = -1e-12
    assert cone_steps.spent(w, kinds, 2.0, 0.7, q) == np.inf


@pytest.mark.parametrize("order", [1.0, 1.2, 1.5, 2.0, 3.0])
def test_bends_are_derivatives_of_the_divergence(order):
    q = np.array([1e-12, 0.3, 1.0, 1.0 + 1e-9, 40.0, 2.0])
    kinds = np.array([SIGNED] * 5 + [LINEAR], dtype=np.int8)
    w = np.linspace(0.1, 0.6, q.size)
    first, second = np.empty_like(q), np.empty_like(q)
    spent = cone_steps.bends(w, kinds, order, 2.5, q, first, second)
    assert spent == cone_steps.spent(w, kinds, order, 2.5, q)
    assert (first[-1], second[-1]) == (2.5, 0.0)
    with mpmath.workdps(50):
        less = mpmath.mpf(order) - 1
        for at, slope, bend in zip(q[:-1], first[:-1], second[:-1], strict=True):
            x = mpmath.mpf(float(at))
            exact = (x**less - 1) / less if less else mpmath.log(x)
            assert abs(slope - exact) <= 16 * EPS * abs(exact)
            assert abs(bend - x ** (less - 1)) <= 64 * EPS * x ** (less - 1)
