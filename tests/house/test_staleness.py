"""What an edit makes stale, by the jobs of the real DAG: what rests on it, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from rmot.artifact import fingerprint

ROOT = Path(__file__).parents[2]
KERNEL = "rmot/numerics/fractional_riccati.py"
SHOWN = {"typeset", "paper", "report", "provenance", "all"}
"""Rules whose outputs contain figures."""


@pytest.fixture(scope="module")
def dag():
    """Jobs and hashes of the quick profile, as Snakemake sees them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.house.jobs_of_dag", "quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of all code, for edits."""
    folder = tmp_path_factory.mktemp("project")
    for room in fingerprint.ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "*.tex", "*.json", "*.toml")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    return folder


@pytest.fixture
def stale_after(dag, copied, monkeypatch):
    """Edit a file of the copy; return what jobs' hashes then differ, and all that follow them."""
    edited = {}

    def hashes():
        fingerprint.forget()
        return {code: fingerprint.code_hash(*of) for code, of in dag["modules"].items()}

    def edit(name, old, new):
        path = copied / name
        edited[path] = path.read_text()
        assert old in edited[path]
        path.write_text(edited[path].replace(old, new, 1))
        changed = {code for code, now in hashes().items() if code != now}
        direct = [job for job in dag["jobs"] if job["code"] in changed]
        return direct, followers(dag["jobs"], direct)

    monkeypatch.setattr(fingerprint, "PROJECT", copied)
    yield edit
    for path, text in edited.items():
        path.write_text(text)


def followers(jobs, first):
    """Return these jobs and those that read what they write, directly or through others."""
    found = {id(job): job for job in first}
    while True:
        written = {path for job in found.values() for path in job["output"]}
        more = [j for j in jobs if id(j) not in found and written.intersection(j["input"])]
        if not more:
            return list(found.values())
        found |= {id(job): job for job in more}


def rules(jobs):
    return {job["rule"] for job in jobs}


def test_a_line_of_the_figures_style_remakes_figures_alone(dag, stale_after):
    direct, stale = stale_after("figures/style.py", "PAGE_WIDTH = ", "PAGE_WIDTH = 0.1 + ")
    assert rules(direct) == {"figure"}
    assert len(direct) == sum(job["rule"] == "figure" for job in dag["jobs"])
    assert rules(stale) <= {"figure", "figures"} | SHOWN


def test_one_figures_script_remakes_that_figure(stale_after):
    direct, _ = stale_after("figures/dow.py", "def draw", "EDITED = 1\n\n\ndef draw")
    assert len(direct) == 1


def test_a_kernel_remakes_what_rests_on_it_and_nothing_else(dag, stale_after):
    # rules that this profile does not run have a hash and no job
    at_work = {job["code"] for job in dag["jobs"]}
    rests = {
        code
        for code, of in dag["modules"].items()
        if code in at_work
        and any(path.as_posix().endswith(KERNEL) for path in fingerprint.reachable_files(*of))
    }
    direct, stale = stale_after(KERNEL, "_FIRST_SURPLUS = ", "_FIRST_SURPLUS = 0.1 + ")
    assert {job["code"] for job in direct} == rests
    assert {"index_fit", "trades", "coupling_scaling"} <= rules(direct)
    assert "numbers" in rules(stale)
    untouched = {"quotes_kept", "published_neural_training", "realised_roughness"}
    assert not untouched & rules(stale)
    # a figure that takes a label from a study is drawn anew, but then its table is made anew too
    remade = followers(dag["jobs"], [job for job in direct if job["rule"] != "figure"])
    written = {path for job in remade for path in job["output"]}
    figures = [job for job in direct if job["rule"] == "figure"]
    assert all(written.intersection(job["input"]) for job in figures)


def test_a_comment_remakes_nothing(stale_after):
    direct, _ = stale_after(KERNEL, '"""', '"""Reworded. ')
    assert direct == []
    direct, _ = stale_after("figures/style.py", "PAGE_WIDTH = ", "# a remark\nPAGE_WIDTH = ")
    assert direct == []


def test_whatever_file_a_command_names_is_an_input(dag):
    """So that a changed file of data makes its readers anew."""
    for job in dag["jobs"]:
        known = {*job["input"], *job["output"]}
        named = {word.rsplit("=", 1)[-1] for word in job["command"].split()}
        files = {word for word in named if re.search(r"\.(csv|gz|json|toml|xlsx?|txt)$", word)}
        unknown = files - known
        if job["rule"] == "provenance":
            # those of data, which its inputs rest on
            continue
        written = {Path(path).parent for path in job["output"]}
        assert {word for word in unknown if Path(word).parent not in written} == set(), job["rule"]


def test_every_job_hashes_the_modules_that_it_runs(dag):
    for job in dag["jobs"]:
        run = set(re.findall(r"python -m ([\w.]+)", job["command"]))
        hashed = dag["modules"].get(job["code"], [])
        assert run <= set(hashed) | {"proofs_check.run"}, job["rule"]
        assert bool(hashed) == bool(job["code"])


def test_a_changed_file_of_data_remakes_its_readers(dag):
    data = next(path for job in dag["jobs"] if job["rule"] == "index_fit" for path in job["input"])
    readers = [job for job in dag["jobs"] if data in job["input"]]
    stale = rules(followers(dag["jobs"], readers))
    assert {"index_fit", "tails", "price_bounds", "numbers"} <= stale
    assert not {"published_neural_training", "engine_accuracy", "reference_smiles"} & stale


@pytest.mark.parametrize("depth", [2, 9], ids=["quick", "full"])
def test_groups_do_not_wait_for_each_other(dag, depth):
    """On a cluster the rules of a folder are one job: none may need what another makes of it."""
    files = [ROOT / "Snakefile"]
    for room in fingerprint.ROOMS:
        files += (ROOT / room).rglob("*.smk")
    room_of = {
        rule: path.parent.relative_to(ROOT).parts[:depth] or ("paper",)
        for path in files
        for rule in re.findall(r"^ *rule (\w+):", path.read_text(), re.MULTILINE)
    }
    made = {path: room_of[job["rule"]] for job in dag["jobs"] for path in job["output"]}
    waits: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for job in dag["jobs"]:
        if job["command"]:
            room = room_of[job["rule"]]
            before = waits.setdefault(room, set())
            before.update(made[path] for path in job["input"] if path in made)
            before.discard(room)
    assert len(waits) > (20 if depth > 2 else 4)
    assert set(TopologicalSorter(waits).static_order()) == set(waits)
