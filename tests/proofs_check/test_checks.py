"""Each verdict is computed: the claim gives the accepted one, a doctored claim another."""

import importlib

import pytest

from proofs_check import registry, verify
from proofs_check.certificate import METHODS, VERDICTS
from proofs_check.ledger import Claim, load

LEDGER = load()
NAMES = [entry.id for entry in LEDGER.entries]


def test_every_claim_has_a_check_and_a_doctored_case(doctored):
    for topic in LEDGER.topics():
        importlib.import_module(f"proofs_check.checks.{topic}")
    assert set(NAMES) == set(registry._CHECKS)
    assert set(NAMES) == set(doctored)


@pytest.mark.parametrize("name", NAMES)
def test_claim_gets_the_accepted_verdict_by_the_accepted_method(name, entries, certificate):
    found = certificate(name)
    assert (found["verdict"], found["method"]) == (entries[name].verdict, entries[name].method)


@pytest.mark.parametrize("name", NAMES)
def test_doctored_claim_gets_another_verdict(name, entries, doctored, doctored_certificate):
    found = doctored_certificate(name)
    assert found["verdict"] == doctored[name]["verdict"]
    assert found["verdict"] != entries[name].verdict
    assert verify.verify(found, None) == len(found["exact"])


def test_every_method_and_every_verdict_is_reached():
    assert {entry.method for entry in LEDGER.entries} == set(METHODS)
    assert {entry.verdict for entry in LEDGER.entries} == set(VERDICTS)


def test_a_check_cannot_see_the_accepted_verdict():
    assert set(Claim.__dataclass_fields__) == {"id", "topic", "data", "tables"}


@pytest.mark.parametrize("name", NAMES)
def test_a_certificate_names_the_reading_it_defeats(name, certificate, entries):
    assert certificate(name)["otherwise"]
    assert entries[name].verdict == "verified" or certificate(name)["reading"]
