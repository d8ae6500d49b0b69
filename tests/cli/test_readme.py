"""README's commands print what README shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_readme_shows_what_its_commands_print(rmot, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    text = (ROOT / "README.md").read_text()
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = step.partition("\n")
        words = shlex.split(line)
        if words[0] == "rmot":
            status, out, err = rmot(*words[1:])
            assert status == 0, err
        else:
            out = subprocess.check_output([sys.executable, *words[1:]], text=True)
        assert_same_text(out, shown)


def assert_same_text(found, shown):
    """Words are equal, and numbers but for what processors disagree on."""
    one, other = found.split(), shown.split()
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        if a != b:
            assert float(a) == pytest.approx(float(b), rel=1e-4, abs=1e-7)
