"""What the pages name exists: links, files, names, commands, floors, the picture of rooms."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from figures import rooms
from rmot import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = ("rmot", "proofs_check", "paper", "figures", "benchmarks")
FOLDERS = (*PACKAGES, "docs", "tests", "data", "profiles", ".ci")
# What a maintainer is to make, and what a reader has: no file of the project.
PLACEHOLDER = re.compile(r"[A-Z]{2,}|[<>*{}…]|TOPIC|NAME")


def spans(text):
    """Code between backticks, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def module_file(dotted):
    """The file of the longest prefix that is a module, and what is left of the name."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:count])
        for file in (path.with_suffix(".py"), path / "__init__.pyi", path / "__init__.py"):
            if file.exists():
                return file, parts[count:]
    return None, parts


def commands(text):
    """Lines that call rmot, outside of sentences."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    found = [line.strip() for line in lines if re.match(r"(?: {4}|\$ )?rmot ", line)]
    return [line.removeprefix("$ ").partition("  #")[0] for line in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_files_and_names_exist(page):
    text = page.read_text()
    missing = []
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not (page.parent / target).exists():
            missing.append(target)
    for span in spans(text):
        word = span.split()[0] if span.split() else ""
        if PLACEHOLDER.search(word):
            continue
        if word.split("/")[0] in FOLDERS and "/" in word and not (ROOT / word).exists():
            missing.append(word)
        dotted = re.match(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+", word)
        if dotted and "/" not in word:
            file, rest = module_file(dotted[0])
            if file is None or (rest and not re.search(rf"\b{rest[0]}\b", file.read_text())):
                missing.append(dotted[0])
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_parse(page):
    group = typer.main.get_command(cli.app)
    for line in commands(page.read_text()):
        words = shlex.split(re.sub(r"\[.*\]|…", "", line))[1:]
        command, path = group, ["rmot"]
        while words and words[0] in getattr(command, "commands", {}):
            path.append(words[0])
            command = vars(command)["commands"][words.pop(0)]
        if not words or command is group:
            continue
        command.make_context(" ".join(path), words)


def test_every_page_is_named_in_the_readme_and_runs_in_the_tests():
    readme = (ROOT / "README.md").read_text()
    tested = (ROOT / "pyproject.toml").read_text()
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f"docs/{page.name}" in readme, page.name
        if ">>> " in page.read_text():
            assert f'"docs/{page.name}"' in tested, page.name
            assert f"--doctest-glob={page.name}" in tested, page.name


def test_floors_and_modules_of_the_house_are_those_of_the_code():
    text = (ROOT / "docs" / "house.md").read_text()
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    told = [
        [span.removesuffix(".py").strip("/").replace("/", ".") for span in spans(line)]
        for _, line in rows
    ]
    floors, _ = rooms.contract()
    assert [sorted(floor) for floor in told] == [sorted(floor) for floor in floors]
    assert [int(number) for number, _ in rows] == list(range(len(floors)))[::-1]
    for room, body in re.findall(r"^### `(rmot/\w+/)`.*?\n(.*?)(?=^##)", text, re.M | re.S):
        firsts = re.findall(r"^\| ([^|]+) \|", body, flags=re.MULTILINE)
        for span in (span for first in firsts for span in spans(first)):
            path = ROOT / room / span
            assert path.is_dir() or path.with_suffix(".py").exists(), path


def test_picture_of_the_rooms_is_current():
    assert (ROOT / "docs" / "rooms.svg").read_text() == rooms.draw()
