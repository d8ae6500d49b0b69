"""Oracles: the curve that made the slices, Monte Carlo coverage, the synthetic chains' truth."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import (
    DataSource,
    FilterReport,
    OptionSurface,
    ParityFit,
    ParityRegion,
    Smile,
    pool_discounts,
    pooled_surfaces,
    read_chain,
)
from rmot.market.clock import NEW_YORK
from rmot.market.synthetic import index_slices, synthetic_index_chain

VALUATION = datetime(2022, 2, 4, 16, tzinfo=NEW_YORK)
DAYS = np.array([3, 7, 10, 14, 21, 28, 35, 42, 56, 70, 84, 105, 133, 161, 196, 224, 260, 315, 350])
KNOTS, RATES = (0.25, 1.0), (0.004, 0.012)


def slice_of(days, discount, error, resolution):
    years = days / 365
    nothing = np.empty(0)
    strike, width = np.array([0.0, 1.0]), np.full(2, resolution)
    region = ParityRegion(
        (discount - resolution, discount + resolution), (1.0, 1.0), 0.0, np.empty((0, 2))
    )
    parity = ParityFit(
        1.0, discount, 0.0, error, (1.0, 1.0), strike, nothing, width, nothing, region
    )
    return Smile(
        date(2022, 2, 4) + timedelta(days=int(days)),
        "PM",
        years,
        1.0,
        discount,
        *(nothing for _ in range(8)),
        parity=parity,
    )


def surface_of(smiles, underlying="SPX", valuation=VALUATION):
    source = DataSource("test", "", "unregistered")
    return OptionSurface(underlying, valuation, tuple(smiles), FilterReport(()), source)


def true_discount(years):
    return np.exp(-years * np.interp(years, KNOTS, RATES))


def pooled(generator, error, gamma, shared=0.0, underlyings=("SPX", "NDX"), knots=KNOTS):
    surfaces = []
    for name in underlyings:
        common = generator.standard_normal()
        smiles = []
        for days in DAYS:
            resolution = 2e-3 * generator.uniform(0.5, 2.0)
            lean = np.sqrt(shared) * common + np.sqrt(1 - shared) * generator.standard_normal()
            log_discount = np.log(true_discount(days / 365)) + gamma * resolution * lean
            log_discount += error * generator.standard_normal()
            smiles.append(slice_of(days, float(np.exp(log_discount)), error, resolution))
        surfaces.append(surface_of(smiles, name))
    return pool_discounts(surfaces, knots)


def test_noiseless_slices_give_the_curve_to_rounding():
    curve = pooled(np.random.default_rng(1), error=0.0, gamma=0.0)
    assert curve.knot_rate == pytest.approx(RATES, abs=1e-13)
    assert curve.discount_factor(DAYS / 365) == pytest.approx(true_discount(DAYS / 365), abs=1e-14)
    assert curve.discount_factor(0.0) == 1.0
    assert curve.rate(np.array([[0.01, 0.25], [1.0, 9.0]])).shape == (2, 2)


def test_one_gross_outlier_hardly_moves_the_curve():
    generator = np.random.default_rng(2)
    smiles = [slice_of(d, float(true_discount(d / 365)), 1e-5, 2e-3) for d in DAYS]
    for i, smile in enumerate(smiles):
        noisy = smile.discount_factor + 1e-5 * generator.standard_normal()
        smiles[i] = slice_of(DAYS[i], noisy, 1e-5, 2e-3)
    clean = pool_discounts([surface_of(smiles)], KNOTS)
    smiles[9] = slice_of(DAYS[9], 0.98, 1e-5, 2e-3)
    dirty = pool_discounts([surface_of(smiles)], KNOTS)
    years = DAYS[9] / 365
    assert abs(dirty.discount_factor(years) - clean.discount_factor(years)) < 2e-5
    assert np.argmax(np.abs(dirty.slices["left_out_score"].to_numpy())) == 9
    left_out = dirty.slices["left_out"].to_numpy()[9]
    assert left_out == pytest.approx(true_discount(years), abs=2e-5)


@pytest.mark.parametrize(
    ("error", "gamma", "shared", "underlyings", "least"),
    [
        (1e-4, 0.0, 0.0, ("SPX", "NDX"), 0.91),
        (2e-5, 0.1, 0.0, ("SPX", "NDX"), 0.91),
        # The mean of few groups' common errors is hardly known from their own scatter.
        (2e-5, 0.1, 0.4, ("SPX", "NDX", "RUT", "XSP"), 0.75),
    ],
)
def test_standard_errors_cover_the_curve(error, gamma, shared, underlyings, least):
    generator = np.random.default_rng(5)
    years = np.array([0.05, 0.25, 0.6, 1.0])
    scores = []
    for _ in range(150):
        curve = pooled(generator, error, gamma, shared, underlyings)
        miss = curve.discount_factor(years) - true_discount(years)
        scores.append(miss / curve.discount_factor_error(years))
    covered = np.mean(np.abs(scores) < 1.96)
    # 95% less the price of estimated variances; 150 runs of some two free values: error 1.3%.
    assert least < covered < 0.985


def test_the_disagreement_is_recovered():
    generator = np.random.default_rng(6)
    found = [pooled(generator, 2e-5, 0.1).disagreement for _ in range(40)]
    # 36 degrees of freedom leave 12% or so each; 40 of them 2%.
    assert np.mean(found) == pytest.approx(0.1, rel=0.08)


def test_without_disagreement_cochrans_q_is_of_the_size_of_its_degrees_of_freedom():
    generator = np.random.default_rng(7)
    curves = [pooled(generator, 1e-4, 0.0) for _ in range(40)]
    assert curves[0].degrees_of_freedom == 2 * DAYS.size - 2
    # Its variance is twice the degrees of freedom.
    assert np.mean([curve.cochran_q for curve in curves]) == pytest.approx(
        36, abs=4 * 8.5 / 40**0.5
    )
    assert pooled(generator, 2e-5, 0.1).cochran_q > 10 * 36


def test_knots_lie_at_tenors_with_three_slices_each_and_end_at_the_longest():
    smiles = [slice_of(d, float(true_discount(d / 365)), 1e-5, 2e-3) for d in DAYS]
    curve = pool_discounts([surface_of(smiles)])
    assert curve.knot == pytest.approx([1 / 12, 0.25, 0.5, 350 / 365])


def test_surfaces_of_different_instants_are_refused():
    smiles = [slice_of(d, float(true_discount(d / 365)), 1e-5, 2e-3) for d in DAYS]
    later = VALUATION + timedelta(days=1)
    with pytest.raises(DataError, match="one valuation; got 2022-02-04 16:00, 2022-02-05 16:00"):
        pool_discounts([surface_of(smiles), surface_of(smiles, "NDX", later)])


def test_too_few_slices_are_refused():
    smiles = [slice_of(d, float(true_discount(d / 365)), 1e-5, 2e-3) for d in DAYS[:3]]
    with pytest.raises(DataError, match=r"at least 4 slices .* got 3"):
        pool_discounts([surface_of(smiles)], KNOTS)


@pytest.mark.parametrize("knots", [(), (0.0, 1.0), (1.0, 0.5), (-1.0,)])
def test_knots_must_be_positive_and_increase(knots):
    smiles = [slice_of(d, float(true_discount(d / 365)), 1e-5, 2e-3) for d in DAYS]
    with pytest.raises(ParameterError, match="positive and increasing"):
        pool_discounts([surface_of(smiles)], knots)


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chains")
    for underlying in ("SPX", "NDX"):
        synthetic_index_chain(folder / f"{underlying}.csv", 1, underlying)
    return [read_chain(folder / f"{underlying}.csv") for underlying in ("SPX", "NDX")]


def test_pooled_surfaces_share_a_curve_that_holds_the_truth(chains):
    surfaces, curve = pooled_surfaces(chains)
    own = [chain.surface() for chain in chains]
    pooled_misses, own_misses = [], []
    for surface, alone in zip(surfaces, own, strict=True):
        truth = index_slices(surface.underlying)
        for smile, single, true in zip(surface, alone, truth, strict=True):
            assert smile.require_parity().discount_factor_given
            assert smile.discount_factor == curve.discount_factor(smile.maturity)
            miss = smile.discount_factor - true.discount_factor
            assert abs(miss) < 4 * smile.require_parity().discount_factor_error
            assert abs(smile.forward - true.forward) < 5 * smile.require_parity().forward_error
            pooled_misses.append(miss)
            own_misses.append(single.discount_factor - true.discount_factor)
    assert np.std(pooled_misses) < np.std(own_misses)


def test_expiries_and_filters_do_not_change_the_curve(chains):
    surfaces, curve = pooled_surfaces(chains, maturities=(day for day in ["2022-03-18"]))
    assert {smile.label for smile in surfaces[0]} == {"2022-03-18 AM", "2022-03-18 PM"}
    assert len(curve.slices) == 18


def test_smiles_with_a_given_discount_factor_are_not_pooled_again(chains):
    surfaces, _ = pooled_surfaces(chains)
    with pytest.raises(DataError, match="got 0"):
        pool_discounts(surfaces)


def test_a_curve_of_another_close_is_refused(chains):
    _, curve = pooled_surfaces(chains)
    with pytest.raises(ParameterError, match="a discount curve of 2022-02-03"):
        chains[0].surface(discount=curve, valuation=datetime(2022, 2, 3, 16, tzinfo=NEW_YORK))
