"""The script, the lock and the data rules, as far as they can be seen without running the DAG."""

import os
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
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
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


@pytest.mark.parametrize("digest", ["sha256sum", "shasum"])
def test_what_the_system_lacks_is_named(tmp_path, digest):
    # a path with the shell's own tools and no browser, TeX or Python; macOS hashes by Perl's script
    for tool in ("awk", "cat", "dirname", "id", "sh", digest):
        found = shutil.which(tool)
        if found is None and tool == digest:
            pytest.skip(f"{digest} is not installed")
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PYTHON": "no-such-python"}
    environment["RMOT_INSTALL_SYSTEM"] = "no"
    done = subprocess.run(
        ["./reproduce", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 2
    assert "not found" not in done.stderr
    for package in ("chromium-driver", "latexmk", "python3-venv"):
        assert re.search(rf"sudo apt-get install .*{package}", done.stderr)


@pytest.mark.parametrize("home", ["none", "not to be written", "usable"])
def test_what_tools_keep_has_a_place_without_a_home(tmp_path, home):
    shutil.copy(ROOT / "reproduce", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    # a Python that says where it would write, and then is too old
    stub, seen = tmp_path / "python", tmp_path / "seen"
    stub.write_text(
        f'#!/bin/sh\necho "$HOME:${{XDG_CACHE_HOME:-}}:${{MPLCONFIGDIR:-}}" >{seen}\nexit 1\n'
    )
    stub.chmod(0o755)
    homes = {"not to be written": str(tmp_path / "missing"), "usable": str(tmp_path)}
    environment = {"PATH": os.environ["PATH"], "PYTHON": str(stub), "RMOT_INSTALL_SYSTEM": "no"}
    given = {"HOME": homes[home]} if home in homes else {}
    done = subprocess.run(
        ["./reproduce", "test"],
        cwd=tmp_path,
        env=environment | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    here = tmp_path / ".home"
    expected = {
        "none": f"{here}::",
        "not to be written": f"{homes['not to be written']}:{here}/cache:{here}/matplotlib",
        "usable": f"{tmp_path}::",
    }
    assert seen.read_text().strip() == expected[home]
    assert here.is_dir() == (home != "usable")


@pytest.mark.parametrize(("known", "expected"), [(True, ""), (False, "user54321")])
def test_a_user_without_a_name_gets_one(tmp_path, known, expected):
    shutil.copy(ROOT / "reproduce", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    stubs = {
        "id": f'if [ "$1" = -u ]; then echo 54321; else exit {int(not known)}; fi',
        "python": f'echo "$USER" >{tmp_path / "seen"}; exit 1',
    }
    for name, does in stubs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "PYTHON": str(tmp_path / "python")}
    environment["RMOT_INSTALL_SYSTEM"] = "no"
    subprocess.run(["./reproduce", "test"], cwd=tmp_path, env=environment, check=False)
    assert (tmp_path / "seen").read_text().strip() == expected


def test_an_interpreter_that_was_installed_does_not_make_the_environment_stale(tmp_path):
    project, tools = tmp_path / "project", tmp_path / "tools"
    tools.mkdir()
    project.mkdir()
    shutil.copy(ROOT / "reproduce", project)
    for name in ("requirements.lock", "pyproject.toml"):
        (project / name).touch()
    for tool in ("awk", "cat", "chmod", "cp", "dirname", "env", "mkdir", "sh"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    # all that is asked of these two is not to fail, and to leave an environment behind
    python = 'case $2 in venv) mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo made ;; esac'
    there = dict.fromkeys(("latexmk", "pdflatex", "chromium", "chromedriver"), "")
    stubs = there | {
        "id": "echo 0",
        "sha256sum": "cat",
        "python": python,
        "apt-get": f"cp {tools}/python {tools}/python3",
    }
    for name, does in stubs.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    said = [
        subprocess.run(
            ["./reproduce", "test"],
            cwd=project,
            env={"PATH": str(tools), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said == ["made\n", ""]
