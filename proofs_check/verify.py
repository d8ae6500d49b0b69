"""Re-check certificates with the standard library alone.

    python proofs_check/verify.py results/claims results/bounds/price.json  # or an archive alone

Each statement is evaluated anew in pairs of rationals; decimals enclose exp, log and roots. Truth
must be the one given, the verdict follow by the rules, and a price bound's hedge dominate at all
prices, at its cost, from listed quotes; data must be the ledger's. Exit 1 names what is faulty.
"""

import csv
import hashlib
import json
import sys
import tomllib
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from fractions import Fraction
from functools import reduce
from itertools import product
from math import comb, inf, isqrt
from operator import ge, getitem, gt, le, lt
from pathlib import Path
from runpy import run_path

HERE = Path(__file__).resolve().parent
METHODS = ("symbolic", "certified", "numeric", "statistical", "reading")
VERDICTS = ("verified", "corrected", "refuted", "inconsistent", "untestable")
FIELDS = dict.fromkeys(("claim", "verdict", "method", "otherwise", "reading"), str)
FIELDS |= {"evidence": dict, "data": dict, "exact": list, "decision": list}


class Rejected(ArithmeticError):
    """A certificate does not hold."""


def _require(condition, message):
    if not condition:
        raise Rejected(message)


def _enclose(name, interval):
    """Bound an increasing function: decimal rounds exp, ln and sqrt to the nearest of 50 digits."""
    if name == "sqrt" and interval[0] == interval[1] >= 0:
        root = Fraction(*map(isqrt, interval[0].as_integer_ratio()))
        if root * root == interval[0]:
            return root, root
    down, up = (Context(50, way, Emin=-999) for way in (ROUND_FLOOR, ROUND_CEILING))
    low, high = (c.divide(*x.as_integer_ratio()) for c, x in zip((down, up), interval, strict=True))
    low, high = down.next_minus(getattr(down, name)(low)), up.next_plus(getattr(up, name)(high))
    return Fraction(low), Fraction(high)


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
    return _enclose("exp", _products(exponent, _enclose("ln", base)))


def _evaluate(tree, scope):
    """Enclose the value of an expression."""
    if isinstance(tree, str):
        return (inf if tree == "inf" else Fraction(tree),) * 2
    head, *rest = tree
    if head in ("datum", "cell", "variable"):
        value = reduce(getitem, rest, scope[head])
        return _evaluate(value, scope) if isinstance(value, str) else (value, value)
    values = [_evaluate(part, scope) for part in rest]
    _require(not any(inf in value for value in values), "infinity within an expression")
    if head in ("add", "max"):
        return tuple(map(sum if head == "add" else max, zip(*values, strict=True)))
    first, second = values[0], values[-1]
    if head == "mul":
        return reduce(_products, values)
    if head in ("neg", "sub"):
        first = first if head == "sub" else (0, 0)
        return first[0] - second[1], first[1] - second[0]
    if head == "div":
        _require(second[0] > 0 or second[1] < 0, "division by an interval around zero")
        return _products(first, (1 / second[1], 1 / second[0]))
    if head == "abs":
        return max(Fraction(0), first[0], -first[1]), max(first[1], -first[0])
    if head == "pow":
        return _power_of(first, second)
    if head in ("exp", "log", "sqrt"):
        return _enclose("ln" if head == "log" else head, first)
    if head == "binomial_cdf":
        n, most, p = (int(first[0]), int(values[1][0]), second[0])
        _require(0 <= n < 5000 and p == second[1], "binomial out of range")
        return (sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(most + 1)),) * 2
    raise Rejected(f"unknown operation {head!r}")


def _compare(left, relation, right):
    """Tell whether the relation holds; reject where the enclosures cannot tell."""
    if relation == "==":
        sure = left[0] == left[1] == right[0] == right[1]
        never = left[1] < right[0] or right[1] < left[0]
    else:
        compare = {"<": lt, "<=": le, ">": gt, ">=": ge}[relation]
        most, least = (1, 0) if compare in (lt, le) else (0, 1)
        sure, never = compare(left[most], right[least]), not compare(left[least], right[most])
    _require(sure or never, "enclosures overlap")
    return sure


def _determinant(rows):
    minors = ([row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows)))
    signed = ((-1) ** j * rows[0][j] * _determinant(minor) for j, minor in enumerate(minors))
    return sum(signed, Fraction(0)) if rows else Fraction(1)


def _exactly(tree, scope) -> Fraction:
    low, high = _evaluate(tree, scope)
    _require(low == high, "expected an exact number")
    return Fraction(str(low))


def _degree_in(tree, name):
    """Bound the degree of a polynomial in one variable."""
    if isinstance(tree, str) or tree[0] in ("datum", "cell", "variable"):
        return int(tree[:2] == ["variable", name])
    head, *rest = tree
    if head in ("add", "sub", "neg", "mul"):
        degrees = [_degree_in(part, name) for part in rest]
        return sum(degrees) if head == "mul" else max(degrees)
    _require(head == "pow" and str(rest[1]).isdigit(), "not a polynomial")
    return _degree_in(rest[0], name) * int(rest[1])


def _identity_holds(item, scope):
    for name, degree in item["degrees"].items():
        wanted = max(_degree_in(item["left"], name), _degree_in(item["right"], name))
        _require(0 <= wanted <= degree <= 12, "too few points for the degree of the identity")
    points = product(*(map(Fraction, range(degree + 1)) for degree in item["degrees"].values()))
    scopes = ({**scope, "variable": dict(zip(item["degrees"], x, strict=True))} for x in points)
    return all(_exactly(item["left"], here) == _exactly(item["right"], here) for here in scopes)


def _worth(kind, strike, price, below):
    """Value an elementary payoff at a price, or its limit from below there."""
    if kind == "digital":
        return int(price > strike or (price == strike and not below))
    gain = price - strike
    return {"call": max(gain, 0), "put": max(-gain, 0), "straddle": abs(gain), "price": price}[kind]


def _least(terms):
    """Minimise a payoff over all prices >= 0: it is linear between strikes and beyond them."""
    _require(all(strike >= 0 for _, _, strike in terms), "a negative strike")
    if sum(units for units, kind, _ in terms if kind in ("price", "call", "straddle")) < 0:
        return -inf
    at = {(Fraction(0), False), *product({strike for *_, strike in terms if strike}, (False, True))}
    return min(sum(units * _worth(kind, k, *s) for units, kind, k in terms) for s in at)


def _superhedge_holds(item, scope):
    """Tell whether a hedge dominates all branches of a payoff at its cost; longs pay the ask."""

    def terms(listed, sign):
        return [(sign * _exactly(u, scope), kind, _exactly(k, scope)) for u, kind, k in listed]

    hedge, payoff, side = item["hedge"], item["payoff"], {"upper": 1, "lower": -1}[item["side"]]
    _require(payoff and (side > 0 or len(payoff) == 1), "no lower hedge of several branches")
    cash = cost = _exactly(hedge["cash"], scope)
    held = [[(units, "price", "0")] for units in hedge["units"]]
    for own, asset, positions in zip(held, item["assets"], hedge["positions"], strict=True):
        forward, discount = (_exactly(asset[x], scope) for x in ("forward", "discount_factor"))
        _require(discount > 0, "a discount factor that is not positive")
        cost += _exactly(own[0][0], scope) * forward
        for index, units in positions:
            kind, strike, bid, ask = asset["quotes"][index]
            own.append((units, kind, strike))
            amount = _exactly(units, scope)
            cost += amount * _exactly(ask if side * amount > 0 else bid, scope) / discount
    for branch in payoff:
        rest = side * (cash - _exactly(branch["cash"], scope))
        legs = zip(held, branch["legs"], strict=True)
        if rest + sum(_least(terms(own, side) + terms(leg, -side)) for own, leg in legs) < 0:
            return False
    return cost == _exactly(item["cost"], scope) and ("law" not in item or _law_holds(item))


def _law_holds(item):
    """Tell whether atoms of each branch and asset make a law that meets all quotes."""

    def price_of(law, kind, strike):
        return sum(mass * _worth(kind, Fraction(strike), price, False) for price, mass in law)

    earned, total, marginals = Fraction(0), Fraction(0), [[] for _ in item["assets"]]
    for branch, legs in zip(item["payoff"], item["law"], strict=True):
        atoms = [[(Fraction(s), Fraction(mass)) for s, mass in leg] for leg in legs]
        masses = {sum(mass for _, mass in leg) for leg in atoms}
        _require(len(masses) == 1, "assets of a branch differ in mass")
        total, earned = total + min(masses), earned + min(masses) * Fraction(branch["cash"])
        for leg, terms, marginal in zip(atoms, branch["legs"], marginals, strict=True):
            marginal += leg
            earned += sum(Fraction(term[0]) * price_of(leg, *term[1:]) for term in terms)
    met = total == 1 and earned == Fraction(item["attained"])
    for asset, law in zip(item["assets"], marginals, strict=True):
        met &= min(map(min, law)) >= 0 and price_of(law, "price", 0) == Fraction(asset["forward"])
        for kind, strike, bid, ask in asset["quotes"]:
            price = Fraction(asset["discount_factor"]) * price_of(law, kind, strike)
            met &= Fraction(price if bid is None else bid) <= price
            met &= price <= Fraction(price if ask is None else ask)
    return met


def _holds(item, scope):
    kind = item["kind"]
    if kind == "inequality":
        left, right = (_evaluate(item[side], scope) for side in ("left", "right"))
        return _compare(left, item["relation"], right)
    if kind == "enclosure":
        low, value, high = (_evaluate(item[key], scope) for key in ("lower", "value", "upper"))
        return _compare(low, "<=", value) and _compare(value, "<=", high)
    if kind in ("identity", "superhedge"):
        return (_identity_holds if kind == "identity" else _superhedge_holds)(item, scope)
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
        if ledger is not None:
            told = ledger["tables"].get(table["file"])
            _require(told == digest, f"not the ledger's table {name}")
        tables[name] = list(csv.DictReader(table["text"].splitlines()))
    if ledger is not None:
        entry = {item["id"]: item for item in ledger["claims"]}[certificate["claim"]]
        _require(values == entry.get("data", {}), "data are not the ledger's")
    scope, truth = {"datum": values, "cell": tables}, {}
    for item in certificate["exact"]:
        _require(item["name"] not in truth, f"two statements {item['name']!r}")
        found = _holds(item, scope)
        _require(found is item["holds"], f"{item['name']!r} is {found}, not {item['holds']}")
        truth[item["name"]] = found
    rules = certificate["decision"]
    _require(all(rule["when"] for rule in rules), "a rule without conditions")
    met = [rule for rule in rules if all(truth[name] is at for name, at in rule["when"].items())]
    derived = met[0]["verdict"] if met else "undecided"
    _require(derived == verdict, f"statements give {derived}, the certificate says {verdict}")
    return len(truth)


def ledger_of(folder):
    """Read all claims, and the hashes of the tables."""
    read = [tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*/*.toml")]
    claims = [item for content in read for item in content.pop("claims", [])]
    return {"claims": claims, "tables": reduce(lambda one, two: one | two, read)}


def main(paths):
    """Verify all files, and say how many statements were checked."""
    ledger = ledger_of(HERE) if (HERE / "claims").is_dir() else None
    paths = [one for path in map(Path, paths) for one in sorted(path.glob("*.json")) or [path]]
    counts = {"certificates": 0, "bounds": 0, "statements": 0}
    if paths and paths[0].suffix == ".gz":
        ledger, paths = run_path(str(HERE / "verify_archive.py"))["opened"](paths, counts)
    for path, name in [(path, "expected JSON") for path in paths]:
        try:
            whole = json.loads(path.read_text("utf-8"))
            for item in [*whole.get("certificates", []), *(bounds := whole.get("bounds", []))]:
                name = item.get("claim", item.get("name"))
                held = int(_superhedge_holds(item, {})) if item in bounds else verify(item, ledger)
                _require(held, "the bound does not hold")
                counts["bounds" if item in bounds else "certificates"] += 1
                counts["statements"] += held
        except (ArithmeticError, LookupError, TypeError, ValueError, OSError) as fault:
            sys.exit(f"{path}: {name}: {type(fault).__name__}: {fault}")
    _ = counts["statements"] or sys.exit("no certificate found")
    print(json.dumps(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
