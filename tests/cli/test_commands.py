"""What a person at the shell sees: tables, machine forms, and one clear line for bad input."""

import csv
import gzip
import io
import json

import pytest

from rmot import __version__
from rmot.calibration import Fit
from rmot.models import RoughHeston


def test_version_and_help(rmot):
    assert rmot("--version")[1].strip() == f"rmot {__version__}"
    assert rmot("--help")[0] == 0


def test_price_prints_every_digit_in_json(rmot):
    status, out, _ = rmot("price", "--maturity", 0.5, "--log-moneyness=-0.1,0", "--json")
    rows = json.loads(out)
    model = RoughHeston(
        hurst=0.12,
        vol_of_vol=0.28,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    )
    assert status == 0
    assert [row["call_price"] for row in rows] == model.call_price([-0.1, 0.0], 0.5).tolist()


def test_price_prints_csv_and_a_table(rmot):
    _, out, _ = rmot("price", "--maturity", 0.5, "--csv")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 4
    _, out, err = rmot("price", "--maturity", 0.5)
    assert "implied volatility" in out
    assert "are finite" in err


def test_price_adds_sensitivities_and_obeys_a_tolerance(rmot):
    _, out, _ = rmot("price", "--maturity", 0.5, "--sensitivities", "--json")
    assert {"by_hurst", "by_long_run_variance"} <= set(json.loads(out)[0])
    status, _, err = rmot("price", "--maturity", 0.5, "--tolerance", "1e-30")
    assert status == 2
    assert "1.0e-30" in err


def test_calibrate_saves_a_fit_and_prints_it(rmot, chain, tmp_path):
    saved = tmp_path / "fit.json"
    arguments = ["calibrate", chain, "--expiry", "2022-03-04", "--thin", 12, "--output", saved]
    status, out, err = rmot(*arguments, "--fix", "mean_reversion=0.3", "--fix", "hurst=0.1")
    assert status == 0, err
    assert "correlation" in out
    assert "synthetic data" in err
    fit = Fit.load(saved)
    assert fit.fixed == {"mean_reversion": 0.3, "hurst": 0.1}


def write_variant(chain, path, change):
    path.write_bytes(change(gzip.decompress(chain.read_bytes()).decode()).encode())
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["claims", "--results", "/no/such/folder"], "/no/such/folder"),
        (["price", "--maturity", "-1"], "maturity"),
        (["price", "--maturity", "1", "--hurst", "0.9"], "hurst"),
        (["price", "--maturity", "1", "--log-moneyness", "a,b"], "comma-separated"),
        (["calibrate", "/no/such/file"], "/no/such/file"),
        (["calibrate", "CHAIN", "--expiry", "4 March"], "YYYY-MM-DD"),
        (["calibrate", "CHAIN", "--expiry", "2021-03-04"], "2021-03-04"),
        (["calibrate", "CHAIN", "--fix", "hurst"], "NAME=NUMBER"),
        (["calibrate", "CHAIN", "--fix", "kappa=1"], "kappa"),
        (["data", "verify", "no/such/dataset"], "no/such/dataset"),
    ],
)
def test_bad_input_is_one_line_and_status_two(rmot, chain, arguments, words):
    status, out, err = rmot(*(chain if word == "CHAIN" else word for word in arguments))
    assert status == 2
    assert out == ""
    last = err.strip().splitlines()[-1]
    assert last.startswith("rmot: ")
    assert words in last


def test_damaged_files_are_one_line_each(rmot, chain, tmp_path):
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(chain.read_bytes()[:5000])
    no_column = write_variant(chain, tmp_path / "a.csv", lambda text: text.replace("Strike", "X"))
    for path, words in ((cut, "cut off"), (no_column, "Strike")):
        status, _, err = rmot("calibrate", path)
        assert (status, err.count("\n")) == (2, 1), err
        assert words in err


def test_data_folder_that_does_not_exist_is_one_line(rmot, monkeypatch):
    monkeypatch.setenv("RMOT_DATA", "/no/such/folder")
    status, _, err = rmot("data", "verify")
    assert (status, err.count("\n")) == (2, 1)
    assert "RMOT_DATA" in err


def test_data_list_names_origin_and_licence(rmot):
    status, out, _ = rmot("data", "list", "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert status == 0
    assert rows["chains/cboe_20220204/spx_quotedata"]["repository"] == "Luca-Castelli/Index-Gamma"


def test_surface_shows_slices_and_why_quotes_were_dropped(rmot, chain):
    status, out, err = rmot("surface", chain, "--json")
    assert status == 0
    rows = json.loads(out)
    assert {row["slice"] for row in rows} >= {"2022-03-04 PM", "2022-03-18 AM", "2022-03-18 PM"}
    assert all(row["forward_low"] <= row["forward"] <= row["forward_high"] for row in rows)
    status, out, err = rmot("surface", chain)
    assert status == 0
    assert "quotes read" in err
    assert "violations at bid and ask" in err


def test_several_chains_are_fitted_and_a_broken_one_is_named(rmot, chain, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("nothing of the kind\n")
    arguments = ["--model", "black-scholes", "--thin", 8, "--csv"]
    status, out, err = rmot("calibrate", chain, broken, *arguments)
    assert status == 1
    assert "broken: " in err
    assert out.splitlines()[0].startswith("name,volatility")
    assert len(out.splitlines()) == 2


def test_profile_and_curve_are_reached_from_the_command_line(rmot, chain):
    options = ["--fix", "mean_reversion=0", "--curve", "0.1,0.2", "--profile", "hurst"]
    status, out, _ = rmot("calibrate", chain, "--thin", 10, *options, "--json")
    assert status == 0
    fit = json.loads(out)
    assert fit["free"][-1] == "forward_variance_2"
    assert fit["profile"]["parameter"] == "hurst"
