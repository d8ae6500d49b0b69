"""A full disk, a folder that is read-only, a damaged table: one line, and nothing finished lost."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import rmot.cli
from rmot.artifact.files import atomic_write, read_csv, read_json, write_csv, write_json
from rmot.artifact.programs import reported
from rmot.errors import DataError, MissingData, OutputError
from rmot.studies import study

ROOT = Path(__file__).parents[2]
TABLE = pd.DataFrame({"name": ["SPX", "NDX"], "value": [0.125, 1.0 / 3.0], "profile": "quick"})


@pytest.fixture
def small_files():
    """Let no file grow beyond a kilobyte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)


def test_full_disk_names_the_file_and_keeps_the_old_one(tmp_path, full_disk):
    target = tmp_path / "fit.json"
    target.write_text("whole")
    with pytest.raises(OutputError, match=r"fit\.json; No space left.*: free some space"):
        write_json(target, [1, 2])
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("small_files")
def test_a_write_that_the_system_cuts_leaves_nothing(tmp_path):
    with (
        pytest.raises(OutputError, match=r"long\.txt; File too large: raise the limit"),
        atomic_write(tmp_path / "long.txt") as handle,
    ):
        handle.write("x" * 100_000)
    assert not list(tmp_path.iterdir())


def test_folder_below_a_file_is_named(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(OutputError, match=r"results/tables/a\.csv; .*: give it a folder"):
        write_csv(tmp_path / "results" / "tables" / "a.csv", TABLE)


def test_what_the_block_itself_cannot_read_is_not_blamed_on_the_output(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"other\.txt"),
        atomic_write(tmp_path / "out.txt") as handle,
    ):
        handle.write((tmp_path / "other.txt").read_text())
    with pytest.raises(MissingData), atomic_write(tmp_path / "out.txt"):
        read_json(tmp_path / "none.json")


def test_study_ends_with_one_line(tmp_path, full_disk, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["rmot/studies/tails.py"])
    target = tmp_path / "tails.csv"
    target.write_text("old\n")
    with pytest.raises(SystemExit) as stopped:
        study.main(lambda config: TABLE, arguments=["--output", str(target)])
    assert isinstance(stopped.value.code, str)
    assert stopped.value.code.startswith(f"tails: expected to write {target}; No space left")
    assert "\n" not in stopped.value.code
    assert target.read_text() == "old\n"


def test_command_line_ends_with_one_line(tmp_path, full_disk, monkeypatch, capsys):
    monkeypatch.setattr(rmot.cli, "app", lambda **options: write_json(tmp_path / "fit.json", {}))
    with pytest.raises(SystemExit) as stopped:
        rmot.cli.main()
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith(f"rmot: expected to write {tmp_path / 'fit.json'}; No space left")
    assert message.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_printing_to_a_full_disk_is_one_line():
    call = "import sys; from rmot.cli import main; sys.argv = ['rmot', 'data', 'list']; main()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", call],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "rmot: cannot print the result; No space left on device\n"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("size=16k", "No space left on device: free some space"),
        ("ro,size=16k", "Read-only file system: make its folder writable"),
    ],
)
def test_program_on_a_real_file_system_that_refuses(tmp_path, options, reason):
    """A file system of four pages, or one that is read-only, mounted for this process alone."""
    disk, table = tmp_path / "disk", tmp_path / "in.csv"
    disk.mkdir()
    write_csv(table, pd.concat([TABLE] * 2000))
    command = [sys.executable, "-m", "rmot.studies.neural.histories", str(table)]
    command += ["--output", str(disk / "all.csv")]
    mount = f"mount -t tmpfs -o {options} none {disk}"

    def alone(script, *arguments):
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    if shutil.which("unshare") is None or alone(mount).returncode:
        pytest.skip("nothing can be mounted here")
    done = alone(f'{mount} && "$@"; s=$?; ls -A {disk}; exit $s', *command)
    assert done.returncode == 1
    assert done.stderr == (
        f"histories: expected to write {disk / 'all.csv'}; {reason}, then run again\n"
    )
    assert done.stdout == ""


@pytest.mark.parametrize("kept", [0, 1, 20, -1])
def test_table_cut_off_is_no_table(tmp_path, kept):
    path = tmp_path / "t.csv"
    write_csv(path, TABLE)
    assert read_csv(path).equals(TABLE)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"t\.csv; it .*; if a run made this file, remove it"):
        read_csv(path)


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n1,2,3\n", b"a,b\n\0\0\0\0\n", b"\n", b"a,b\n\xff\xfe,1\n"]
)
def test_table_that_is_none_is_named(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"t\.csv"):
        read_csv(path)
    with pytest.raises(MissingData, match=r"none\.csv"):
        read_csv(tmp_path / "none.csv")


def test_damaged_input_of_a_program_is_one_line(tmp_path):
    (tmp_path / "cut.json").write_text('{"a": [1,')
    expected = r"^fit: expected JSON in .*cut\.json; .* remove it"
    with pytest.raises(SystemExit, match=expected), reported("fit"):
        read_json(tmp_path / "cut.json")


def test_every_study_reads_our_tables_by_the_reader_that_sees_cuts():
    rooms = ("rmot/studies", "figures", "paper", "benchmarks", "proofs_check")
    found = [
        path
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
        if "pd.read_csv(" in path.read_text(encoding="utf-8")
    ]
    assert not found
