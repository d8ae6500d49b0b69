"""The script that kills runs: on a rule that is atomic, and on files that are not as they were."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULE = """
rule whole:
    output: "results/quick/a.txt"
    shell: "sleep 1 && echo whole > {output}.part && mv {output}.part {output}"
"""


def test_a_killed_run_is_resumed_to_the_same_outputs(tmp_path):
    project = tmp_path / "project"
    profile = project / "profiles" / "quick"
    profile.mkdir(parents=True)
    (profile / "config.yaml").write_text("rerun-incomplete: true\n")
    (project / "Snakefile").write_text(RULE)
    command = [sys.executable, "-m", "tests.crashes", "--kills", "1", "--cores", "1"]
    done = subprocess.run(
        [*command, "--project", str(project), "all"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kill 1 " in done.stdout
    assert done.stdout.endswith("every output equal\n")


@pytest.mark.parametrize(
    ("found", "whole", "complaint"),
    [
        ({"a": b"wh"}, False, r"different \['a'\]"),
        ({"c": b""}, False, r"unknown \['c'\]"),
        ({"a": b"whole"}, True, r"missing \['b'\]"),
    ],
)
def test_what_a_kill_must_not_do_is_named(found, whole, complaint):
    script = runpy.run_path(str(Path(__file__).with_name("__main__.py")))
    expected = {"a": b"whole", "b": b"too"}
    script["compare"](expected, expected, whole=True)
    script["compare"]({"a": b"whole"}, expected, whole=False)
    with pytest.raises(script["Broken"], match=complaint):
        script["compare"](found, expected, whole)
