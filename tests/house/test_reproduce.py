"""The script, the lock and the data rules, as far as they can be seen without running the DAG."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_lock_holds_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index" not in text
    requirements = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(requirements) > 20
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_lock_pins_the_build_backend_of_pyproject():
    backend = re.search(r'requires = \["(.+?)"\]', (ROOT / "pyproject.toml").read_text())
    assert backend is not None
    assert backend[1] in (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("shell", ["sh", "dash"])
def test_script_is_posix_shell(shell):
    subprocess.run([shell, "-n", "reproduce"], cwd=ROOT, check=True)


@pytest.mark.parametrize("arguments", [["--profile", "nosuch"], ["--profile"]])
def test_unknown_profile_is_one_clear_line(arguments):
    done = subprocess.run(
        ["./reproduce", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "profile" in done.stderr


def test_help_names_every_command():
    done = subprocess.run(
        ["./reproduce", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for word in ("test", "compare", "accept", "--profile", "RMOT_DATA"):
        assert word in done.stdout


def test_what_the_system_lacks_is_named(tmp_path):
    # a path with the shell's own tools and no browser, TeX or Python
    for tool in ("awk", "cat", "dirname", "id", "sh", "sha256sum"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    environment = {"PATH": str(tmp_path), "RMOT_INSTALL_SYSTEM": "no", "PYTHON": "no-such-python"}
    done = subprocess.run(
        ["./reproduce", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 2
    for package in ("chromium-driver", "latexmk", "python3-venv"):
        assert re.search(rf"sudo apt-get install .*{package}", done.stderr)
