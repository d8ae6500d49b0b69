"""What can happen to a file: damage to bytes, to cells of a table, to values of JSON and TOML.

Each kind takes the file's bytes and a `random.Random`, so that a seed repeats a case.
"""

import gzip
import json
import re
from random import Random

NUMBERS = [
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e999",
    "-1e999",
    "1e308",
    "-1e308",
    "5e-324",
    "-0.0",
    "0",
    "-1",
    "9" * 30,
    "9" * 5000,
    "1_0",
    "0x1p3",
    "\uff11\u0663",
    "1,5",
    "true",
]
TOKENS = [
    *NUMBERS,
    "",
    "null",
    '""',
    "[]",
    "{}",
    ",",
    '"',
    "\n",
    "\r",
    "\x00",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x1b[31m",
    "é",
    "0001-01-01",
    "9999-12-31",
    "20260230",
    "01/01/0001",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00-23:59",
    "2026-07-10 14:22:33+23:59",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "__import__('os').system('false')",
]
NESTED = {}
for _ in range(60):
    NESTED = {"a": [NESTED]}
VALUES = [
    None,
    True,
    0,
    -1,
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    10**30,
    10**400,
    "",
    "nan",
    "inf",
    "a",
    "2026-07-10",
    "\x00",
    [],
    {},
    [None],
    [[1.0], 2.0],
    {"a": 1},
    NESTED,
    "x" * 3000,
]
TOML_VALUES = [
    "nan",
    "inf",
    "-inf",
    "0",
    "-1",
    "1e308",
    "9" * 30,
    "9" * 5000,
    "true",
    '""',
    '"a"',
    '"../../../etc/passwd"',
    '"/etc/passwd"',
    '"\\u0000"',
    "[]",
    "{}",
    "[[]]",
    "[nan]",
    "{a = 1}",
    "0001-01-01",
    "9999-12-31",
    "2022-02-04T10:00:00Z",
    "10:00:00",
    "[" * 3000,
    "[" * 60 + "]" * 60,
]
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_BOMB = gzip.compress(bytes(1 << 25), mtime=0)

LARGEST = 1 << 22
"""The size of a damaged file in bytes, before it is packed."""


def damaged(content: bytes, form: str, random: Random) -> bytes:
    """Return the bytes after one to three kinds of damage."""
    kinds = [*ANYWHERE, *FORMS[form] * 2]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        # damage to what is damaged may multiply it
        content = random.choice(kinds)(content, random)[:LARGEST]
    return random.choice(PACKINGS)(content, random) if random.random() < 0.1 else content


def _flip(content, random):
    found = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8))):
        if found:
            found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def _cut(content, random):
    return content[: random.randrange(len(content) + 1)]


def _remove(content, random):
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.choice((1, 2, 10, 100, 1000)) :]


def _repeat(content, random):
    start = random.randrange(len(content) + 1)
    piece = content[start : start + random.choice((1, 10, 100, 1000))]
    return content[:start] + piece * random.choice((2, 3, 20)) + content[start:]


def _insert(content, random):
    start = random.randrange(len(content) + 1)
    token = random.choice(TOKENS).encode()
    return content[:start] + token + content[start + random.choice((0, 0, 1, 8)) :]


def _number(content, random):
    found = list(_NUMBER.finditer(content))
    if not found:
        return _insert(content, random)
    match = random.choice(found)
    return content[: match.start()] + random.choice(NUMBERS).encode() + content[match.end() :]


def _raw(content, random):
    start = random.randrange(len(content) + 1)
    return content[:start] + random.randbytes(random.choice((1, 4, 64))) + content[start:]


def _recoded(content, random):
    text = content.decode("utf-8", errors="replace")
    coding = random.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "latin-1"))
    return text.encode(coding, errors="replace")


def _long(content, random):
    start = random.randrange(len(content) + 1)
    letter = random.choice((b"x", b"9", b",", b'"', b" ", b"[", b"(", b"\n"))
    return content[:start] + letter * random.choice((2000, 140_000)) + content[start:]


def _rows(content):
    return [line.split(b",") for line in content.split(b"\n")]


def _joined(rows):
    return b"\n".join(b",".join(row) for row in rows)


def _column(content, random):
    rows = _rows(content)
    width = max(map(len, rows))
    one, other = random.randrange(width), random.randrange(width)
    kind = random.randrange(4)
    for row in rows:
        if len(row) <= max(one, other):
            continue
        if kind == 0:
            row[one], row[other] = row[other], row[one]
        elif kind == 1:
            row.insert(other, row[one])
        elif kind == 2:
            del row[one]
        else:
            row[one] = row[other]
    return _joined(rows)


def _row(content, random):
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(5)
    if kind == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == 1:
        lines.insert(other, lines[one])
    elif kind == 2:
        del lines[one]
    elif kind == 3:
        lines = [lines[0], *reversed(lines[1:])]
    else:
        lines = lines[: other + 1]
    return b"\n".join(lines)


def _cells(content, random):
    """Overwrite one cell, or a whole column below its head."""
    rows = _rows(content)
    at, token = random.randrange(len(rows)), random.choice(TOKENS).encode()
    place = random.randrange(len(rows[at]))
    if random.random() < 0.3:
        for row in rows[3:]:
            if place < len(row):
                row[place] = token
    else:
        rows[at][place] = token
    return _joined(rows)


def _separator(content, random):
    return content.replace(b",", random.choice((b";", b"\t", b", ", b"|")))


def _json(content, random):
    """Replace, remove, repeat or rename one value of a JSON file, wherever it stands."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return _number(content, random)
    at, chosen = whole, []
    while isinstance(at, dict | list) and at:
        key = random.choice(list(at)) if isinstance(at, dict) else random.randrange(len(at))
        chosen.append((at, key))
        at = at[key]
        if random.random() < 0.2:
            break
    if not chosen:
        return json.dumps(random.choice(VALUES)).encode()
    place, key = chosen[-1]
    kind = random.randrange(8)
    if kind == 0:
        del place[key]
    elif kind == 1 and isinstance(place, dict):
        place[random.choice(TOKENS)] = place.pop(key)
    elif kind == 2 and isinstance(place, list):
        place.append(place[key])
    elif kind == 3:
        place[key] = at[key] if isinstance(at, dict) and key in at else [at]
    else:
        place[key] = random.choice(VALUES)
    return json.dumps(whole).replace('"10**400"', "9" * 400).encode()


def _deep(content, random):
    depth = random.choice((500, 100_000))
    around = random.choice((b"[", b'{"a":'))
    start = random.randrange(len(content) + 1)
    return content[:start] + around * depth + content[start:]


def _toml(content, random):
    """Replace, remove or repeat the value of one key."""
    lines = content.split(b"\n")
    keyed = [number for number, line in enumerate(lines) if b"=" in line]
    if not keyed:
        return _insert(content, random)
    number = random.choice(keyed)
    key = lines[number].split(b"=", 1)[0]
    kind = random.randrange(6)
    if kind == 0:
        del lines[number]
    elif kind == 1:
        lines.insert(number, lines[number])
    elif kind == 2:
        lines[number] = b"unknown = " + lines[number].split(b"=", 1)[1]
    else:
        lines[number] = key + b"= " + random.choice(TOML_VALUES).encode()
    return b"\n".join(lines)


def _packed(content, random):
    return gzip.compress(content, mtime=0)


def _packed_and_cut(content, random):
    return _cut(gzip.compress(content, mtime=0), random)


def _packed_and_flipped(content, random):
    return _flip(gzip.compress(content, mtime=0), random)


def _packed_and_followed(content, random):
    return gzip.compress(content, mtime=0) + random.randbytes(20)


def _bomb(content, random):
    return _BOMB


ANYWHERE = [_flip, _cut, _remove, _repeat, _insert, _number, _raw, _recoded, _long]
CSV = [_column, _column, _row, _row, _cells, _cells, _cells, _separator]
FORMS = {"csv": CSV, "json": [_json] * 6 + [_deep], "toml": [_toml] * 6, "bytes": []}
PACKINGS = [_packed, _packed_and_cut, _packed_and_flipped, _packed_and_followed, _bomb]
