import json

import pandas as pd
import pytest

from paper import numbers
from paper.quantities import fits
from rmot.errors import DataError


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """One table, and an article that uses both numbers made of it."""
    table = pd.DataFrame(
        {
            "underlying": ["SPX", "SPX"],
            "parameter": ["hurst", "mean_reversion"],
            "value": [0.1234, 0.3],
            "standard_error": [0.0012, float("nan")],
            "data": "real",
            "data_sha256": "ab" * 32,
        }
    )
    path = tmp_path / "rough_heston_parameters.csv"
    table.to_csv(path, index=False)
    monkeypatch.setattr(numbers, "SECTIONS", tmp_path)
    monkeypatch.setattr(numbers, "MAKERS", {"rough_heston_parameters": fits.parameters})
    (tmp_path / "main.tex").write_text(r"$H=\SpxHurst$ at $\SpxMeanReversion$")
    return tmp_path, path


def test_each_number_becomes_a_macro_with_its_error(tables):
    folder, path = tables
    numbers.write("full", folder / "numbers.json", [path])
    made = (folder / "numbers.tex").read_text()
    assert r"\newcommand{\SpxHurst}{\ensuremath{0.1234(12)}}" in made
    assert r"\newcommand{\SpxMeanReversion}{\ensuremath{0.300}}" in made
    stored = json.loads((folder / "numbers.json").read_text())["numbers"]["SpxHurst"]
    assert stored["value"] == 0.1234
    assert stored["tolerance"] == pytest.approx(0.0012 / 100)


def test_a_number_that_no_section_uses_is_an_error(tables):
    folder, path = tables
    (folder / "main.tex").write_text(r"$H=\SpxHurst$ % \SpxMeanReversion")
    with pytest.raises(DataError, match="unused: SpxMeanReversion"):
        numbers.write("full", folder / "numbers.json", [path])


def test_a_number_made_twice_is_an_error(tables):
    folder, path = tables
    table = pd.read_csv(path)
    pd.concat([table, table]).to_csv(path, index=False)
    with pytest.raises(DataError, match="made twice: SpxHurst"):
        numbers.write("full", folder / "numbers.json", [path])


def test_quick_and_synthetic_are_said_in_the_article(tables):
    folder, path = tables
    pd.read_csv(path).assign(data="synthetic").to_csv(path, index=False)
    numbers.write("quick", folder / "numbers.json", [path])
    made = (folder / "numbers.tex").read_text()
    assert "synthetic data" in made
    assert "quick profile" in made
