"""The DAG takes a registered file by its hash, not by its name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAIN = "chains/cboe_20220204/spx_quotedata.csv.gz"


def planned(data, **environment):
    """Ask for the jobs behind one small target; nothing is run."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "--nolock"]
    return subprocess.run(
        [
            *command,
            "--workflow-profile",
            "profiles/quick",
            "results/quick/data/synthetic_ndx.csv.gz",
        ],
        cwd=ROOT,
        env={**os.environ, "RMOT_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_with_another_hash_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / CHAIN).parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "README.md", tmp_path / CHAIN)
    refused = planned(tmp_path)
    assert refused.returncode != 0
    told = [line for line in refused.stderr.splitlines() if line.startswith("rmot: ")]
    assert len(told) == 1
    assert CHAIN in told[0]
    assert "another" in told[0]
    taken = planned(tmp_path, RMOT_UNREGISTERED="yes")
    assert taken.returncode == 0, taken.stderr
