"""`rmot archive`: sources, results, certificates and checksums as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.output import OUTPUT, Csv, Json, examples, print_one, say

app = typer.Typer()


@app.command(
    epilog=examples(
        "rmot archive",
        "rmot archive --results results/quick --output quick.tar.gz",
    )
)
def archive(
    results: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Results that `./reproduce` made.")
    ] = Path("results"),
    output: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The archive to write.", rich_help_panel=OUTPUT),
    ] = Path("rmot-archive.tar.gz"),
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Pack sources, results, certificates and checksums into one file.

    Run it in a checkout or an unpacked archive. No market data are packed: ARCHIVE.json in it
    says which to get, by repository, commit and hash. docs/referees.md says how to check one.
    """
    from rmot.artifact.archive.making import make_archive

    made = make_archive(Path.cwd(), results, output)
    row = {
        "archive": str(made.path),
        "files": made.files,
        "bytes": made.size,
        "profile": made.profile,
        "commit": made.commit,
        "results_commit": made.results_commit,
        "data_files_needed": made.data,
    }
    if as_json or as_csv:
        row["sha256"] = made.sha256
    else:
        # As `sha256sum` writes it, whole however narrow the terminal is.
        print(f"{made.sha256}  {made.path}")
    print_one(row, "", as_json, as_csv)
    if made.commit != made.results_commit:
        say("the results were made at another commit than the sources packed")
    say(f"python proofs_check/verify.py {made.path} checks it")
