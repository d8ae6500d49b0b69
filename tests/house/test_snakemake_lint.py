"""Snakemake's linter: each kind of remark that is left has its answer here; a new kind fails."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

ANSWERS = {
    "No log directive defined": (
        "A job that fails says so in one line of its own on the terminal, with the rule's name "
        "from Snakemake beside it; `./reproduce 2>&1 | tee FILE` keeps it. A log line in each of a "
        "hundred rules would hide what tells them apart."
    ),
    "Specify a conda environment or container for each rule": (
        "All rules share the environment of requirements.lock, which holds hashes of every package."
    ),
    "Shell command directly uses variable PROFILE": "It is constant in a run, and so is RESULTS:",
    "Shell command directly uses variable RESULTS": "profiles write to folders of their own.",
    "Mixed rules and functions in same snakefile": (
        "A function stands in the room whose rules use it, not in a file of functions for all."
    ),
    "Param folder is a prefix of input or output file but hardcoded": (
        "One program writes several files into that folder, which is the same for all of them."
    ),
    "Environment variable PATH": "The Python that runs Snakemake has to be found by its jobs too.",
}


def remarks() -> set[str]:
    """Return what the linter says, a line a remark."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return set(re.findall(r"^    \* (.*)$", done.stderr + done.stdout, re.MULTILINE))


def test_each_remark_is_answered_and_each_answer_is_needed():
    found = remarks()
    unanswered = {line for line in found if not line.startswith(tuple(ANSWERS))}
    assert unanswered == set()
    unneeded = [kind for kind in ANSWERS if not any(line.startswith(kind) for line in found)]
    assert unneeded == []
