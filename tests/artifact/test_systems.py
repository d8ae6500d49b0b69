"""What differs between systems, on systems that are not at hand: they are pretended."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rmot.artifact import fingerprint, systems
from rmot.errors import MissingData

ROOT = Path(__file__).parents[2]


@pytest.fixture
def homeless(monkeypatch):
    """A user without a passwd entry and without HOME: Python knows no home folder then."""
    for name in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(RuntimeError):
        Path.home()


@pytest.mark.parametrize(("system", "unit"), [("darwin", 1), ("linux", 1024)])
def test_peak_memory_is_in_bytes_on_each_system(monkeypatch, system, unit):
    monkeypatch.setattr(systems.sys, "platform", system)
    usage: Any = SimpleNamespace(ru_maxrss=300)
    assert systems.peak_bytes(usage) == 300 * unit


def test_peak_memory_here_is_near_what_the_system_tells():
    peak = systems.peak_bytes(resource.getrusage(resource.RUSAGE_SELF))
    psutil = pytest.importorskip("psutil")
    held = psutil.Process().memory_info().rss
    # a peak is not below what is held now, but for pages that are counted late
    assert 0.9 * held < peak < 100 * held


def test_what_was_parsed_is_not_kept_without_a_home(homeless, monkeypatch):
    monkeypatch.setattr(fingerprint, "_parsed", {"a": ("b", [])})
    fingerprint.forget()
    fingerprint.keep_parsed()
    fingerprint.forget()


def test_compiled_code_is_kept_beside_the_engine_without_a_home(homeless, monkeypatch, tmp_path):
    from rmot.numerics import compiled

    monkeypatch.setattr(compiled, "_beside_the_code", lambda: tmp_path / "beside")
    folder = compiled._usable_folder()
    assert folder is not None
    assert folder.parent == tmp_path / "beside"


def test_compiled_code_is_not_kept_where_nothing_can_be_written(homeless, monkeypatch, tmp_path):
    from rmot.numerics import compiled

    # no folder can be made below a file, not even by root
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(compiled, "_beside_the_code", lambda: tmp_path / "file" / "beside")
    assert compiled._usable_folder() is None


def test_data_below_a_home_that_is_not_known_is_one_clear_error(homeless, monkeypatch):
    from rmot.market.registry import data_root

    monkeypatch.setenv("RMOT_DATA", "~/quotes")
    with pytest.raises(MissingData, match=r"RMOT_DATA .* ~/quotes$"):
        data_root()


def test_every_program_names_the_same_thread_variables():
    line = next(line for line in (ROOT / "reproduce").read_text().splitlines() if "OMP_NUM" in line)
    assert line.split()[1:] == [f"{name}=1" for name in systems.THREADS]


@pytest.mark.parametrize(
    ("processor", "limited"), [("x86_64", True), ("AMD64", True), ("arm64", False)]
)
def test_instructions_of_x86_are_asked_for_on_x86_alone(processor, limited):
    pytest.importorskip("jax")
    code = (
        f"import os, platform; platform.machine = lambda: {processor!r}\n"
        "from rmot.neural import jaxed; print(os.environ['XLA_FLAGS'])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ("--xla_cpu_max_isa=AVX2" in done.stdout) == limited
    assert "--xla_cpu_multi_thread_eigen=false" in done.stdout


def test_no_two_files_differ_by_case_alone():
    # the file system of macOS takes them for one
    folders = [ROOT / name for name in ("rmot", "proofs_check", "paper", "figures", "docs")]
    names = [
        path.relative_to(ROOT).as_posix()
        for folder in [*folders, ROOT / "tests", ROOT / "benchmarks", ROOT / "data"]
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    ]
    assert len(names) == len({name.lower() for name in names})
