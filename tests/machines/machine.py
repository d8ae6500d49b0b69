"""Knows the machine at hand: what it may do, its interpreters, and how it reaches packages.

Nothing of this is written down: it is read from the configuration of pip and apt when a case runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_HANDED_ON = re.compile(r"(PIP|SSL)_\w+|\w*_CA_BUNDLE|\w*_proxy|LANG", re.IGNORECASE)
APT_SOURCES = Path("/etc/apt")
_INTERPRETERS = "~/.pyenv/versions/{version}.*/bin/python"


def answers(command: Sequence[str]) -> bool:
    """Tell whether `command` can be run here and ends well."""
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return done.returncode == 0


def interpreter(version: str, prefix: Sequence[str] = ()) -> str | None:
    """Return a Python of `version` that runs behind `prefix`; ``3`` is any that is new enough."""
    own = [getattr(sys, "_base_executable", sys.executable), "/usr/bin/python3"]
    named = [shutil.which(f"python{version}")] if version != "3" else own
    pattern = Path(_INTERPRETERS.format(version=version)).expanduser()
    pyenv = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
    test = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    for path in [*map(str, pyenv), *named]:
        # by a shell: what changes the user may still run a file which the user may not reach
        if path and answers([*prefix, "sh", "-c", '"$@"', "sh", path, "-c", test]):
            return path
    return None


def package_settings() -> dict[str, str]:
    """Return the variables by which pip, and what it rests on, reach the packages."""
    own = {name: value for name, value in os.environ.items() if _HANDED_ON.fullmatch(name)}
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    return parse_pip(listed.stdout) | own


def parse_pip(listed: str) -> dict[str, str]:
    """Return what ``pip config list`` prints of files as variables of the environment."""
    found = re.findall(r"^(?:global|install|user|site)\.([\w-]+)='(.*)'$", listed, re.MULTILINE)
    return {f"PIP_{name.replace('-', '_').upper()}": value for name, value in found}


def _named(settings: dict[str, str]) -> Iterator[Path]:
    for word in " ".join(settings.values()).split():
        path = Path(word.removeprefix("file://"))
        if path.is_absolute() and path.exists():
            yield path


def local_files(settings: dict[str, str]) -> list[str]:
    """Return the files of this machine that `settings` name: certificates."""
    return sorted({str(path) for path in _named(settings) if path.is_file()})


def local_folders(settings: dict[str, str]) -> list[str]:
    """Return the folders of packages that `settings` name, with those beside an index."""
    found = {path for path in _named(settings) if path.is_dir() and path.parts[1] != "etc"}
    return sorted({str(path.parent if path.name == "simple" else path) for path in found})


def debian_mirror(folder: Path = APT_SOURCES) -> str | None:
    """Return where apt gets Debian 12 from here; None where that is not told."""
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    for file in files:
        if not file.is_file():
            continue
        text = file.read_text()
        for block in re.split(r"\n\s*\n", text):
            uri = re.search(r"^URIs:\s*(\S+)", block, re.MULTILINE)
            if uri and re.search(r"^Suites:.*\bbookworm\b(?!-)", block, re.MULTILINE):
                return uri[1]
        line = re.search(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+bookworm\s", text, re.MULTILINE)
        if line:
            return line[1]
    return None


def mounted_below(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Tell whether something is mounted below `folder`; nothing there may then be removed."""
    try:
        places = [Path(line.split()[1]) for line in mounts.read_text().splitlines()]
    except OSError:
        return False
    return any(folder.resolve() in place.parents for place in places)
