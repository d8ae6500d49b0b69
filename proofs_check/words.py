"""Terms of signatures, named by words: of a broken line, and along one more segment.

Along a broken line with increments ``D_1, D_2, ...`` the term of the word ``ab...`` is the sum of
``D_s^a D_r^b ...`` over ``s <= r <= ...``, divided by m! for each segment that is in it m times.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import sympy

from proofs_check.alpha_model import read
from proofs_check.exact import Tree
from rmot.errors import DataError

LETTERS = "tx"
STATE = ("S_1", "S_2", "S_3")
STEP = "dx"


def words(order: int) -> Iterator[str]:
    """List all words of an order.

    >>> list(words(2))
    ['tt', 'tx', 'xt', 'xx']
    """
    return map("".join, product(LETTERS, repeat=order))


def term(word: str, increments: Mapping[str, Sequence[Tree]]) -> Tree:
    """Write the term of a word along a broken line.

    Parameters
    ----------
    increments : dict of str to sequence of expression
        Of each letter, one a segment.
    """
    summands: list[Tree] = []
    for places in combinations_with_replacement(range(len(increments[word[0]])), len(word)):
        factors = [increments[letter][place] for letter, place in zip(word, places, strict=True)]
        times = math.prod(math.factorial(count) for count in Counter(places).values())
        summands.append(["div", ["mul", *factors], str(times)])
    return ["add", *summands]


def along_a_line(word: str) -> Any:
    """Integrate a term along one more straight segment, from the terms before it.

    ``S^(w a)(u) = S^(w a)(0) + int_0^u S^w(v) dx^a`` with ``x^a(v) = v dx^a``.
    """
    u = sympy.Symbol("u")
    value: Any = sympy.Integer(1)
    for length in range(1, len(word) + 1):
        before = sympy.Symbol(f"S_{word[:length]}")
        value = before + sympy.integrate(value * sympy.Symbol(f"d{word[length - 1]}"), (u, 0, u))
    return sympy.expand(value.subs(u, 1))


def tensors(text: str) -> list[tuple[Any, list[str]]]:
    """Read a sum of tensor products of `STATE` and `STEP`, as coefficients and factors.

    Raises
    ------
    DataError
        Another letter stands in it.
    """
    names: dict[str, Any] = {name: sympy.Symbol(name, commutative=False) for name in (*STATE, STEP)}
    summands = []
    for summand in sympy.Add.make_args(sympy.expand(read(text, **names))):
        scale, factors = summand.args_cnc()
        powers = [factor.as_base_exp() for factor in factors]
        told = [str(base) for base, power in powers for _ in range(int(power))]
        if unknown := {*told, *map(str, sympy.Mul(*scale).free_symbols)} - set(names):
            raise DataError(f"expected products of {sorted(names)}; got {sorted(unknown)}")
        summands.append((sympy.Mul(*scale), told))
    return summands


def component(text: str, word: str) -> Any:
    """Take the component of a word from a sum of tensor products.

    >>> component("S_2 + S_1*dx + dx*dx/2", "tx")
    S_t*dx + S_tx + dt*dx/2
    """
    total: Any = sympy.Integer(0)
    for scale, factors in tensors(text):
        lengths = [1 if factor == STEP else int(factor[-1]) for factor in factors]
        if sum(lengths) != len(word):
            raise DataError(f"expected a tensor of order {len(word)}; got {text!r}")
        rest, value = word, scale
        for factor, length in zip(factors, lengths, strict=True):
            here, rest = rest[:length], rest[length:]
            value *= sympy.Symbol(f"d{here}" if factor == STEP else f"S_{here}")
        total += value
    return total
