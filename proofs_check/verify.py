"""Re-check certificates with the standard library alone.

    python proofs_check/verify.py results/claims/*.json

Every exact statement is evaluated anew in rationals; exp, log and roots are enclosed with Taylor
remainders. Its truth must be the one given, and the verdict must follow by the certificate's rules.
Data must be the ledger's, where it stands beside this file. Exit 1 names a faulty certificate.
"""

import csv
import hashlib
import io
import json
import sys
import tomllib
from fractions import Fraction
from functools import cache, reduce
from itertools import product
from math import ceil, comb, isqrt
from operator import getitem, le, lt, mul
from pathlib import Path

LEDGER = Path(__file__).resolve().with_name("ledger.toml")
BITS = 160
UNIT = Fraction(1, 2**BITS)
INFINITY = "inf"
METHODS = ("symbolic", "certified", "numeric", "statistical", "reading")
VERDICTS = ("verified", "corrected", "refuted", "inconsistent", "untestable")
FIELDS = dict.fromkeys(("claim", "verdict", "method", "otherwise", "reading"), str)
FIELDS |= {"evidence": dict, "data": dict, "exact": list, "decision": list}


class Rejected(ArithmeticError):
    """A certificate does not hold."""


def _require(condition, message):
    if not condition:
        raise Rejected(message)


# Intervals are pairs of rationals (or both "inf"); a number known exactly is a pair of equals.


def _outward(low, high):
    return (low // UNIT) * UNIT, -((-high) // UNIT) * UNIT


@cache
def _exp_of(x):
    """Sum Taylor's series at x / 2^k, |x / 2^k| < 1/256: the rest is below twice the next term."""
    halvings = ceil(abs(x)).bit_length() + 8
    _require(halvings < 40, "exponent out of range")
    y, term, total, n = _outward(x, x)[0] / 2**halvings, Fraction(1), Fraction(1), 0
    while abs(term) > UNIT / 2**halvings:
        n, term = n + 1, term * y / (n + 1)
        total += term
    low, high = _outward(total - 2 * abs(term) - UNIT, total + 2 * abs(term) + UNIT)
    for _ in range(halvings):
        low, high = _outward(low * low, high * high)
    return low, _outward(high, high * (1 + 2 * UNIT))[1]  # x was rounded down by at most a unit


def _atanh_of(z):
    """Sum z^(2n+1) / (2n+1) for |z| <= 1/3: the rest is below z^(2n+1) / (1 - z^2)."""
    power, total, n = z, Fraction(0), 1
    while abs(power) > UNIT:
        total, power, n = total + power / n, power * z * z, n + 2
    rest = abs(power) / (1 - z * z)
    return total - rest, total + rest


@cache
def _log_of(x):
    _require(x > 0, "logarithm of a number that is not positive")
    shift = 0
    while x > Fraction(4, 3):
        x, shift = x / 2, shift + 1
    while x < Fraction(2, 3):
        x, shift = x * 2, shift - 1
    low, high = _atanh_of((x - 1) / (x + 1))
    two = sorted(2 * shift * bound for bound in _atanh_of(Fraction(1, 3)))
    return _outward(2 * low + two[0], 2 * high + two[1])


def _sqrt_of(x):
    _require(x >= 0, "root of a negative number")
    root = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    if root * root == x:
        return root, root
    low = Fraction(isqrt(x.numerator * 4**BITS // x.denominator), 2**BITS)
    return low, low + UNIT


def _enclose(increasing, interval):
    return increasing(interval[0])[0], increasing(interval[1])[1]


def _products(a, b):
    ends = sorted(x * y for x, y in product(a, b))
    return ends[0], ends[-1]


def _power_of(base, exponent):
    if exponent[0] == exponent[1] and exponent[0].denominator == 1:
        n = int(exponent[0])
        _require(abs(n) < 1000, "power out of range")
        _require(n >= 0 or base[0] > 0 or base[1] < 0, "division by an interval around zero")
        ends = sorted(end**n for end in base)
        around_zero = n > 0 and n % 2 == 0 and base[0] < 0 < base[1]
        return (Fraction(0) if around_zero else ends[0]), ends[1]
    if base == (0, 0) and exponent[0] > 0:
        return base
    return _enclose(_exp_of, _products(exponent, _enclose(_log_of, base)))


def _binomial_cdf(trials, most, chance):
    n, p = int(trials[0]), chance[0]
    _require(0 <= n < 5000 and p == chance[1], "binomial out of range")
    return (sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(int(most[0]) + 1)),) * 2


def _evaluate(tree, scope):
    """Enclose the value of an expression."""
    if isinstance(tree, str):
        return (tree if tree == INFINITY else Fraction(tree),) * 2
    head, *rest = tree
    if head in ("datum", "cell", "variable"):
        value = reduce(getitem, rest, scope[head])
        return _evaluate(value, scope) if isinstance(value, str) else (value, value)
    values = [_evaluate(part, scope) for part in rest]
    if head in ("add", "max"):
        join = sum if head == "add" else max
        return join(low for low, _ in values), join(high for _, high in values)
    first, second = values[0], values[-1]
    if head == "mul":
        return reduce(_products, values)
    if head == "neg":
        return -first[1], -first[0]
    if head == "sub":
        return first[0] - second[1], first[1] - second[0]
    if head == "div":
        _require(second[0] > 0 or second[1] < 0, "division by an interval around zero")
        return _products(first, (1 / second[1], 1 / second[0]))
    if head == "abs":
        return max(Fraction(0), first[0], -first[1]), max(first[1], -first[0])
    if head == "pow":
        return _power_of(first, second)
    if head in ("exp", "log", "sqrt"):
        return _enclose({"exp": _exp_of, "log": _log_of, "sqrt": _sqrt_of}[head], first)
    if head == "binomial_cdf":
        return _binomial_cdf(*values)
    raise Rejected(f"unknown operation {head!r}")


def _compare(left, relation, right):
    """Tell whether the relation holds; reject where the enclosures cannot tell."""
    if INFINITY in (left[0], right[0]):
        a, b = left[0] == INFINITY, right[0] == INFINITY
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}[relation]
    if relation == "==":
        if left[1] < right[0] or right[1] < left[0]:
            return False
        _require(left[0] == left[1] == right[0] == right[1], "equality cannot be told")
        return True
    if relation in (">", ">="):
        return _compare(right, {">": "<", ">=": "<="}[relation], left)
    compare = {"<": lt, "<=": le}[relation]
    sure, never = compare(left[1], right[0]), not compare(left[0], right[1])
    _require(sure or never, "enclosures overlap")
    return sure


def _determinant(rows):
    if not rows:
        return Fraction(1)
    minors = ([row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows)))
    return sum((-1) ** j * rows[0][j] * _determinant(minor) for j, minor in enumerate(minors))


def _exactly(tree, scope) -> Fraction:
    low, high = _evaluate(tree, scope)
    _require(low == high, "expected an exact number")
    return Fraction(str(low))


def _degree_in(tree, name):
    """Bound the degree of a polynomial in one variable."""
    if isinstance(tree, str) or tree[0] in ("datum", "cell"):
        return 0
    head, *rest = tree
    if head == "variable":
        return int(rest[0] == name)
    if head in ("add", "sub", "neg"):
        return max(_degree_in(part, name) for part in rest)
    if head == "mul":
        return sum(_degree_in(part, name) for part in rest)
    _require(head == "pow" and str(rest[1]).isdigit(), "not a polynomial")
    return _degree_in(rest[0], name) * int(rest[1])


def _identity_holds(item, scope):
    for name, degree in item["degrees"].items():
        wanted = max(_degree_in(item["left"], name), _degree_in(item["right"], name))
        _require(0 <= wanted <= degree <= 12, "too few points for the degree of the identity")
    for point in product(*(range(degree + 1) for degree in item["degrees"].values())):
        here = {**scope, "variable": dict(zip(item["degrees"], map(Fraction, point), strict=True))}
        if _exactly(item["left"], here) != _exactly(item["right"], here):
            return False
    return True


def _superhedge_holds(item, scope):
    """(sum w S - K)^+ <= sum w (S - k)^+ when w >= 0 and sum w k <= K."""
    weights, strikes, prices = (
        [_exactly(x, scope) for x in item[name]] for name in ("weights", "strikes", "prices")
    )
    total, cost = (sum(map(mul, weights, each)) for each in (strikes, prices))
    _require(len(weights) == len(strikes) == len(prices), "hedge of unequal lengths")
    dominates = min(weights) >= 0 and total <= _exactly(item["strike"], scope)
    return dominates and cost == Fraction(item["cost"])


def _holds(item, scope):
    kind = item["kind"]
    if kind == "inequality":
        left, right = (_evaluate(item[side], scope) for side in ("left", "right"))
        return _compare(left, item["relation"], right)
    if kind == "enclosure":
        value, ends = _evaluate(item["value"], scope), (item["lower"], item["upper"])
        low, high = ((Fraction(end),) * 2 for end in ends)
        return _compare(low, "<=", value) and _compare(value, "<=", high)
    if kind == "identity":
        return _identity_holds(item, scope)
    if kind == "superhedge":
        return _superhedge_holds(item, scope)
    if kind == "positive_definite":
        rows = [[_exactly(entry, scope) for entry in row] for row in item["entries"]]
        _require(rows == [list(column) for column in zip(*rows, strict=True)], "asymmetric")
        return all(_determinant([r[:n] for r in rows[:n]]) > 0 for n in range(1, len(rows) + 1))
    if kind == "present":
        return all(key in scope["datum"] for key in item["keys"])
    raise Rejected(f"unknown kind of statement {kind!r}")


def verify(certificate, ledger):
    """Re-check one certificate; return how many statements it has."""
    for field, form in FIELDS.items():
        _require(isinstance(certificate.get(field), form), f"field {field!r} absent or misformed")
    verdict, quick = certificate["verdict"], certificate["data"]["profile"] == "quick"
    _require(verdict in VERDICTS or (verdict == "undecided" and quick), f"no verdict: {verdict!r}")
    _require(certificate["method"] in METHODS and certificate["exact"], "no method or statement")
    tables, values = {}, certificate["data"]["values"]
    for name, table in certificate["data"]["tables"].items():
        digest = hashlib.sha256(table["text"].encode()).hexdigest()
        _require(digest == table["sha256"], f"table {table['file']} is not of its sha256")
        here = LEDGER.parent / "tables" / table["file"]
        if ledger is not None:
            _require(digest == ledger["tables"].get(table["file"]), f"not the ledger's {name}")
            _require(here.read_bytes() == table["text"].encode(), f"not the table {name} here")
        tables[name] = list(csv.DictReader(io.StringIO(table["text"])))
    if ledger is not None:
        entry = {item["id"]: item for item in ledger["claims"]}[certificate["claim"]]
        _require(values == entry.get("data", {}), "data are not the ledger's")
    scope, truth = {"datum": values, "cell": tables}, {}
    for item in certificate["exact"]:
        _require(item["name"] not in truth, f"two statements {item['name']!r}")
        found = _holds(item, scope)
        _require(found is item["holds"], f"{item['name']!r} is {found}, not {item['holds']}")
        truth[item["name"]] = found
    _require(all(rule["when"] for rule in certificate["decision"]), "a rule without conditions")
    met = (
        rule["verdict"]
        for rule in certificate["decision"]
        if all(truth[name] is wanted for name, wanted in rule["when"].items())
    )
    derived = next(met, "undecided")
    _require(derived == verdict, f"statements give {derived}, the certificate says {verdict}")
    return len(truth)


def main(paths):
    """Verify all files, and say how many statements were checked."""
    ledger = tomllib.loads(LEDGER.read_text("utf-8")) if LEDGER.is_file() else None
    certificates, statements = 0, 0
    for path in paths:
        for certificate in json.loads(Path(path).read_text("utf-8")).get("certificates", []):
            try:
                statements += verify(certificate, ledger)
            except (ArithmeticError, LookupError, TypeError, ValueError, OSError) as fault:
                sys.exit(f"{path}: {certificate.get('claim')}: {type(fault).__name__}: {fault}")
            certificates += 1
    if certificates == 0:
        sys.exit("no certificate found")
    print(json.dumps({"verified_certificates": certificates, "statements": statements}))


if __name__ == "__main__":
    main(sys.argv[1:])
