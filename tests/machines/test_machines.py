"""The program that tries other machines: how a step is judged, what it reads of this one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import machine
from tests.machines.__main__ import main, shown
from tests.machines.cases import CASES, Site, Unable, debian12_chroot, site
from tests.machines.steps import FAILED, WELL, Row, Step, run

ROOT = Path(__file__).parents[2]
SAYS = "import sys; print('made', file=sys.stderr); sys.exit({status})"


def judged(step, tmp_path, **options):
    return run("case", step, [], {"PATH": "/usr/bin:/bin"}, tmp_path, tmp_path / "log", **options)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({}, ""),
        ({"says": "made"}, ""),
        ({"says": "else"}, "expected 'else': made"),
        ({"silent_on": "made"}, "made"),
        ({"status": 1}, "status 0: made"),
        ({"makes": ["log"]}, ""),
        ({"makes": ["log", "paper.pdf"]}, "not made: paper.pdf"),
    ],
)
def test_a_step_ends_well_only_as_it_should(tmp_path, wanted, told):
    step = Step("python", [sys.executable, "-c", SAYS.format(status=0)], **wanted)
    row = judged(step, tmp_path)
    assert (row.result, row.told) == (FAILED if told else WELL, told)


def test_the_first_line_of_an_error_is_told(tmp_path):
    code = "print('fine', flush=True); raise KeyError('none')"
    row = judged(Step("python", [sys.executable, "-c", code]), tmp_path)
    assert row.told == "status 1: KeyError: 'none'"
    assert (tmp_path / "log").read_text().startswith("\n== case: python\nfine\nTraceback")


def test_a_step_that_hangs_is_ended(tmp_path):
    step = Step("python", [sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.2)
    assert judged(step, tmp_path).told == "not done after 0 s"


def test_a_row_of_the_table_keeps_its_columns():
    assert shown(Row("a", "b", FAILED, 1.6, "x | y")) == "| a | b | failed | 2 | x / y |"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_clone_is_clean_and_gone_afterwards(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    for words in (["init", "-q"], ["add", "kept"], ["commit", "-qm", "kept"]):
        (project / "kept").touch()
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *words], cwd=project, check=True)
    (project / "uncommitted").touch()
    with site("case", project, 1, None, False) as at:
        assert {path.name for path in at.clone.iterdir()} == {".git", "kept"}
        assert [row.result for row in at.run(Step("ls", ["ls"], says="kept"))] == [WELL]
        asked = Step("sh", ["sh", "-c", "exit 3"])
        assert len(list(at.run(asked, asked))) == 1
    assert not at.folder.exists()


def test_settings_of_pip_become_variables(tmp_path):
    listed = f"global.find-links='{tmp_path} /none'\n:env:.no-input='1'\nuser.index-url='a://b'\n"
    found = machine.parse_pip(listed)
    assert found == {"PIP_FIND_LINKS": f"{tmp_path} /none", "PIP_INDEX_URL": "a://b"}
    (tmp_path / "simple").mkdir()
    (tmp_path / "roots.pem").touch()
    found |= {
        "PIP_EXTRA_INDEX_URL": f"file://{tmp_path}/simple",
        "PIP_CERT": f"{tmp_path}/roots.pem",
    }
    assert machine.local_folders(found) == [str(tmp_path)]
    assert machine.local_files(found) == [f"{tmp_path}/roots.pem"]


@pytest.mark.parametrize(
    "sources",
    [
        "Types: deb\nURIs: a://other\nSuites: trixie\n\nURIs: a://b\nSuites: bookworm x\n",
        "deb [signed-by=k] a://c bookworm-updates main\ndeb [signed-by=k] a://b bookworm main\n",
    ],
)
def test_the_mirror_is_the_one_that_apt_uses(tmp_path, sources):
    (tmp_path / "sources.list.d").mkdir()
    assert machine.debian_mirror(tmp_path) is None
    (tmp_path / "sources.list.d" / "debian.sources").write_text(sources)
    assert machine.debian_mirror(tmp_path) == "a://b"


def test_what_is_mounted_below_is_seen(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"proc {tmp_path}/root/proc proc rw 0 0\n")
    assert machine.mounted_below(tmp_path, mounts)
    assert not machine.mounted_below(tmp_path / "root" / "proc", mounts)


def test_an_interpreter_is_one_that_runs():
    found = machine.interpreter("3")
    assert found is not None
    assert machine.interpreter("3", ["false"]) is None
    assert machine.interpreter("2.0") is None


def test_a_machine_that_cannot_be_made_says_why(tmp_path, monkeypatch, capsys):
    def unable(at):
        raise Unable("no such thing here")
        yield

    monkeypatch.setitem(CASES, "without_root", unable)
    monkeypatch.setattr("tests.machines.cases.subprocess.run", lambda *a, **k: None)
    monkeypatch.setattr(machine, "package_settings", dict)
    assert main(["without_root", "--keep", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith(
        "| without_root | nothing | absent | 0 | no such thing here |\n"
    )
    monkeypatch.setattr(machine, "debian_mirror", lambda: None)
    with pytest.raises(Unable, match="debootstrap"):
        next(debian12_chroot(Site("case", tmp_path, tmp_path, 1)))


def test_an_unknown_case_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["windows"])
    told = capsys.readouterr().err
    assert "got windows" in told
    assert "no_passwd_entry" in told
