"""What runs the DAG on Slurm: profile, lock, a cluster of one node; Slurm itself where it is up."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from rmot.artifact.same import compare

ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "profiles" / "slurm"
ROOMS = ("rmot", "benchmarks", "figures", "paper", "proofs_check")
SCATTERED = "rmot_studies_asset_days"
# Four pieces and what gathers them, as asset-days are.
RULES = """
rule whole:
    input: expand("results/part_{n}.txt", n=range(4))
    output: "results/whole.txt"
    group: "gathered"
    shell: "cat {input} > {output}.part && mv {output}.part {output}"

rule part:
    output: "results/part_{n}.txt"
    group: "scattered"
    shell: "echo {wildcards.n} > {output}.part && mv {output}.part {output}"
"""


@pytest.fixture(scope="module")
def profile():
    return yaml.safe_load((PROFILE / "config.yaml").read_text())


def test_every_room_is_one_job_and_no_other_name_stands_there(profile):
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.smk")]
    rooms = {"_".join(path.parent.relative_to(ROOT).parts) for path in files} - {SCATTERED}
    named = dict(entry.split("=") for entry in profile["group-components"])
    assert set(named) == rooms | {"paper"}
    # more than any room has of them
    assert {int(count) for count in named.values()} == {1000}


def test_settings_are_those_of_the_executor(profile):
    plugin = pytest.importorskip(
        "snakemake_executor_plugin_slurm", reason="the extra `cluster` is not installed"
    )
    known = {name.replace("_", "-") for name in vars(plugin.ExecutorSettings())}
    asked = {name.removeprefix("slurm-") for name in profile if name.startswith("slurm-")}
    assert profile["executor"] == "slurm"
    assert asked <= known


def test_lock_of_the_extra_pins_it_by_hash_without_an_address():
    text = (PROFILE / "requirements.lock").read_text()
    assert "://" not in text
    found = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(found)
    extra = re.search(r'^cluster = \["(.+?)"\]', (ROOT / "pyproject.toml").read_text(), re.M)
    assert extra is not None
    wanted = Requirement(extra[1])
    assert found[wanted.name] in wanted.specifier
    common = (ROOT / "requirements.lock").read_text()
    assert not [name for name in found if f"\n{name}==" in common]


@pytest.mark.parametrize("shell", ["sh", "dash"])
def test_script_of_the_cluster_is_posix_shell(shell):
    subprocess.run([shell, "-n", "profiles/slurm/one_node"], cwd=ROOT, check=True)


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), ([], 2), (["begin"], 2)])
def test_script_says_what_it_does(arguments, status):
    done = subprocess.run(
        ["profiles/slurm/one_node", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    for word in ("start", "status", "stop", "RMOT_CLUSTER"):
        assert word in done.stdout


def test_nothing_is_installed_where_that_is_forbidden(tmp_path):
    for tool in ("id", "sh"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    (tmp_path / "id").unlink()
    (tmp_path / "id").write_text("#!/bin/sh\necho 0\n")
    (tmp_path / "id").chmod(0o755)
    done = subprocess.run(
        [str(PROFILE / "one_node"), "start"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": str(tmp_path),
            "RMOT_INSTALL_SYSTEM": "no",
            "RMOT_CLUSTER": str(tmp_path / "cluster"),
        },
    )
    assert done.returncode == 2
    assert "apt-get install slurm-wlm munge" in done.stderr
    assert not (tmp_path / "cluster").exists()


def cluster_is_up():
    if shutil.which("sinfo") is None:
        return False
    asked = subprocess.run(["sinfo", "-h"], capture_output=True, timeout=30, check=False)
    return asked.returncode == 0


@pytest.mark.skipif(not cluster_is_up(), reason="no Slurm runs here: profiles/slurm/one_node start")
def test_scattered_and_gathered_on_slurm_the_bytes_are_the_same(tmp_path):
    pytest.importorskip(
        "snakemake_executor_plugin_slurm", reason="the extra `cluster` is not installed"
    )
    for name, how in (
        ("here", ["--cores", "1"]),
        ("there", ["--profile", str(PROFILE), "--group-components", "scattered=2"]),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "Snakefile").write_text(RULES)
        subprocess.run(
            [sys.executable, "-m", "snakemake", "--workflow-profile", "none", *how],
            cwd=folder,
            check=True,
            capture_output=True,
        )
    found = compare(tmp_path / "here" / "results", tmp_path / "there" / "results")
    assert found.equal
    assert len(found.same) == 5
