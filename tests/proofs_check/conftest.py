"""The committed ledger's certificates, made once for all tests of this room."""

import copy
import json
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from proofs_check.ledger import Claim, Table, load
from proofs_check.registry import Context, check_of
from rmot.errors import MissingData

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
QUICK = Context("quick")


@pytest.fixture(scope="session")
def doctored():
    """Give, for each claim, a change of its data that must change its verdict, and to which."""
    changes = {}
    for path in sorted((HERE / "doctored").glob("*.toml")):
        changes |= tomllib.loads(path.read_text(encoding="utf-8"))
    return changes


@pytest.fixture(scope="session")
def ledger():
    return load()


@pytest.fixture(scope="session")
def entries(ledger):
    return {entry.id: entry for entry in ledger.entries}


@pytest.fixture(scope="session")
def certificate(ledger, entries):
    """Give a claim's certificate as JSON, a fresh copy at each call; skip where data is absent."""

    @cache
    def make(name):
        claim = ledger.claim(entries[name])
        try:
            return json.dumps(check_of(claim)(claim, QUICK).to_json())
        except MissingData as error:
            return str(error)

    def give(name):
        made = make(name)
        return json.loads(made) if made.startswith("{") else pytest.skip(made)

    return give


@pytest.fixture(scope="session")
def doctored_certificate(ledger, entries, doctored):
    """Give the certificate that the same check hands back for changed data."""

    def make(name):
        claim, change = ledger.claim(entries[name]), doctored[name]
        tables = {key: Table(f"{key}.csv", text) for key, text in change.get("table", {}).items()}
        data = {**copy.deepcopy(dict(claim.data)), **change.get("data", {})}
        changed = Claim(name, claim.topic, data, {**claim.tables, **tables})
        try:
            return check_of(changed)(changed, QUICK).to_json()
        except MissingData as error:
            pytest.skip(str(error))

    return make


@pytest.fixture(scope="session")
def run_module():
    def run(module, *arguments):
        return subprocess.run(
            [sys.executable, "-m", f"proofs_check.{module}", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
