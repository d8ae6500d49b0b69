"""What rests on what: against paths found by brute force, and on the ledger as it stands."""

import shutil

import numpy as np
import pytest

from proofs_check.collect import linked
from proofs_check.graph import arrange, carried, fallen_grounds, grounds
from proofs_check.ledger import CLAIMS, load
from rmot.errors import DataError


def drawn(seed, count=12):
    """Draw a graph without circles, its claims in no order."""
    generator = np.random.default_rng(seed)
    names = [f"C{number:03}" for number in generator.permutation(count)]
    return {
        name: tuple(other for other in names[:place] if generator.random() < 0.25)
        for place, name in enumerate(names)
    }


def reached(rests_on):
    """Tell by powers of the adjacency matrix which claim rests on which, through others as well."""
    names = sorted(rests_on)
    direct = np.array([[int(other in rests_on[name]) for other in names] for name in names])
    powers = [np.linalg.matrix_power(direct, length) for length in range(1, len(names))]
    reach = np.sum(powers, axis=0) > 0
    return {
        name: {names[j] for j in np.flatnonzero(row)}
        for name, row in zip(names, reach, strict=True)
    }


@pytest.mark.parametrize("seed", range(5))
def test_grounds_and_what_falls_are_all_paths(seed):
    rests_on = drawn(seed)
    wanted = reached(rests_on)
    assert grounds(rests_on) == wanted
    assert carried(rests_on) == {
        name: {other for other in wanted if name in wanted[other]} for name in wanted
    }
    places = {name: place for place, name in enumerate(arrange(rests_on))}
    assert all(places[below] < places[name] for name in rests_on for below in rests_on[name])


def test_a_ground_falls_only_where_it_is_false_as_written():
    rests_on = {"C1": (), "C2": ("C1",), "C3": ("C2",), "C4": ("C3",)}
    verdicts = {"C1": "verified", "C2": "refuted", "C3": "untestable", "C4": "verified"}
    lost = {"C1": set(), "C2": set(), "C3": {"C2"}, "C4": {"C2"}}
    assert fallen_grounds(rests_on, verdicts) == lost
    assert fallen_grounds(rests_on, {**verdicts, "C2": "verified"})["C4"] == set()


def test_circles_and_absent_claims_are_errors_that_name_them():
    with pytest.raises(DataError, match="no circle of claims"):
        arrange({"C1": ("C2",), "C2": ("C3",), "C3": ("C1",)})
    with pytest.raises(DataError, match="C1 to rest on claims of the ledger"):
        arrange({"C1": ("C9",)})


@pytest.mark.parametrize(("ground", "words"), [("C097", "circle"), ("C999", "C999")])
def test_a_ledger_with_such_an_edge_is_refused(tmp_path, ground, words):
    changed = tmp_path / "claims"
    shutil.copytree(CLAIMS, changed)
    path = changed / "complexity.toml"
    path.write_text(path.read_text().replace('rests_on = ["C094"]', f'rests_on = ["{ground}"]'))
    with pytest.raises(DataError, match=words):
        load(changed)


def test_rows_say_what_falls_and_what_has_fallen(ledger):
    rows = [{"claim": entry.id, "verdict": entry.verdict} for entry in ledger.entries]
    found = {row["claim"]: row for row in linked(ledger, rows)}
    assert set(found) == {entry.id for entry in ledger.entries}
    assert "C014" in found["C001"]["carries"].split()
    assert "C001" in found["C014"]["fallen"].split()
    # A repaired statement of ours stands on what is proved.
    assert found["C061"]["fallen"] == ""
    upheld = [{**row, "verdict": "verified"} for row in rows]
    assert {row["fallen"] for row in linked(ledger, upheld)} == {""}
