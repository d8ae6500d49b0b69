"""The numbers that the article was accepted with, and whether new ones are the same.

`accepted.json` holds, for each profile and kind of data, every number with its tolerance and the
hash of its data. `compare` prints reproduced / within tolerance / different for each and fails on
the last; `accept` is the deliberate act of taking new ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rmot.artifact.files import atomic_write, read_json
from rmot.artifact.profiles import PROFILES, results_folder
from rmot.artifact.programs import reported
from rmot.errors import RmotError

ACCEPTED = Path(__file__).with_name("accepted.json")

REPRODUCED = "reproduced"
WITHIN = "within tolerance"
DIFFERENT = "different"
# Equal but for rounding in another order, as between two kinds of processor.
ROUNDING = 1e-12


def judge(accepted: dict[str, Any] | None, found: dict[str, Any] | None) -> tuple[str, str]:
    """Judge one number: a verdict and the reason where it is not `reproduced`."""
    if accepted is None:
        return DIFFERENT, "not accepted yet"
    if found is None:
        return DIFFERENT, "no longer made"
    if accepted["data"] != found["data"]:
        return DIFFERENT, f"other data: {accepted['data'][:12]} then, {found['data'][:12]} now"
    change = abs(found["value"] - accepted["value"])
    if change <= ROUNDING * abs(accepted["value"]) and accepted["text"] == found["text"]:
        return REPRODUCED, ""
    # The tolerance accepted, not the one found: else a change could excuse itself.
    if change <= accepted["tolerance"]:
        return WITHIN, f"changed by {change:.3g}, allowed {accepted['tolerance']:.3g}"
    return DIFFERENT, f"changed by {change:.3g}, allowed {accepted['tolerance']:.3g}"


def compare(
    accepted: dict[str, Any], found: dict[str, Any]
) -> list[tuple[str, str, str, str, str]]:
    """Judge all numbers: rows of (name, accepted text, found text, verdict, reason)."""
    rows = []
    for name in sorted(set(accepted) | set(found)):
        before, after = accepted.get(name), found.get(name)
        verdict, reason = judge(before, after)
        texts = [entry["text"] if entry else "--" for entry in (before, after)]
        rows.append((name, *texts, verdict, reason))
    return rows


def _one_line_each(everything: dict[str, dict[str, Any]]) -> str:
    """Write a number to a line, so that a change of one is a change of one."""
    profiles = []
    for profile in sorted(everything):
        numbers = everything[profile]
        lines = [
            f"  {json.dumps(name)}: {json.dumps(numbers[name], sort_keys=True, allow_nan=False)}"
            for name in sorted(numbers)
        ]
        profiles.append(f" {json.dumps(profile)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(profiles) + "\n}\n"


@reported()
def main() -> None:
    """Run ``compare`` or ``accept`` for one profile; `compare` exits with 1 on a difference."""
    parser = argparse.ArgumentParser(prog="reproduce")
    parser.add_argument("command", choices=("compare", "accept"))
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--accepted", type=Path, default=ACCEPTED)
    options = parser.parse_args()
    try:
        found = read_json(results_folder(options.profile) / "paper" / "numbers.json")
        everything = read_json(options.accepted) if options.accepted.exists() else {}
    except RmotError as error:
        print(f"{options.command}: {error}; run ./reproduce first", file=sys.stderr)
        sys.exit(2)
    key = f"{options.profile}, {' and '.join(found['data'])} data"
    if options.command == "accept":
        everything[key] = found["numbers"]
        with atomic_write(options.accepted) as handle:
            handle.write(_one_line_each(everything))
        print(f"accepted {len(found['numbers'])} numbers ({key})")
        return
    rows = compare(everything.get(key, {}), found["numbers"])
    _print(key, rows)
    sys.exit(any(row[3] == DIFFERENT for row in rows))


def _print(key: str, rows: list[tuple[str, str, str, str, str]]) -> None:
    table = Table("number", "accepted", "found", "", "", title=key, box=None)
    colours = {REPRODUCED: "green", WITHIN: "yellow", DIFFERENT: "bold red"}
    for name, before, after, verdict, reason in rows:
        table.add_row(name, before, after, f"[{colours[verdict]}]{verdict}[/]", reason)
    # A log has no width of its own; a narrow one would break the reasons over lines.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(table)
    counts = Counter(row[3] for row in rows)
    console.print(
        ", ".join(f"{counts[verdict]} {verdict}" for verdict in (REPRODUCED, WITHIN, DIFFERENT))
    )


if __name__ == "__main__":
    main()
