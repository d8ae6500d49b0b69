"""The verifier accepts every certificate as made and rejects every mutated one."""

import ast
import copy
import csv
import io
import json
import subprocess
import sys
from fractions import Fraction
from math import comb
from pathlib import Path

import mpmath
import pytest

from proofs_check import verify
from proofs_check.certificate import VERDICTS
from proofs_check.exact import Scope, Undecidable
from proofs_check.ledger import FOLDER, load

NAMES = [entry.id for entry in load().entries]
RAW = verify.ledger_of(FOLDER)
REJECTIONS = (verify.Rejected, ArithmeticError, LookupError, TypeError, ValueError)
FIELDS = ("left", "right", "value", "lower", "upper", "cost", "entries")
KINDS = ("call", "put", "digital", "straddle", "price")


def rejected(certificate, ledger=RAW):
    try:
        verify.verify(certificate, ledger)
    except REJECTIONS:
        return True
    return False


# Numbers of a certificate above which a sample of so many is moved.
MANY, SAMPLE = 400, 40


def literals(tree, place):
    """List the paths to all literal numbers of an expression."""
    if isinstance(tree, str):
        return [] if tree in KINDS else [place]
    if isinstance(tree, int):
        return []
    if isinstance(tree, dict):
        return [path for key in tree for path in literals(tree[key], (*place, key))]
    if tree and isinstance(tree[0], str) and tree[0] in ("datum", "cell", "variable"):
        return []
    is_operation = tree and isinstance(tree[0], str) and tree[0].isidentifier()
    first = 1 if is_operation and tree[0] not in KINDS else 0
    return [
        path for index in range(first, len(tree)) for path in literals(tree[index], (*place, index))
    ]


def put(tree, path, value):
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def scope(certificate):
    tables = {
        name: list(csv.DictReader(io.StringIO(table["text"])))
        for name, table in certificate["data"]["tables"].items()
    }
    return Scope(certificate["data"]["values"], tables)


def truth(certificate, statement):
    try:
        return scope(certificate).holds(statement)
    except (Undecidable, ArithmeticError, ValueError, TypeError, OverflowError):
        return None


def nudges(literal):
    value = Fraction(literal)
    moved = (value + 1, value - 1, value + 10, value - 10, -value, 0, value * 100, value / 100)
    return [str(candidate) for candidate in moved if candidate != value]


@pytest.mark.parametrize("name", NAMES)
def test_certificate_as_made_is_accepted(name, certificate):
    assert verify.verify(certificate(name), RAW) == len(certificate(name)["exact"])


@pytest.mark.parametrize("name", NAMES)
def test_every_number_moved_beyond_its_slack_is_rejected(name, certificate):
    original = certificate(name)
    places = []
    for index, statement in enumerate(original["exact"]):
        paths = [p for field in FIELDS for p in literals(statement.get(field, []), (field,))]
        if statement["kind"] == "superhedge":
            fields = ("assets", "payoff", "hedge")
            paths += [p for field in fields for p in literals(statement[field], (field,))]
        places += [(index, path) for path in paths]
    # Long formulas at a point have thousands of numbers alike: some of all their statements.
    step = 1 if len(places) <= MANY else -(-len(places) // SAMPLE)
    for index, path in places[::step]:
        statement = original["exact"][index]
        for nudge in nudges(at(statement, path)):
            changed = {**original, "exact": list(original["exact"])}
            changed["exact"][index] = copy.deepcopy(statement)
            put(changed["exact"][index], path, nudge)
            if truth(changed, changed["exact"][index]) is (not statement["holds"]):
                assert rejected(changed), (statement["name"], path, nudge)
                break


@pytest.mark.parametrize("name", NAMES)
def test_flipped_relation_or_truth_is_rejected(name, certificate):
    original = certificate(name)
    flips = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
    for index, statement in enumerate(original["exact"]):
        changed = copy.deepcopy(original)
        changed["exact"][index]["holds"] = not statement["holds"]
        assert rejected(changed)
        if statement["kind"] == "inequality":
            others = flips.get(statement["relation"])
            for relation in [others] if others else ["<", ">"]:
                changed = copy.deepcopy(original)
                changed["exact"][index]["relation"] = relation
                flipped = truth(changed, changed["exact"][index]) is (not statement["holds"])
                assert rejected(changed) or (not others and not flipped)
                assert not others or flipped
        if statement["kind"] == "identity":
            changed = copy.deepcopy(original)
            changed["exact"][index]["degrees"] = dict.fromkeys(statement["degrees"], 0)
            assert rejected(changed)


@pytest.mark.parametrize("name", NAMES)
def test_swapped_verdict_is_rejected(name, certificate):
    for verdict in (*VERDICTS, "undecided", "true"):
        changed = certificate(name)
        if changed["verdict"] != verdict:
            changed["verdict"] = verdict
            assert rejected(changed), verdict


@pytest.mark.parametrize("name", NAMES)
def test_changed_data_or_table_is_rejected(name, certificate):
    for key in certificate(name)["data"]["values"]:
        changed = certificate(name)
        changed["data"]["values"][key] = "0.4711"
        assert rejected(changed), key
    for key, table in certificate(name)["data"]["tables"].items():
        for field, value in (("sha256", "0" * 64), ("text", table["text"] + "1")):
            changed = certificate(name)
            changed["data"]["tables"][key][field] = value
            assert rejected(changed, None), (key, field)


@pytest.mark.parametrize("name", NAMES)
def test_missing_parts_are_rejected(name, certificate):
    for field in ("verdict", "method", "exact", "decision", "data", "otherwise"):
        changed = certificate(name)
        del changed[field]
        assert rejected(changed), field
    changed = certificate(name)
    changed["exact"] = []
    assert rejected(changed)


@pytest.mark.parametrize("x", ["-7/3", "-1/1000", "0", "1/7", "1", "9", "30"])
def test_enclosures_contain_the_value_and_are_narrow(x):
    value = Fraction(x)
    with mpmath.workdps(80):
        exact = mpmath.mpf(value.numerator) / value.denominator
        cases = [(verify._enclose("exp", (value, value)), mpmath.exp(exact))]
        if value > 0:
            cases += [
                (verify._enclose("ln", (value, value)), mpmath.log(exact)),
                (verify._enclose("sqrt", (value, value)), mpmath.sqrt(exact)),
            ]
        for (low, high), wanted in cases:
            low, high = (mpmath.mpf(end.numerator) / end.denominator for end in (low, high))
            slack = abs(wanted) * mpmath.mpf(10) ** -75
            assert low - slack <= wanted <= high + slack
            assert high - low <= max(1, abs(wanted)) * mpmath.mpf(10) ** -38


def test_binomial_agrees_with_its_definition():
    terms = (comb(10, i) * Fraction(1, 4) ** i * Fraction(3, 4) ** (10 - i) for i in range(4))
    cumulative = ["binomial_cdf", "10", "3", "1/4"]
    assert verify._evaluate(cumulative, {})[0] == sum(terms)


@pytest.mark.parametrize("name", ["exp", "ln", "sqrt"])
@pytest.mark.parametrize("digits", [10, 49, 60])
def test_enclosures_hold_for_arguments_of_any_length(name, digits):
    # Longer than the working precision: the argument itself has to be rounded outwards.
    value = 2 + Fraction(1, 3) ** digits
    low, high = verify._enclose(name, (value, value))
    with mpmath.workdps(120):
        function = {"exp": mpmath.exp, "ln": mpmath.log, "sqrt": mpmath.sqrt}[name]
        wanted = function(mpmath.mpf(value.numerator) / value.denominator)
        assert mpmath.mpf(low.numerator) / low.denominator <= wanted
        assert wanted <= mpmath.mpf(high.numerator) / high.denominator


@pytest.mark.parametrize("tree", [["ln", "0"], ["log", "0"], ["log", "-1"], ["sqrt", "-1"]])
def test_functions_outside_their_domain_are_rejected(tree):
    with pytest.raises(REJECTIONS):
        verify._evaluate(tree, {})


@pytest.mark.parametrize("tree", [["sub", "inf", "inf"], ["mul", "0", "inf"], ["exp", "inf"]])
def test_infinity_stands_alone(tree):
    with pytest.raises(REJECTIONS):
        verify._evaluate(tree, {})


def test_program_names_the_certificate_it_rejects(tmp_path, certificate):
    changed = certificate("C093")
    changed["verdict"] = "verified"
    paths = [tmp_path / "good.json", tmp_path / "bad.json"]
    for path, content in zip(paths, (certificate("C094"), changed), strict=True):
        path.write_text(json.dumps({"certificates": [content]}))

    def run(*files):
        return subprocess.run(
            [sys.executable, "-I", verify.__file__, *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert run(paths[0]).returncode == 0
    done = run(*paths)
    assert done.returncode == 1
    assert "C093" in done.stderr
    assert run().returncode == 1


def test_verifier_is_short_and_needs_only_the_standard_library():
    text = Path(verify.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    nodes = list(ast.walk(ast.parse(text)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(("name", "point", "value"), [("ln", 1, 0), ("exp", 0, 1)])
def test_enclosures_around_exact_values_stay_short(name, point, value):
    """The next decimal above zero once had a million digits."""
    low, high = verify._enclose(name, (Fraction(point), Fraction(point)))
    assert low < value < high
    assert high - low < Fraction(1, 10**48)
    assert max(low.denominator, high.denominator).bit_length() < 4000
