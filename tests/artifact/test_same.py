"""Folders of results held against each other, by their bytes."""

import subprocess
import sys
from pathlib import Path

import pytest

from rmot.artifact.same import compare
from rmot.errors import DataError, MissingData

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folders(tmp_path):
    for name in ("one", "other"):
        for file, text in {
            "tables/a.csv": "x,y\n1,2\n3,4\n",
            "tables/b.tex": "b",
            "timings/a.tsv": name,
            "benchmarks/a.csv": f"gap,peer_seconds,ratio\n1e-9,{len(name)},{len(name)}\n",
            "benchmarks/a.tex": name,
            "figures/calibration_race.pdf": name,
            "claims/.c.json.x.part": name,
        }.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return tmp_path / "one", tmp_path / "other"


def test_what_says_how_long_it_took_is_not_compared(folders):
    found = compare(*folders)
    assert found.equal
    assert found.same == ("benchmarks/a.csv", "tables/a.csv", "tables/b.tex")


def test_what_a_benchmark_found_is_compared(folders):
    _, other = folders
    (other / "benchmarks" / "a.csv").write_text("gap,peer_seconds,ratio\n2e-9,5,5\n")
    assert compare(*folders).different == {"benchmarks/a.csv": "gap in 1 rows"}


def test_a_changed_cell_a_new_and_a_missing_file_are_named(folders):
    one, other = folders
    (other / "tables" / "a.csv").write_text("x,y\n1,2\n3,4.0\n")
    (other / "tables" / "b.tex").unlink()
    (one / "claims" / "d.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "rmot.artifact.same", *map(str, folders)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "different: tables/a.csv: y in 1 rows" in done.stdout
    assert f"only in {one}: claims/d.json" in done.stdout
    assert f"only in {one}: tables/b.tex" in done.stdout
    assert not compare(one, other, ["tables/"]).equal
    assert compare(one, other, ["claims/"]).first == ("claims/d.json",)


def test_a_comparison_of_nothing_is_refused(folders, tmp_path):
    one, other = folders
    with pytest.raises(DataError, match="outputs to compare"):
        compare(one, other, ["no-such/"])
    with pytest.raises(MissingData, match="expected a folder of results"):
        compare(tmp_path / "absent", other)
