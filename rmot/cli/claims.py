"""`rmot claims`: the verdicts, the certificate of one claim, and the check run anew."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.output import FLAG, Csv, Json, examples, print_rows
from rmot.errors import MissingData, ParameterError

app = typer.Typer()


@app.command(
    epilog=examples(
        "rmot claims --status refuted",
        "rmot claims C045",
        "rmot claims C045 --verify --profile quick",
        "rmot claims --results results/quick --source 002 --csv",
    )
)
def claims(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="An id, such as C045; else all.")
    ] = None,
    results: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Results that `./reproduce` made.")
    ] = Path("results"),
    status: Annotated[
        str | None,
        typer.Option(metavar="VERDICT", help="Only claims of this verdict, such as refuted."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only claims of the source that begins so: 002."),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            metavar=FLAG,
            help="Run the checks anew and re-check the certificates; exit 1 where a verdict is"
            " not the ledger's.",
        ),
    ] = False,
    profile: Annotated[
        str,
        typer.Option(metavar="quick|full|deep", help="Size of the checks that --verify runs."),
    ] = "full",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List claims and verdicts, show a certificate, or check anew.

    docs/referees.md says how to challenge a verdict.
    """
    if verify and claim is not None:
        _verify([claim], profile, as_json, as_csv)
        return
    from rmot.artifact.files import read_json

    file = results / "claims" / "ledger.json"
    if not file.exists():
        raise MissingData(
            f"expected the file {file}; it does not exist. `./reproduce claims` makes it, and "
            "--results names another folder"
        )
    ledger = read_json(file)["claims"]
    chosen = [
        entry
        for entry in ledger
        if claim in (None, entry["claim"])
        and status in (None, entry["status"])
        and entry["source"].startswith(source or "")
    ]
    if not chosen:
        asked = ", ".join(repr(one) for one in (claim, status, source) if one)
        raise ParameterError(f"expected the id, status or source of claims; none is of {asked}")
    if verify:
        _verify([entry["claim"] for entry in chosen], profile, as_json, as_csv)
    elif claim is None:
        shown = ("claim", "status", "method", "source", "location")
        print_rows(chosen, "Claims", as_json, as_csv, shown=shown)
    elif as_csv:
        print_rows(chosen, "", as_csv=True)
    else:
        _show(chosen[0], ledger, results, as_json)


def _show(row: dict[str, Any], ledger: list[dict[str, Any]], results: Path, as_json: bool) -> None:
    from rmot.artifact.files import read_json

    checked = results / "claims" / f"{row['topic']}.json"
    # a topic whose data were absent was not checked
    found = read_json(checked)["certificates"] if checked.exists() else []
    certificates = [each for each in found if each["claim"] == row["claim"]]
    if as_json:
        print(json.dumps({"claim": row, "certificates": certificates}, indent=1))
        return
    from rmot.cli.certificates import describe

    print(describe(row, certificates, {entry["claim"]: entry for entry in ledger}))


def _verify(chosen: list[str], profile: str, as_json: bool, as_csv: bool) -> None:
    """Leave the checks to a process of their own: the engine does not load what they need."""
    if importlib.util.find_spec("proofs_check") is None:
        raise MissingData(
            "expected the checks, which come with the project's source; got none. Run it in a "
            "checkout, in the environment that ./reproduce makes"
        )
    command = [sys.executable, "-m", "proofs_check.recheck", *chosen, "--profile", profile]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise ParameterError(done.stderr.strip().splitlines()[-1].partition(": ")[2])
    rows = json.loads(done.stdout)
    shown = ("claim", "accepted", "status", "method", "statements")
    print_rows(rows, "Checked anew", as_json, as_csv, shown=shown)
    for row in rows:
        for difference in row["differences"]:
            print(difference, file=sys.stderr)
    raise typer.Exit(done.returncode)
