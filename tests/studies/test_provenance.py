"""Provenance names each file of data, where its original is, and what rests on it."""

import gzip
import json
from pathlib import Path

import pytest

from rmot.market import registry
from rmot.studies import provenance

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A registered file, a drawn one, numbers of two tables, and a timing."""
    real = tmp_path / "real.csv.gz"
    real.write_bytes(gzip.compress(b"day,close\n2026-01-02,1\n", mtime=0))
    entry = next(iter(registry.datasets().values()))
    known = {
        entry.id: type(entry)(
            **{**vars(entry), "sha256": registry.sha256(real), "content_sha256": None}
        )
    }
    monkeypatch.setattr(registry, "datasets", lambda: known)
    monkeypatch.setattr(provenance, "datasets", lambda: known)
    drawn = tmp_path / "drawn.csv"
    drawn.write_text(f"{registry.SYNTHETIC_MARKER}, seed 1\n1,2\n")
    numbers = tmp_path / "numbers.json"
    numbers.write_text(json.dumps({"tables": {"SpxHurst": "fits", "Width": "bounds"}}))
    (tmp_path / "fit.tsv").write_text("s\tmax_rss\n1.5\t-\n")
    return {"entry": entry, "real": real, "drawn": drawn, "numbers": numbers, "folder": tmp_path}


def run(files, *more):
    output = files["folder"] / "provenance.json"
    provenance.main(
        [
            *("--profile", "quick", "--lock", str(ROOT / "requirements.lock")),
            *("--timings", str(files["folder"]), "--numbers", str(files["numbers"])),
            *("--output", str(output), "--seed", "fit=3", *more),
        ]
    )
    return json.loads(output.read_text())


def test_every_file_is_described_and_every_number_leads_to_its_files(files):
    found = run(
        files,
        *("--rests", "fits=0", "--rests", "bounds=0,1", "--rests", "drawn=", "--absent", "vol/X"),
        *("--data", str(files["real"]), str(files["drawn"])),
    )
    entry = files["entry"]
    real = found["data"][entry.id]
    assert real["kind"] == "real"
    assert real["sha256"] == registry.sha256(files["real"])
    assert (real["repository"], real["commit"]) == (entry.repository, entry.commit)
    assert real["path"] == entry.source_path
    assert found["data"]["drawn.csv"]["kind"] == "synthetic"
    assert found["absent_data"] == ["vol/X"]
    behind = {
        macro: found["data_of_tables"][table] for macro, table in found["tables_of_numbers"].items()
    }
    assert behind == {"SpxHurst": [entry.id], "Width": [entry.id, "drawn.csv"]}
    assert found["seeds"] == {"fit": 3}
    assert found["rules"]["fit"] == {"seconds": 1.5, "peak_memory_mb": None}


def test_a_number_of_an_unknown_table_is_an_error(files):
    with pytest.raises(SystemExit, match="bounds"):
        run(files, "--rests", "fits=")
