import numpy as np
import pytest

from rmot.calibration.skew_laws import (
    SkewTerms,
    curvature_test,
    fit_skew_law,
    likelihood_ratio_test,
)
from rmot.errors import DataError
from rmot.models import RoughHeston

DAYS = np.array(
    [3, 5, 7, 10, 14, 18, 21, 28, 35, 42, 55, 69, 84, 105, 133, 160, 195, 260, 350, 500]
)
MATURITY = DAYS / 365


def _terms(skew, noise, generator):
    size = noise * skew
    return SkewTerms(MATURITY, skew + size * generator.standard_normal(skew.size), size)


def test_an_exact_power_law_is_recovered():
    terms = SkewTerms(MATURITY, 0.4 * MATURITY**-0.38, np.full(20, 1e-4))
    for correlated in (True, False):
        fit = fit_skew_law(terms, correlated=correlated)
        assert fit.hurst == pytest.approx(0.12, abs=1e-6)
        np.testing.assert_allclose(fit.skew(MATURITY), terms.skew, rtol=1e-6)
    assert np.isnan(fit.skew_at_zero)


def test_least_squares_is_met_where_the_scatter_is_independent():
    generator = np.random.default_rng(1)
    skew = 0.4 * MATURITY**-0.4 * np.exp(0.1 * generator.standard_normal(20))
    fit = fit_skew_law(SkewTerms(MATURITY, skew, 1e-5 * skew), correlated=False)
    slope, level = np.polyfit(np.log(MATURITY), np.log(skew), 1)
    assert fit.hurst == pytest.approx(0.5 + slope, abs=1e-6)
    assert fit.coefficients[0] == pytest.approx(level, abs=1e-6)
    residuals = np.log(skew / fit.skew(MATURITY))
    # maximum likelihood divides by n; the searches' tolerance is relative to the likelihood
    assert fit.scatter == pytest.approx(np.sqrt(np.mean(residuals**2)), rel=1e-3)


def test_a_shifted_law_is_recovered_and_told_from_a_power_law():
    generator = np.random.default_rng(2)
    terms = _terms(0.2 * (MATURITY + 20 / 365) ** -0.55, 0.01, generator)
    power, shifted, curved = (fit_skew_law(terms, law) for law in ("power", "shifted", "curved"))
    # the interval takes the shift as known, which it is not: its share of the error comes on top
    assert abs(shifted.hurst + 0.05) < 4 * shifted.hurst_error + 0.05
    assert 365 * shifted.shift == pytest.approx(20, rel=0.5)
    assert shifted.skew_at_zero == pytest.approx(0.2 * (20 / 365) ** -0.55, rel=0.1)
    assert likelihood_ratio_test(power, shifted) < 1e-3
    assert likelihood_ratio_test(power, curved) < 1e-3
    loose = fit_skew_law(terms, "curved", correlated=False)
    assert curvature_test(terms, loose) < 1e-6


def test_tests_reject_a_true_power_law_as_often_as_they_say():
    generator, count = np.random.default_rng(3), 60
    by_f, by_ratio, covered = [], [], 0
    for _ in range(count):
        terms = _terms(
            0.4 * MATURITY**-0.4 * np.exp(0.02 * generator.standard_normal(20)), 0.01, generator
        )
        loose = fit_skew_law(terms, "curved", correlated=False)
        power = fit_skew_law(terms, correlated=False)
        by_f.append(curvature_test(terms, loose))
        by_ratio.append(likelihood_ratio_test(power, loose))
        low, high = power.interval()
        covered += low < 0.1 < high
    # more than 9 of 60 at 5% has probability 0.001; the ratio is asymptotic, and rejects more
    assert np.sum(np.array(by_f) < 0.05) <= 9
    assert np.sum(np.array(by_ratio) < 0.05) <= 13
    assert covered >= 49


def test_rough_heston_implies_its_own_exponent_at_short_maturities():
    model = RoughHeston(
        hurst=0.12,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.0,
        long_run_variance=0.0,
    )
    step, off = 1e-4, []
    for first, last in ((0.05, 1.0), (1.0, 20.0)):
        years = np.geomspace(first, last, 8) / 365
        down, up = np.transpose(
            [model.implied_volatility(np.array([-step, step]), maturity) for maturity in years]
        )
        terms = SkewTerms(years, (down - up) / (2 * step), np.full(8, 1e-5))
        off.append(abs(fit_skew_law(terms, correlated=False).hurst - 0.12))
    # corrections to T^(H-1/2) are of relative order T^2H: they fade as T does, by 15^-2H here
    assert off[0] < off[1] < 0.02


@pytest.mark.parametrize("wrong", ["few", "sign", "error"])
def test_unusable_terms_are_refused(wrong):
    skew, error, years = np.ones(10), np.full(10, 0.1), np.arange(1.0, 11.0)
    if wrong == "few":
        years, skew, error = years[:5], skew[:5], error[:5]
    elif wrong == "sign":
        skew[3] = -0.2
    else:
        error[2] = 0.0
    with pytest.raises(DataError, match="all positive"):
        SkewTerms(years, skew, error)
