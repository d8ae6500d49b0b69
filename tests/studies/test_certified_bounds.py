"""Certificates of the index bounds, from chains of our own making."""

import json
from fractions import Fraction

import pandas as pd
import pytest

from proofs_check import verify
from rmot.artifact.files import write_csv
from rmot.errors import ParameterError
from rmot.market.synthetic import synthetic_index_chain
from rmot.studies import certified_bounds, index_basket
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chains")
    for name, seed in (("SPX", 1), ("NDX", 2)):
        synthetic_index_chain(folder / f"{name}.csv.gz", underlying=name, seed=seed)
    published = pd.DataFrame({"moneyness": [0.9, 1.1], "lower": [0.1, 0.0], "upper": [0.2, 0.1]})
    write_csv(folder / "published.csv", published)
    chains = {name: folder / f"{name}.csv.gz" for name in ("SPX", "NDX")}
    return {**chains, "published": folder / "published.csv"}


@pytest.mark.parametrize("case", ["price", "basket"])
def test_certificates_are_accepted_by_the_verifier(inputs, case, tmp_path):
    named = [f"--input={name}={path}" for name, path in inputs.items()]
    path = tmp_path / "bounds.json"
    certified_bounds.main(["--profile=quick", f"--case={case}", *named, f"--output={path}"])
    statements = json.loads(path.read_text())["bounds"]
    assert len(statements) == {"price": 4, "basket": 2}[case]
    for statement in statements:
        assert verify._superhedge_holds(statement, {})
        lowered = {**statement, "cost": str(Fraction(statement["cost"]) - 1)}
        assert not verify._superhedge_holds(lowered, {})


def test_basket_hedges_cost_what_the_table_prints(inputs):
    config = Config("quick", inputs, "basket")
    table = index_basket.run(config)
    hedges = certified_bounds.run(config)
    for row, hedge in zip(table.to_dict("records"), hedges, strict=True):
        assert float(hedge.cost) == pytest.approx(row["upper"], abs=1e-9)


def test_an_unknown_case_is_refused(inputs):
    with pytest.raises(ParameterError, match="price, basket"):
        certified_bounds.run(Config("quick", inputs, "other"))
