"""`rmot spread` on files that hold a model, and on some that do not."""

import csv
import io
import json

import pytest

from rmot.models import NormalFactorModel, RoughFactorModel, VarianceFactor
from rmot.spread import spread_call

GIVEN = {
    "vol_of_vol": 1.5,
    "correlation": -0.5,
    "initial_variance": 1.0,
    "mean_reversion": 0.1,
    "long_run_variance": 1.0,
}
TABLES = "".join(
    "[[factors]]\n" + "".join(f"{name} = {value}\n" for name, value in factor.items())
    for factor in (GIVEN, {**GIVEN, "vol_of_vol": 0.0})
)
HEAD = "forwards = [1.1, 1.0]\nloadings = [[0.2, 0.1], [0.15, -0.1]]\n"
FACTORS = [
    VarianceFactor(hurst=0.5, **GIVEN),
    VarianceFactor(hurst=0.5, **{**GIVEN, "vol_of_vol": 0.0}),
]
LOADINGS = [[0.2, 0.1], [0.15, -0.1]]


@pytest.fixture
def model(tmp_path):
    def write(text):
        path = tmp_path / "model.toml"
        path.write_text(text)
        return path

    return write


def test_prices_are_those_of_the_library(rmot, model):
    given = ["spread", model(HEAD + TABLES), "--strike", "-0.05,0.1", "--maturity", "2", "--json"]
    status, out, _ = rmot(*given)
    rows = json.loads(out)
    assert status == 0
    assets = RoughFactorModel(LOADINGS, FACTORS)
    wanted = spread_call(assets, 0, 1, [-0.05, 0.1], 2.0, forwards=(1.1, 1.0))
    for row, price in zip(rows, wanted, strict=True):
        assert row["price"] == pytest.approx(price, abs=1e-9)
        assert abs(row["parity_gap"]) <= 1e-8
        assert row["lower_bound"] <= row["price"] + 1e-8


def test_assets_may_change_places_and_laws_be_normal(rmot, model):
    path = model('law = "normal"\n' + HEAD + TABLES)
    status, out, _ = rmot(
        "spread", path, "-i", 2, "-j", 1, "--strike", "0", "--maturity", "1", "--csv"
    )
    (row,) = csv.DictReader(io.StringIO(out))
    law = NormalFactorModel(LOADINGS, FACTORS).spread(1, 0)
    assert status == 0
    assert float(row["price"]) == law.options(0.0, 1.0, forward=1.0 - 1.1).call


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("forwards = [1.0]", [], "missing"),
        ("forwards = [", [], "expected TOML"),
        (HEAD + TABLES.replace("vol_of_vol", "volvol"), [], "factor 1 needs"),
        (HEAD.replace("1.1, 1.0", "1.1") + TABLES, [], "2 forwards"),
        ('law = "cubic"\n' + HEAD + TABLES, [], "cubic"),
        (HEAD + TABLES, ["-i", "3"], "from 1 to 2"),
        (HEAD + TABLES, ["-i", "2"], "twice"),
        (HEAD + TABLES.replace("-0.5", "-1.5"), [], "correlation"),
        (HEAD.replace("[0.15, -0.1]", "[0.0, 0.0]") + TABLES, [], "asset 1"),
    ],
)
def test_bad_models_end_with_one_line(rmot, model, text, options, said):
    status, out, err = rmot("spread", model(text), "--strike", "0", "--maturity", "1", *options)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("option", "value"), [("--strike", "a"), ("--maturity", "-1")])
def test_bad_arguments_end_with_one_line(rmot, model, option, value):
    given = {"--strike": "0", "--maturity": "1", option: value}
    flat = [part for pair in given.items() for part in pair]
    status, out, err = rmot("spread", model(HEAD + TABLES), *flat)
    assert (status, out) == (2, "")
    assert option.strip("-") in err
