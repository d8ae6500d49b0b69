"""Knows the machines a project meets: each case sets one up, and says what is run on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.machines import machine
from tests.machines.steps import ABSENT, WELL, Row, Step, run

STRANGER = 54321
"""A user's number that no passwd file knows."""
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ROOMS = ("market", "models", "transport", "artifact", "cli", "regulation")
FEW_TESTS = (
    "tests/artifact",
    "tests/cli/test_commands.py",
    "tests/cli/test_claims.py",
    "tests/house/test_reproduce.py",
    "tests/house/test_docs.py",
    "tests/market/test_parity.py",
)
SLICE = ("figures/price_bounds.pdf", "tables/price_bounds.csv", "claims/supervision.json")


@dataclass(frozen=True)
class Site:
    """A clean clone for one case, and how commands are run in it.

    Parameters
    ----------
    case : str
    folder : Path
        Of the case: the clone, the home, the log.
    project : Path
        What is cloned.
    cores : int
        For tests and the DAG.
    prefix : sequence of str
        Stands before each command: another user, no network, another root.
    environment : dict
        All of it; nothing else is handed on.
    python : str
        The interpreter to build from.
    whole : bool
        Whether a case may run the whole DAG.
    """

    case: str
    folder: Path
    project: Path
    cores: int
    prefix: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    python: str = "python3"
    root: Path | None = None
    whole: bool = False

    @property
    def clone(self) -> Path:
        return Path("/home/rmot") if self.root else self.folder / "rmot"

    @property
    def seen_at(self) -> Path:
        """Where the clone is from outside."""
        return self.root / "home" / "rmot" if self.root else self.clone

    def run(self, *steps: Step) -> Iterator[Row]:
        """Run steps one after the other, up to the first that fails."""
        for step in steps:
            log = self.folder / "log"
            row = run(self.case, step, self.prefix, self.environment, self.clone, log, self.seen_at)
            yield row
            if row.result != WELL:
                return


@contextmanager
def site(case: str, project: Path, cores: int, kept: Path | None, whole: bool) -> Iterator[Site]:
    """Give a clean clone in a folder that is removed afterwards, unless it is to be `kept`."""
    folder = Path(tempfile.mkdtemp(prefix=f"rmot-{case}-", dir=kept))
    # others than the one who runs this have to reach it
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    environment = {"PATH": SYSTEM_PATH, "HOME": str(home), **machine.package_settings()}
    try:
        made = Site(case, folder, project, cores, environment=environment, whole=whole)
        subprocess.run(["git", "clone", "-q", project, made.clone], check=True)
        yield made
    finally:
        # a mount that a killed program left behind leads out of the folder
        if kept is None and not machine.mounted_below(folder):
            shutil.rmtree(folder, ignore_errors=True)


def engine(at: Site) -> list[Step]:
    """Return the installation of the engine alone."""
    return [
        Step("`python -m venv`", [at.python, "-m", "venv", "engine"]),
        Step("`pip install .`", ["engine/bin/python", "-m", "pip", "install", "-q", "."]),
    ]


def use_of_engine() -> list[Step]:
    """Return what a quant tries first."""
    crash = "Traceback"
    return [
        Step("`rmot --help`", ["engine/bin/rmot", "--help"], says="demo", silent_on=crash),
        Step("`rmot demo`", ["engine/bin/rmot", "demo"], says="lower", silent_on=crash),
        Step("README's five lines", ["engine/bin/python", "-P", "-m", "doctest", "README.md"]),
    ]


def tests(at: Site, what: str, *paths: str) -> Step:
    """Return a run of tests by `./reproduce test`."""
    command = ["./reproduce", "test", "--numprocesses", str(at.cores), "-p", "no:cacheprovider"]
    environment = {"PYTHON": at.python, "RMOT_INSTALL_SYSTEM": "no"}
    return Step(what, [*command, *paths], says=" passed", environment=environment)


def dag(at: Site, what: str, *targets: str, install: str = "no", says: str = "") -> Step:
    """Return a slice of the DAG, in the quick profile."""
    names = [f"results/quick/{target}" for target in targets]
    command = ["./reproduce", "--profile", "quick", "--cores", str(at.cores), *names]
    environment = {"PYTHON": at.python, "RMOT_INSTALL_SYSTEM": install}
    return Step(
        what, command, says=says, silent_on="Traceback", makes=names, environment=environment
    )


def environment_of(at: Site) -> Step:
    """Return the making of `.venv`, with the tests collected."""
    command = ["./reproduce", "test", "--numprocesses", "0", "--collect-only", "-q"]
    environment = {"PYTHON": at.python, "RMOT_INSTALL_SYSTEM": "no"}
    return Step("`.venv`, tests collected", command, says="tests/", environment=environment)


def python_of(version: str) -> Callable[[Site], Iterator[Row]]:
    """Return the case of another Python: the engine, the environment, six rooms of tests."""

    def case(at: Site) -> Iterator[Row]:
        found = machine.interpreter(version)
        if found is None:
            yield Row(at.case, f"Python {version}", ABSENT, told="no such interpreter here")
            return
        at = replace(at, python=found)
        yield from at.run(*engine(at), *use_of_engine(), environment_of(at))
        if not (at.seen_at / ".venv" / "stamp").is_file():
            return
        # each on its own: one that fails says nothing of the next
        for room in ROOMS:
            yield from at.run(tests(at, f"tests of {room}", f"tests/{room}"))
        yield from at.run(dag(at, "DAG: table, figure, claim", *SLICE))

    return case


def as_user(at: Site, number: int = 65534, home: bool = True) -> Site:
    """Return `at` for another user than root, who owns the case's folder."""
    prefix = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", "--"]
    if not machine.answers([*prefix, "true"]):
        raise Unable("setpriv may not change the user here")
    found = machine.interpreter("3", prefix)
    if found is None:
        raise Unable("no Python that another user may run")
    subprocess.run(["chown", "-R", f"{number}:{number}", at.folder], check=True)
    environment = dict(at.environment)
    if not home:
        del environment["HOME"]
    return replace(at, prefix=prefix, python=found, environment=environment)


class Unable(Exception):
    """This machine cannot be made into what a case needs; the message says why."""


def usual(at: Site) -> Iterator[Row]:
    """Run what a user tries: the engine, a few tests, a slice of the DAG."""
    yield from at.run(*engine(at), *use_of_engine())
    yield from at.run(environment_of(at), tests(at, "tests of a few rooms", *FEW_TESTS))
    yield from at.run(dag(at, "DAG: table, figure, claim", *SLICE))


def without_root(at: Site) -> Iterator[Row]:
    """Run all as an ordinary user."""
    yield from usual(as_user(at))


def no_passwd_entry(at: Site) -> Iterator[Row]:
    """Run all as a user whose number nobody knows, who has no home."""
    yield from usual(as_user(at, STRANGER, home=False))


def read_only_home(at: Site) -> Iterator[Row]:
    """Run all as a user who may write to the clone and not to the home."""
    at = as_user(at)
    home = at.folder / "home"
    os.chown(home, 0, 0)
    home.chmod(0o555)
    yield from usual(at)


def without_network(at: Site) -> Iterator[Row]:
    """Install with the network, run without."""
    yield from at.run(*engine(at), environment_of(at))
    alone = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    if not machine.answers([*alone, "true"]):
        raise Unable("unshare may not take the network away here")
    cut = replace(at, prefix=[*at.prefix, *alone])
    closed = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"
    yield from cut.run(
        Step("no address is reached", [at.python, "-c", closed], status=1, says="unreachable"),
        *use_of_engine(),
        tests(at, "tests of a few rooms", *FEW_TESTS),
        dag(at, "DAG: table, figure, claim", *SLICE),
    )


def without_tex(at: Site) -> Iterator[Row]:
    """Run with a path on which there is no TeX; the DAG has to say so and end well."""
    tools = at.folder / "bin"
    tools.mkdir()
    for folder in reversed(SYSTEM_PATH.split(":")):
        for tool in Path(folder).glob("*"):
            if "tex" in tool.name or tool.name == "latexmk":
                continue
            (tools / tool.name).unlink(missing_ok=True)
            (tools / tool.name).symlink_to(tool)
    at = replace(at, environment={**at.environment, "PATH": str(tools)})
    told = "the PDF was not built: TeX is missing"
    yield from at.run(
        environment_of(at),
        dag(at, "DAG: table, figure, claim", *SLICE, says=told),
        replace(
            dag(at, "DAG: all, as a plan", says=told),
            command=["./reproduce", "--profile", "quick", "--dry-run", "--quiet", "rules"],
        ),
        tests(at, "tests of the paper", "tests/paper"),
    )


def debian12_chroot(at: Site) -> Iterator[Row]:
    """Run in a Debian 12 that has nothing beyond what apt itself needs, as root."""
    mirror = machine.debian_mirror()
    if shutil.which("debootstrap") is None or mirror is None:
        raise Unable("expected debootstrap and a mirror of Debian 12 in apt's sources")
    root = at.folder / "root"
    # in mounts of its own: should it be killed, /proc stays mounted there and not here
    bootstrap = ["unshare", "--mount", "--", "debootstrap", "--variant=minbase", "bookworm"]
    yield from at.run(Step("minimal root", [*bootstrap, str(root), mirror]))
    if not (root / "usr" / "bin" / "apt-get").is_file():
        return
    shutil.move(at.clone, root / "home" / "rmot")
    binds = [f"mount --rbind {folder} {root}{folder}" for folder in ("/proc", "/sys", "/dev")]
    environment = {**at.environment, "HOME": "/root"}
    for number, name in enumerate(machine.local_files(at.environment)):
        # Debian's package of certificates would write over a file in its own place
        moved = f"/srv/{number}-{Path(name).name}"
        shutil.copy(name, root / moved.lstrip("/"))
        environment = {key: moved if value == name else value for key, value in environment.items()}
    for name in machine.local_folders(at.environment):
        (root / name.lstrip("/")).mkdir(parents=True, exist_ok=True)
        binds.append(f"mount -o bind,ro {name} {root}{name}")
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, root / name.lstrip("/"))
    inside = ["unshare", "--mount", "--", "sh", "-ec"]
    enter = f'exec chroot {root} sh -c \'cd /home/rmot; exec "$@"\' sh "$@"'
    inside += ["; ".join([*binds, enter]), "sh"]
    at = replace(at, prefix=inside, root=root, environment=environment)
    yield from at.run(
        Step(
            "`./reproduce`, no Python and none to be installed",
            ["./reproduce", "--profile", "quick"],
            status=2,
            says="sudo apt-get install python3",
            environment={"RMOT_INSTALL_SYSTEM": "no"},
        ),
        dag(at, "DAG: table, figure, claim", *SLICE, install="yes"),
    )
    yield from at.run(*engine(at), *use_of_engine())
    if at.whole:
        yield from at.run(
            dag(at, "`./reproduce --profile quick`, all", install="yes"),
            Step("the article", ["test", "-s", "results/quick/paper/rmot.pdf"]),
            tests(at, "tests of a few rooms", *FEW_TESTS),
        )


CASES: dict[str, Callable[[Site], Iterator[Row]]] = {
    "debian12_chroot": debian12_chroot,
    "python3.11": python_of("3.11"),
    "python3.12": python_of("3.12"),
    "python3.13": python_of("3.13"),
    "without_root": without_root,
    "without_tex": without_tex,
    "without_network": without_network,
    "read_only_home": read_only_home,
    "no_passwd_entry": no_passwd_entry,
}
