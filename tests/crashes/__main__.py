"""Knows what is left of a run that is killed again and again: the outputs of an undisturbed one.

    python -m tests.crashes --kills 20 --seed 0 [targets]
    python -m tests.crashes --kills 20 --seed 0 --orphans [targets]

The DAG is run twice in copies of the project, once in peace. The other run's processes are killed
together (SIGKILL) at random moments and it is resumed as `./reproduce` does, in rounds from nothing
until there were `--kills`, and then to the end. With `--orphans` Snakemake is killed alone, and
what it had started goes on until the resumed run ends it. After each kill no file may be half
written and none that was finished may have gone or been made anew; after each round all bytes are
compared.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rmot.artifact.fingerprint import PROJECT
from rmot.artifact.profiles import results_folder
from rmot.artifact.same import outputs
from rmot.market.registry import data_root

TARGETS = (
    "tables/rough_heston_parameters.csv",
    "tables/price_bounds.csv",
    "claims/supervision.json",
    "claims/regulation.json",
    "claims/printed.json",
)
NOT_COPIED = shutil.ignore_patterns(
    "results", ".git", ".venv", ".snakemake", "__pycache__", ".*_cache"
)


class Broken(Exception):
    """A kill did what it must not."""


@dataclass
class Copy:
    """A copy of the project in which a profile is run."""

    folder: Path
    profile: str
    cores: int
    targets: Sequence[str]
    project: Path = PROJECT
    environment: dict[str, str] = field(default_factory=dict)
    orphans: bool = False

    def __post_init__(self) -> None:
        shutil.copytree(self.project, self.folder, ignore=NOT_COPIED)
        root = data_root()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(PROJECT)]),
            **({} if root is None else {"RMOT_DATA": str(root.resolve())}),
        }

    @property
    def results(self) -> Path:
        return self.folder / results_folder(self.profile)

    def snakemake(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Snakemake at the head of a process group of its own."""
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [*self.command(), *arguments],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def command(self) -> list[str]:
        """Return Snakemake's call without targets."""
        profile = ["--workflow-profile", f"profiles/{self.profile}"]
        return [sys.executable, "-m", "snakemake", *profile, "--cores", str(self.cores)]

    def start(self) -> subprocess.Popen[str]:
        """Start the run, or go on with it, as `./reproduce` does."""
        if any((self.folder / ".snakemake" / "locks").glob("*")):
            asked = [sys.executable, "-m", "rmot.artifact.running"]
            if not subprocess.run(
                asked, cwd=self.folder, env=self.environment, check=False
            ).returncode:
                raise Broken("a Snakemake is still at work after the kill")
            if self.snakemake("--unlock").wait():
                raise Broken("the stale lock was not cleared")
        folder = results_folder(self.profile).as_posix()
        names = [] if list(self.targets) == ["all"] else [f"{folder}/{x}" for x in self.targets]
        return self.snakemake(*names)

    def forget(self) -> None:
        """Remove all that was made."""
        shutil.rmtree(self.results, ignore_errors=True)
        shutil.rmtree(self.folder / ".snakemake", ignore_errors=True)

    def outputs(self) -> dict[str, bytes]:
        """Return what stands under a finished file's name."""
        if not self.results.is_dir():
            return {}
        return {name: path.read_bytes() for name, path in outputs(self.results).items()}

    def finished(self) -> dict[str, int]:
        """Return the outputs that Snakemake holds for finished, with the time they were made."""
        unfinished = {
            base64.b64decode(path.name, b"_-").decode()
            for path in (self.folder / ".snakemake" / "incomplete").rglob("*")
            if path.is_file() and path.name != "migration_underway"
        }
        return {
            name: (self.results / name).stat().st_mtime_ns
            for name in self.outputs()
            if (self.results / name).relative_to(self.folder).as_posix() not in unfinished
        }


def killed_once(copy: Copy, delay: float | None) -> tuple[bool, int]:
    """Run for `delay` seconds or to the end; tell whether it was killed, and its status."""
    process = copy.start()
    try:
        return False, process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        if copy.orphans:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True, 0


def compare(found: dict[str, bytes], expected: dict[str, bytes], whole: bool) -> None:
    """Hold files to those of the run in peace; all of them where the run is `whole`."""
    strange = sorted(set(found) - set(expected))
    other = sorted(name for name in set(found) & set(expected) if found[name] != expected[name])
    gone = sorted(set(expected) - set(found)) if whole else []
    if strange or other or gone:
        raise Broken(f"unknown {strange}, different {other}, missing {gone}")


def soak(killed: Copy, expected: dict[str, bytes], seconds: float, kills: int, seed: int) -> int:
    """Kill and resume; return the number of finished rounds.

    Raises
    ------
    Broken
        A half-written file, a finished one made anew or gone, outputs that differ, a failed run.
    """
    draws, count, rounds = random.Random(seed), 0, 0
    before: dict[str, int] = {}
    fresh = True
    while True:
        begun = time.monotonic()
        # the last may end: a job longer than all delays would be begun for ever
        delay = draws.uniform(0.0, 0.8 * seconds) if count < kills else None
        cut, status = killed_once(killed, delay)
        if status:
            raise Broken(f"Snakemake ended with {status}; see {killed.folder / 'log'}")
        count += cut
        compare(killed.outputs(), expected, whole=not cut)
        now = killed.finished()
        if again := sorted(name for name in before if before[name] != now.get(name)):
            raise Broken(f"finished, and made anew or gone: {again}")
        scraps = len(list(killed.results.rglob("*.part")))
        taken = time.monotonic() - begun
        print(
            f"{f'kill {count}' if cut else 'whole'} after {taken:.1f} s:"
            f" {len(now)} of {len(expected)} outputs finished, {scraps} scraps",
            flush=True,
        )
        before = now
        if not cut:
            if fresh:
                # the first run compiled what later ones find
                seconds = min(seconds, taken)
            rounds += 1
            if count >= kills:
                return rounds
            killed.forget()
            before = {}
        fresh = not cut


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the number of kills, the seed, profile, cores and targets."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--orphans", action="store_true", help="kill Snakemake, not its jobs")
    parser.add_argument("--folder", type=Path, help="where the copies go; it must not exist")
    parser.add_argument("--project", type=Path, default=PROJECT, help="what is copied")
    parser.add_argument("targets", nargs="*", default=TARGETS, help="below results/, or `all`")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.folder or Path(scratch, "crashes")).absolute()
        shared = (options.profile, options.cores, options.targets, options.project)
        try:
            peaceful = Copy(folder / "peaceful", *shared)
            killed = Copy(folder / "killed", *shared, orphans=options.orphans)
            begun = time.monotonic()
            if status := peaceful.start().wait():
                raise Broken(f"undisturbed run: Snakemake ended with {status}")
            seconds = time.monotonic() - begun
            expected = peaceful.outputs()
            print(f"undisturbed: {len(expected)} outputs, {seconds:.0f} s", flush=True)
            rounds = soak(killed, expected, seconds, options.kills, options.seed)
        except Broken as fault:
            sys.exit(f"crashes: {fault}")
    print(f"{options.kills} kills or more, {rounds} rounds: every output equal")


if __name__ == "__main__":
    main()
