"""Copulas by their conditional laws, against densities, limits and samples."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

from rmot.errors import ParameterError
from rmot.spread import GaussianCopula, StudentCopula

COPULAS = [
    GaussianCopula(0.7),
    GaussianCopula(-0.4),
    StudentCopula(0.7, 4.0),
    StudentCopula(-0.3, 1.5),
    StudentCopula(0.2, 0.4),
]
Z = np.array([-2.5, -0.7, 0.0, 1.1, 2.2])


def joint_student(x, y, rho, nu):
    """Return the density (15) of two Student variables."""
    form = (x * x + y * y - 2.0 * rho * x * y) / (nu * (1.0 - rho * rho))
    scale = math.exp(gammaln(0.5 * nu + 1.0) - gammaln(0.5 * nu))
    return scale / (math.pi * nu * math.sqrt(1.0 - rho * rho)) * (1.0 + form) ** (-0.5 * nu - 1.0)


@pytest.mark.parametrize("copula", [c for c in COPULAS if isinstance(c, StudentCopula)])
def test_students_conditional_law_is_the_integral_of_the_joint_density(copula):
    rho, nu = copula.correlation, copula.degrees_of_freedom
    for z in Z.tolist():
        x = float(stdtrit(nu, ndtr(z)))
        for other in (-1.0, 0.4):
            end = float(stdtrit(nu, ndtr(other)))
            below, error = quad(joint_student_at, -math.inf, end, args=(x, rho, nu), epsabs=1e-14)
            whole, _ = quad(joint_student_at, -math.inf, math.inf, args=(x, rho, nu), epsabs=1e-14)
            found = float(copula.conditional(np.array([other]), np.array([z]))[0])
            assert abs(found - below / whole) <= 1e-7 + error / whole


def joint_student_at(y, x, rho, nu):
    """Return the density as a function of its second argument."""
    return joint_student(x, y, rho, nu)


@pytest.mark.parametrize("copula", COPULAS)
def test_the_mean_of_the_conditional_law_is_the_marginal(copula):
    for other in Z.tolist():
        value, error = quad(
            lambda z, y=other: (
                float(copula.conditional(np.array([y]), np.array([z]))[0])
                * math.exp(-0.5 * z * z)
                / math.sqrt(2.0 * math.pi)
            ),
            -9.0,
            9.0,
            points=[other, 0.0],
            limit=200,
        )
        assert abs(value - ndtr(other)) <= error + 1e-9


@pytest.mark.parametrize("nu", [0.5, 2.0, 4.0, 15.0])
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.8])
def test_tail_dependence_is_the_limit_of_the_conditional_law(nu, rho):
    copula = StudentCopula(rho, nu)
    # dC(q, q)/dq is twice the conditional law; the next order is of relative size q^(2/nu)
    gaps = []
    for z in (-12.0, -25.0):
        score = np.array([z])
        gap = 2.0 * float(copula.conditional(score, score)[0]) - copula.tail_dependence
        gaps.append(abs(gap))
    q = ndtr(-25.0) ** min(2.0 / nu, 1.0)
    assert gaps[1] <= 10.0 * q + 1e-12
    assert gaps[1] <= gaps[0] + 1e-12


def test_a_gaussian_copula_has_no_tail_dependence():
    copula = GaussianCopula(0.8)
    score = np.array([-30.0])
    assert copula.tail_dependence == 0.0
    assert 2.0 * float(copula.conditional(score, score)[0]) < 1e-15


def test_many_degrees_of_freedom_are_the_gaussian_copula():
    other, given = np.meshgrid(Z, Z)
    gaussian = GaussianCopula(0.6).conditional(other, given)
    gaps = [
        float(np.max(np.abs(StudentCopula(0.6, nu).conditional(other, given) - gaussian)))
        for nu in (1e2, 1e3, 1e4)
    ]
    # the distance falls like 1/nu
    assert gaps[0] < 0.05
    assert gaps[1] == pytest.approx(0.1 * gaps[0], rel=0.1)
    assert gaps[2] == pytest.approx(0.01 * gaps[0], rel=0.1)


@pytest.mark.parametrize("copula", COPULAS)
def test_samples_have_the_conditional_law(copula):
    n = 200_000
    z = copula.simulate(n, 5)
    # given Z_1, the conditional law at Z_2 is uniform, and independent of Z_1
    u = copula.conditional(z[:, 1], z[:, 0])
    for level in (0.05, 0.3, 0.8):
        for here in (z[:, 0] < -1.0, z[:, 0] > 0.5):
            count = int(here.sum())
            share = float(np.mean(u[here] < level))
            assert abs(share - level) <= 4.5 * math.sqrt(level * (1.0 - level) / count)
        assert abs(np.mean(ndtr(z[:, 0]) < level) - level) <= 4.5 * math.sqrt(0.25 / n)


def test_signs_give_the_correlation_of_an_elliptic_copula_without_variance():
    # Kendall's tau of every elliptic copula is 2 asin(rho)/pi
    z = StudentCopula(0.6, 0.7).simulate(200_000, 3)
    agree = np.sign(z[::2] - z[1::2]).prod(axis=1)
    assert abs(agree.mean() - 2.0 / math.pi * math.asin(0.6)) <= 4.5 / math.sqrt(agree.size)


def test_prices_that_cannot_be_below_have_no_chance():
    z = np.array([-1.0, 0.5])
    for copula in COPULAS:
        assert np.all(copula.conditional(np.full(2, -np.inf), z) == 0.0)
        assert np.all(copula.conditional(np.full(2, np.inf), z) == 1.0)


@pytest.mark.parametrize("rho", [-1.0, 1.0, 1.3, math.nan])
def test_no_correlation_is_refused(rho):
    with pytest.raises(ParameterError, match=r"correlation must lie in \(-1, 1\)"):
        GaussianCopula(rho)
    with pytest.raises(ParameterError, match=r"correlation must lie in \(-1, 1\)"):
        StudentCopula(rho, 3.0)


@pytest.mark.parametrize("nu", [0.0, -2.0, math.nan, math.inf])
def test_no_degrees_of_freedom_are_refused(nu):
    with pytest.raises(ParameterError, match=r"degrees_of_freedom must lie in \(0, inf\)"):
        StudentCopula(0.5, nu)


def test_students_quantile_is_that_of_the_regularised_beta_function():
    # (11) with its parentheses mended: D(x) = (1 + sign(x) I(1 - nu/(x^2+nu); 1/2, nu/2))/2
    mpmath = pytest.importorskip("mpmath")
    nu = 3.7
    for x in (-4.0, -0.3, 1.2):
        beta = mpmath.betainc(0.5 * nu, 0.5, nu / (x * x + nu), 1, regularized=True)
        assert float(0.5 * (1 + math.copysign(1.0, x) * beta)) == pytest.approx(
            float(stdtr(nu, x)), rel=1e-13
        )
        assert float(ndtri(stdtr(nu, x))) == pytest.approx(
            float(ndtri(0.5 + math.copysign(0.5, x) * float(beta))), rel=1e-10
        )
