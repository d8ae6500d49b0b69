"""Jobs whose Snakemake was killed alone: they are known, and ended; no other process is."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from rmot.artifact.orphans import end_orphans, mark_of

ROOT = Path(__file__).parents[2]
# Starts a job as a rule does and says its number; its first line makes it pass for a Snakemake.
PARENT = """\
import subprocess, sys, time
job = subprocess.Popen(["bash", "-c", "export {mark}; sleep 600 && touch {folder}/made"])
print(job.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def run(tmp_path):
    """Start what passes for a Snakemake with one job; return it and the job's processes."""
    started = []

    def start():
        program = PARENT.format(mark=mark_of(tmp_path), folder=tmp_path)
        parent = subprocess.Popen(
            [sys.executable, "-c", program, "snakemake"], stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout is not None
        shell = psutil.Process(int(parent.stdout.readline()))
        parent.stdout.close()
        while not (inner := shell.children()):
            time.sleep(0.01)
        started.extend([parent, shell, *inner])
        return parent, [shell, *inner]

    yield start
    for process in started:
        try:
            process.send_signal(signal.SIGKILL)
            process.wait()
        except (psutil.Error, OSError):
            continue


def alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_job_is_left_alone_while_its_snakemake_lives_and_ended_after(run, tmp_path):
    parent, job = run()
    assert end_orphans(tmp_path) == 0
    assert all(map(alive, job))
    parent.kill()
    parent.wait()
    assert all(map(alive, job))
    assert end_orphans(tmp_path / "elsewhere") == 0
    assert end_orphans(tmp_path) >= 1
    assert not any(map(alive, job))
    # the shell went on to nothing
    assert list(tmp_path.iterdir()) == []


def test_a_shell_that_runs_nothing_marked_yet_is_known_by_its_command(tmp_path):
    program = f"export {mark_of(tmp_path)}; read line"
    with subprocess.Popen(["bash", "-c", program], stdin=subprocess.PIPE) as started:
        shell = psutil.Process(started.pid)
        while shell.cmdline()[:1] != ["bash"]:
            time.sleep(0.01)
        assert end_orphans(tmp_path) == 1
        assert not alive(shell)


def test_every_run_looks_for_them_and_marks_its_jobs():
    text = (ROOT / "Snakefile").read_text()
    assert "end_orphans(Path.cwd())" in text.partition("onstart:")[2].partition("\n\n\n")[0]
    assert "export {mark_of(" in text
