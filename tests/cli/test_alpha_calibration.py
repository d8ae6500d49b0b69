"""`rmot alpha-calibrate`: what it prints, and the one line it refuses with."""

import csv
import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from rmot.cli import app
from rmot.errors import MissingData, ParameterError

CONFIG = """
forwards = [1.0, 1.1]
common_factors = 1
convention = "price"

[assets]
heston = [[-0.5, 0.3, 0.04], [-0.4, 0.2, 0.05]]

[spreads]
pairs = [[2, 1]]
observables = [[0.02, -0.0005, 0.0006]]

[start]
correlation = [-0.3, -0.1, -0.1]
vol_of_vol = [1.0, 0.5, 0.5]
initial_variance = [1.0, 0.01, 0.01]
loadings = [[0.2], [0.2]]

[lower]
correlation = [-0.99, -0.99, -0.99]
vol_of_vol = [0.01, 0.01, 0.01]
initial_variance = [1.0, 0.0, 0.0]
loadings = [[0.0], [-1.0]]

[upper]
correlation = [0.99, 0.99, 0.99]
vol_of_vol = [5.0, 5.0, 5.0]
initial_variance = [1.0, 1.0, 1.0]
loadings = [[1.0], [1.0]]

[free]
correlation = [true, true, true]
vol_of_vol = [true, true, true]
initial_variance = [false, true, true]
loadings = [[true], [true]]
"""


def run(tmp_path, text=CONFIG, *options):
    path = tmp_path / "calibration.toml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["alpha-calibrate", str(path), "--starts", "3", *options])


def test_what_is_printed_is_parameters_and_observables(tmp_path):
    done = run(tmp_path, CONFIG, "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    parameters = {row["name"]: row for row in rows if row["kind"] == "parameter"}
    observables = {row["name"]: row for row in rows if row["kind"] == "observable"}
    assert len(parameters) == 11
    assert parameters["v_1"]["value"] == 1.0
    assert not parameters["v_1"]["free"]
    # the targets are Heston's: Var = V_0, CoVar = rho xi V_0, VarVar = xi^2 V_0
    found = [observables[f"{kind} 1"]["target"] for kind in ("Var", "CoVar", "VarVar")]
    np.testing.assert_allclose(found, [0.04, -0.006, 0.0036])
    # Var is that of the numbers which are printed
    own = parameters["alpha_11"]["value"] ** 2 + parameters["v_2"]["value"]
    assert observables["Var 1"]["value"] == pytest.approx(own, rel=1e-12)
    assert "objective" in done.stderr


def test_tables_and_csv_show_the_same(tmp_path):
    table = run(tmp_path)
    assert table.exit_code == 0
    assert "Observables" in table.stdout
    rows = list(csv.DictReader(io.StringIO(run(tmp_path, CONFIG, "--csv").stdout)))
    assert [row["name"] for row in rows if row["kind"] == "observable"][-1] == "VarVar 2-1"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("common_factors = 1", "common_factors = 1\nlambda = 2", "unknown lambda"),
        ("common_factors = 1\n", "", "expected common_factors"),
        ("common_factors = 1", "common_factors = 1.5", "whole number"),
        ("[true, true, true]\nvol", "[true, true]\nvol", r"\[free\] correlation: expected 3"),
        ("[[0.0], [-1.0]]", "[[0.3], [-1.0]]", r"alpha_11: expected a start in \[0.3, 1.0\]"),
        ("[0.01, 0.01, 0.01]\ninitial", "[9.0, 0.01, 0.01]\ninitial", "nu_1: expected lower"),
        ("[-0.99, -0.99, -0.99]", "[-1.5, -0.99, -0.99]", "rho_1: a colour's correlation"),
        ("[[0.2], [0.2]]", "[[0.2], [0.0]]", None),
        ("[[0.2], [0.2]]", "[[0.2, 0.1], [0.2, 0.1]]", r"\[start\] loadings: expected 2 rows"),
        ("[[2, 1]]", "[[2, 2]]", "two different assets"),
        ("[[-0.5, 0.3, 0.04]", "[[-1.5, 0.3, 0.04]", r"rho in \[-1, 1\]"),
        ("heston", "hestons", "unknown hestons"),
        ("[[0.02, -0.0005, 0.0006]]", '[["a", 1, 2]]', "rows of numbers"),
        ("forwards = [1.0, 1.1]", "forwards = [1.0, 1.1", "expected TOML"),
        ('"price"', '"absolute"', "convention must be"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path, old, new, said):
    assert old in CONFIG
    done = run(tmp_path, CONFIG.replace(old, new, 1))
    if said is None:
        # an asset may start on its residual alone
        assert done.exit_code == 0
        return
    assert isinstance(done.exception, ParameterError)
    with pytest.raises(ParameterError, match=said):
        raise done.exception


def test_an_asset_without_variance_is_refused(tmp_path):
    text = CONFIG.replace("[[0.2], [0.2]]", "[[0.2], [0.0]]").replace(
        "initial_variance = [1.0, 0.01, 0.01]", "initial_variance = [1.0, 0.01, 0.0]"
    )
    done = run(tmp_path, text)
    assert isinstance(done.exception, ParameterError)
    assert "asset 2 starts without variance" in str(done.exception)


def test_a_missing_file_is_named(tmp_path):
    done = CliRunner().invoke(app, ["alpha-calibrate", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, MissingData)
    assert "none.toml" in str(done.exception)
