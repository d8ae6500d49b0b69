"""Files of rules are included into one namespace: what one of them names, no other may."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("rmot", "benchmarks", "figures", "paper", "proofs_check")
NAME = re.compile(r"^(?:def )?(\w+)(?: = |\(.*\):$)", re.MULTILINE)


def test_no_two_files_of_rules_give_one_name():
    files = [
        ROOT / "Snakefile",
        *(path for room in FOLDERS for path in (ROOT / room).rglob("*.smk")),
    ]
    assert len(files) > 10
    found = Counter(name for path in files for name in set(NAME.findall(path.read_text())))
    assert [name for name, count in found.items() if count > 1] == []
