"""The kernel decorator: disk cache keyed by sources, reused by a second process, never fatal."""

import os
import subprocess
import sys

from rmot.numerics.compiled import CACHE_FOLDER

_PROGRAM = """
from rmot.numerics.black import black_otm, scaled_erfc_slope
scaled_erfc_slope(1.0)
stats = scaled_erfc_slope.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def _run(cache: str) -> str:
    environment = dict(os.environ, NUMBA_CACHE_DIR=cache)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_second_process_starts_from_the_cache(tmp_path):
    assert _run(str(tmp_path)) == "0 1"
    assert _run(str(tmp_path)) == "1 0"


def test_unusable_cache_folder_is_no_error(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    hits, _ = _run(str(blocked)).split()
    assert hits == "0"


def test_cache_folder_is_named_by_a_fingerprint():
    assert CACHE_FOLDER is None or len(CACHE_FOLDER.name) == 20
