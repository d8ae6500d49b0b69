import numpy as np
import pandas as pd
import pytest

from rmot.market.synthetic import synthetic_index_chain
from rmot.market.synthetic_realised import INDICES, write_realised_variance
from rmot.studies.roughness import (
    atm_skew,
    hurst_comparison,
    realised_roughness,
    realised_variograms,
    skew_laws,
)
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def realised(tmp_path_factory):
    path = tmp_path_factory.mktemp("realised") / "table.csv.gz"
    write_realised_variance(path, 5, INDICES, days=700)
    return path


def test_realised_roughness_has_every_index_and_method_and_says_what_it_rests_on(realised):
    table = realised_roughness.run(Config("quick", {"indices": realised}))
    assert set(table["series"]) == set(INDICES)
    assert set(table["method"]) == {"variogram", "free noise", "least noise"}
    assert set(table["data"]) == {"synthetic"}
    assert set(table["missing"]) == {14}
    assert np.all((table["low"] <= table["hurst"]) & (table["hurst"] <= table["high"]))
    text = realised_roughness.printed(table)
    assert text.count(r"\\") == 4
    again = realised_roughness.run(Config("quick", {"indices": realised}))
    assert table.equals(again)


def test_variograms_carry_the_same_estimates(realised):
    config = Config("quick", {"indices": realised})
    table, curves = realised_roughness.run(config), realised_variograms.run(config)
    for name, group in curves.groupby("series"):
        rows = table[table["series"] == name].set_index("method")["hurst"]
        assert group["hurst"].iloc[0] == rows["free noise"]
        assert group["variogram_hurst"].iloc[0] == rows["variogram"]


def test_skews_of_a_synthetic_chain_give_its_exponent(tmp_path, realised):
    chain, skews = tmp_path / "spx.csv.gz", tmp_path / "skews.csv"
    synthetic_index_chain(chain, seed=2)
    found = atm_skew.run(Config("quick", {"SPX": chain}))
    assert set(found["data"]) == {"synthetic"}
    found.to_csv(skews, index=False)
    laws = skew_laws.run(Config("quick", {"skew": skews}))
    whole = laws[(laws["range"] == "all") & (laws["law"] == "power")]
    # SSVI: skew ~ T^-gamma with gamma = 0.4, but for (1 + theta)^(gamma - 1), theta < 0.04
    assert np.all(np.abs(whole["hurst"] - 0.1) < 4 * whole["hurst_error"] + 0.01)
    assert skew_laws.printed(laws).count("SPX") == laws["range"].nunique()

    paths = {"skew": tmp_path / "laws.csv", "realised": tmp_path / "realised.csv"}
    laws.to_csv(paths["skew"], index=False)
    realised_roughness.run(Config("quick", {"indices": realised})).to_csv(paths["realised"])
    paths |= {"surfaces": tmp_path / "surfaces.csv", "portfolio": tmp_path / "portfolio.csv"}
    fitted = {"hurst": [0.3, 0.2], "hurst_lower": [0.29, 0.18], "hurst_upper": [0.31, 0.22]}
    surfaces = pd.DataFrame({"chain": ["SPX", "NDX"], "model": "rough_heston_5", **fitted})
    surfaces.to_csv(paths["surfaces"], index=False)
    pd.DataFrame({"name": ["IWM"], "hurst": 0.1, "hurst_lower": float("-inf")}).to_csv(
        paths["portfolio"], index=False
    )
    together = hurst_comparison.run(Config("quick", paths))
    less = together.set_index(["index", "estimate"]).loc[("S&P 500 less Nasdaq", "surface")]
    assert less["hurst"] == pytest.approx(0.1)
    assert less["z"] == pytest.approx(0.1 / np.hypot(0.02 / 3.92, 0.04 / 3.92))
    pairs = together["index"].str.contains(" less ")
    assert pairs.sum() == 3 + 3 * 2
    together = together.loc[~pairs]
    assert together.groupby("index", sort=False).size().to_dict() == {
        "S&P 500": 4 + ("to 30 days" in set(laws["range"])),
        "Nasdaq": 3,
        "Russell 2000": 3,
    }
    assert hurst_comparison.printed(together).count("--") == 4 + (
        "to 30 days" not in set(laws["range"])
    )
