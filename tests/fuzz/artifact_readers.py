"""Readers of what the project itself writes, and of what users tell it in TOML."""

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np

from proofs_check import ledger, passages
from rmot.artifact.files import read_json
from rmot.calibration import Fit, calibrate
from rmot.calibration.factors.fit import FactorFit, Optimum
from rmot.cli.csv_files import read_rows
from rmot.cli.spread import _read as read_spread
from rmot.models import BlackScholes, RoughFactorModel, VarianceFactor
from rmot.payoffs import call
from rmot.regulation import Portfolio
from rmot.spread.alpha.calibration.config import read_problem
from rmot.transport import Bounds, ChiSquared, Prior, Quotes, Radius, price_bounds
from tests.calibration.surfaces import surface_of
from tests.fuzz.harness import Reader
from tests.regulation.test_portfolio import GOOD

ROOT = Path(__file__).parents[2]

PROBLEM = """
forwards = [1.0, 1.1]
common_factors = 1
convention = "price"
[assets]
observables = [[0.04, -0.006, 0.01], [0.05, -0.008, 0.015]]
weights = [[1, 1, 1], [1, 1, 1]]
[spreads]
pairs = [[2, 1]]
heston = [[-0.3, 0.2, 0.02]]
""" + "".join(
    f"""[{name}]
correlation = {correlation}
vol_of_vol = {vol}
initial_variance = {variance}
loadings = {loading}
"""
    for name, correlation, vol, variance, loading in (
        ("start", [-0.3, 0.0, 0.0], [1.0, 0.5, 0.5], [1.0, 0.01, 0.01], [[0.2], [0.2]]),
        ("lower", [-0.9] * 3, [0.0] * 3, [1e-4] * 3, [[0.0], [0.0]]),
        ("upper", [0.9] * 3, [5.0] * 3, [5.0] * 3, [[1.0], [1.0]]),
        ("free", [1, 1, 1], [1, 1, 1], [0, 1, 1], [[1], [1]]),
    )
)

SPREAD = """
forwards = [1.0, 1.1]
loadings = [[0.2, 0.1], [0.1, 0.2]]
law = "lognormal"
[[factors]]
hurst = 0.1
vol_of_vol = 1.0
correlation = -0.7
initial_variance = 1.0
mean_reversion = 0.5
long_run_variance = 1.0
[[factors]]
vol_of_vol = 0.5
correlation = -0.3
initial_variance = 1.0
mean_reversion = 1.0
long_run_variance = 1.0
"""


def _text(name: str, content: str):
    def write(folder: Path) -> None:
        (folder / name).write_text(content)

    return write


def _prior_of() -> Prior:
    points = np.exp(np.linspace(-1.0, 1.0, 21))
    weights = np.exp(-0.5 * (np.log(points) / 0.2 + 0.1) ** 2)
    return Prior(points, weights / weights.sum())


def _bounds(folder: Path) -> None:
    prior = _prior_of()
    strikes = (0.9, 1.0, 1.1)
    fair = np.array([prior.expectation(call(k)) for k in strikes])
    quotes = Quotes([call(k) for k in strikes], fair - 1e-3, fair + 1e-3)
    price_bounds(
        call(1.3),
        prior,
        quotes=quotes,
        forwards=float(prior.mean()),
        divergence=ChiSquared(),
        radius=Radius(0.02),
    ).save(folder / "bounds.json")


def _fit(folder: Path) -> None:
    calibrate(BlackScholes, surface_of(BlackScholes(volatility=0.2))).save(folder / "fit.json")


def _factor_fit(folder: Path) -> None:
    factor = VarianceFactor(
        hurst=0.1,
        vol_of_vol=1.0,
        correlation=-0.7,
        initial_variance=1.0,
        mean_reversion=0.5,
        long_run_variance=1.0,
    )
    model = RoughFactorModel([[0.2], [0.1]], [factor])
    FactorFit(
        model,
        ("loading_0_0",),
        {"hurst_0": 0.1},
        {"loading_0_0": 0.01},
        np.ones((3, 1)),
        np.zeros(3),
        np.full(3, 1e-3),
        np.array([0, 0, 1]),
        1.0,
        1.0,
        (),
        1e-6,
        10,
        1.0,
        (Optimum(1.0, np.eye(2), 3),),
        (),
        ({"id": "one"}, {"id": "two"}),
    ).save(folder / "fit.json")


def _no_nan(value) -> None:
    """Hold every array and number of a saved result to being finite, infinities by name apart."""
    for name, each in vars(value).items():
        if isinstance(each, np.ndarray):
            assert not np.any(np.isnan(each)), f"NaN in {name}"
        elif isinstance(each, float):
            assert not np.isnan(each), f"NaN in {name}"


def _check_fit(value) -> None:
    _no_nan(value)
    for errors in (value.standard_errors, getattr(value, "misfit_standard_errors", {})):
        for name, error in errors.items():
            assert isinstance(error, int | float), f"error of {name} is {error!r}"
            assert error >= 0, f"error of {name} is {error!r}"
    assert isinstance(value.reduced_chi_squared, int | float), repr(value.reduced_chi_squared)
    assert isinstance(value.evaluations, int), repr(value.evaluations)


def _check_bounds(value) -> None:
    for name in ("lower", "upper", "gap", "minimum_radius"):
        number = getattr(value, name)
        assert isinstance(number, int | float), f"{name} is {number!r}"
        assert not isinstance(number, bool), f"{name} is {number!r}"
        assert not np.isnan(number), f"{name} is NaN"
    slack = abs(value.gap) + 1e-6 * max(abs(value.lower), abs(value.upper))
    assert value.lower <= value.upper + slack, "lower above upper"
    for hedge in (value.lower_hedge, value.upper_hedge):
        assert hedge.shortfall >= 0.0, repr(hedge.shortfall)
        for number in (hedge.cash, hedge.cost, *hedge.positions, *hedge.forwards):
            assert isinstance(number, int | float), repr(number)
            assert np.isfinite(number), f"a hedge of {number}"
    for name in ("support_limited", "tail_relaxed", "sharp"):
        assert isinstance(getattr(value, name), bool), f"{name} is {getattr(value, name)!r}"


def _check_json(value) -> None:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check_json(each)
    assert not isinstance(value, float) or np.isfinite(value), f"{value} in JSON"


def _check_prior(prior) -> None:
    assert np.all(np.isfinite(prior.points)), "points"
    assert np.all(prior.weights > 0), "weights"


def _book(folder: Path) -> None:
    for name in ("spx.csv", "ndx.csv"):
        (folder / name).write_text("quotes\n")
    (folder / "days.csv").write_text("date,price\n2022-01-03,1\n2022-01-04,1\n2022-01-05,1\n")
    (folder / "book.toml").write_text(GOOD)


def _check_book(book) -> None:
    for asset in book.assets:
        assert asset.chain is None or asset.chain.is_file(), "no file"
    for position in book.positions:
        for number in (position.strike, position.notional, *position.weights):
            assert np.isfinite(number), repr(number)


def _rows(folder: Path) -> None:
    handle = io.StringIO()
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerows([["date", "loss"], *(["2022-01-03", 0.1 * n] for n in range(10))])
    (folder / "rows.csv").write_text(handle.getvalue())


def _check_rows(rows) -> None:
    for row in rows:
        assert {"date", "loss"} <= set(row), f"row {row}"


def _claims(folder: Path) -> None:
    shutil.copy(sorted((ROOT / "proofs_check" / "claims").glob("*.toml"))[0], folder / "some.toml")
    text = (folder / "some.toml").read_text()
    kept = [text.split("[[claims]]")[0]]
    for part in text.split("[[claims]]")[1:]:
        if len(kept) < 4 and "rests_on" not in part:
            kept.append(part)
    (folder / "some.toml").write_text("[[claims]]".join(kept))


def _check_ledger(found) -> None:
    for entry in found.entries:
        for name in ("id", "source", "location", "statement", "verdict", "method"):
            assert isinstance(getattr(entry, name), str), f"{name} is {getattr(entry, name)!r}"
        assert isinstance(entry.data, dict), f"data is {entry.data!r}"
        assert isinstance(entry.tables, dict), f"tables is {entry.tables!r}"
        for table in entry.tables.values():
            assert isinstance(table, str), f"a table {table!r}"


_PASSAGES = """
[sources.002]
file = "002.tex"
passages = [
    { at = "eq1", claims = ["T1"] },
    { at = "eq2", excluded = "a definition" },
]
[[open]]
waits_for = "a study"
claims = ["T9"]
[statements]
T9 = "something"
"""


def _check_passages(found) -> None:
    for passage in found.passages:
        assert bool(passage.claims) != bool(passage.excluded), repr(passage)
        assert isinstance(passage.at, str), repr(passage)


READERS = (
    Reader(
        "prior",
        lambda folder: _prior_of().save(folder / "prior.json"),
        {"prior.json": "json"},
        lambda folder: Prior.load(folder / "prior.json"),
        _check_prior,
    ),
    Reader(
        "bounds",
        _bounds,
        {"bounds.json": "json"},
        lambda folder: Bounds.load(folder / "bounds.json"),
        _check_bounds,
    ),
    Reader(
        "fit",
        _fit,
        {"fit.json": "json"},
        lambda folder: Fit.load(folder / "fit.json"),
        _check_fit,
    ),
    Reader(
        "factor_fit",
        _factor_fit,
        {"fit.json": "json"},
        lambda folder: FactorFit.load(folder / "fit.json"),
        _check_fit,
    ),
    Reader(
        "json",
        _text("any.json", json.dumps({"claims": [{"a": 1.0, "b": [1, None, "c"]}]})),
        {"any.json": "json"},
        lambda folder: read_json(folder / "any.json"),
        _check_json,
    ),
    Reader(
        "portfolio",
        _book,
        {"book.toml": "toml", "days.csv": "csv"},
        lambda folder: Portfolio.load(folder / "book.toml"),
        _check_book,
    ),
    Reader(
        "rows",
        _rows,
        {"rows.csv": "csv"},
        lambda folder: read_rows(folder / "rows.csv", ["date", "loss"]),
        _check_rows,
    ),
    Reader(
        "alpha_problem",
        _text("problem.toml", PROBLEM),
        {"problem.toml": "toml"},
        lambda folder: read_problem(folder / "problem.toml"),
        lambda value: None,
    ),
    Reader(
        "spread_model",
        _text("model.toml", SPREAD),
        {"model.toml": "toml"},
        lambda folder: read_spread(folder / "model.toml"),
        lambda value: None,
    ),
    Reader("ledger", _claims, {"some.toml": "toml"}, ledger.load, _check_ledger),
    Reader(
        "passages",
        _text("passages.toml", _PASSAGES),
        {"passages.toml": "toml"},
        lambda folder: passages.load_passages(folder / "passages.toml"),
        _check_passages,
    ),
)
