"""A certificate's file that is cut off is named by each verifier, in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verifier", ["verify", "verify_two_dates", "verify_balls"])
def test_cut_file_is_one_line(tmp_path, verifier):
    cut = tmp_path / "cut.json"
    cut.write_text('{"certificates": [1')
    done = subprocess.run(
        [sys.executable, "-m", f"proofs_check.{verifier}", str(cut)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{cut}: expected JSON")
    assert done.stderr.count("\n") == 1
