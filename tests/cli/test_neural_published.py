import json

from rmot.market.synthetic_bars import FILES, FUTURES_FOLDER, write_bars
from rmot.neural import Provenance, save_weights
from rmot.neural.published.model import NAME, Architecture, make_model


def test_parameters_and_audit_of_synthetic_files(rmot, tmp_path):
    write_bars(tmp_path, 4, days=120)
    index, of_index = (tmp_path / FILES[name] for name in ("index", "of_index"))
    status, out, _ = rmot(
        *("neural", "parameters", "--index", index, "--of-index", of_index),
        *("--futures", tmp_path / FUTURES_FOLDER, "--json"),
    )
    assert status == 0
    found = {row["what"]: row for row in json.loads(out)}
    assert abs(found["mean reversion, changes"]["value"] - 3.0) < 0.1
    about = Architecture(width=2, depth=1)
    config = {"architecture": {"width": 2, "depth": 1}}
    save_weights(tmp_path / "model", make_model(about), Provenance(NAME, config, {}, {}))
    bars = tmp_path / FILES["bars"]
    status, out, _ = rmot("neural", "audit-bars", tmp_path / "model.eqx", bars, "--json")
    assert status == 0
    rows = {row["statistic"]: row["evidence"] for row in json.loads(out)}
    assert rows["mean_variance"] == "handed on"
    status, _, err = rmot("neural", "audit-bars", tmp_path / "model.eqx", bars, "--length", 20)
    assert status == 2
    assert "the longest run has 14" in err
    status, _, err = rmot("neural", "audit-bars", tmp_path / "none.eqx", bars)
    assert status == 2
    assert "none.json" in err
