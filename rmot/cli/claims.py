"""`rmot claims`: the verdicts, and the certificate of one claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.output import Csv, Json, print_rows
from rmot.errors import ParameterError

app = typer.Typer()


@app.command()
def claims(
    claim: Annotated[
        str | None, typer.Argument(help="An id, such as C045; all by default.")
    ] = None,
    results: Annotated[
        Path, typer.Option(help="Folder of results that `./reproduce` made.")
    ] = Path("results"),
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List the claims and their verdicts, or show the certificates of one."""
    from rmot.artifact.files import read_json

    ledger = read_json(results / "claims" / "ledger.json")["claims"]
    if claim is None:
        shown = ("claim", "status", "method", "source", "location")
        print_rows(ledger, "Claims", as_json, as_csv, shown=shown)
        return
    entries = [entry for entry in ledger if entry["claim"] == claim]
    if not entries:
        raise ParameterError(f"expected the id of a claim in the ledger; got {claim!r}")
    certificates = [
        certificate
        for path in sorted((results / "claims").glob("*.json"))
        for certificate in read_json(path).get("certificates", [])
        if certificate["claim"] == claim
    ]
    if as_json:
        print(json.dumps({"claim": entries[0], "certificates": certificates}, indent=1))
        return
    print_rows([{"": key, claim: value} for key, value in entries[0].items()], "", False, as_csv)
    for certificate in certificates:
        print(json.dumps(certificate, indent=1, ensure_ascii=False))
