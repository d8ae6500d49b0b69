"""Terms of signatures against Chen's identity in floating point, and formulas against them."""

import numpy as np
import pytest
import sympy

from proofs_check.exact import Scope
from proofs_check.words import along_a_line, component, tensors, term, words
from rmot.errors import DataError

INCREMENTS = {"t": ["1", "2", "1/2"], "x": ["3", "-1", "1/4"]}


def exponential(step):
    square = np.multiply.outer(step, step)
    return [np.array(1.0), step, square / 2, np.multiply.outer(square, step) / 6]


def chen(first, second):
    return [
        np.sum([np.multiply.outer(first[i], second[n - i]) for i in range(n + 1)], axis=0)
        for n in range(4)
    ]


def signature():
    steps = np.array([[float(sympy.Rational(x)) for x in INCREMENTS[key]] for key in "tx"]).T
    total = exponential(steps[0])
    for step in steps[1:]:
        total = chen(total, exponential(step))
    return total


@pytest.mark.parametrize("order", [1, 2, 3])
def test_terms_of_a_broken_line_are_those_of_chens_identity(order):
    wanted = signature()[order]
    for word in words(order):
        found = Scope({}, {}).number(term(word, INCREMENTS))
        place = tuple("tx".index(letter) for letter in word)
        assert float(found) == pytest.approx(wanted[place], rel=1e-13)


def test_a_further_segment_multiplies_by_its_exponential():
    before, step = signature(), np.array([0.7, -1.3])
    wanted = chen(before, exponential(step))
    values = {sympy.Symbol("dt"): step[0], sympy.Symbol("dx"): step[1]}
    for order in (1, 2, 3):
        for word in words(order):
            place = tuple("tx".index(letter) for letter in word)
            values[sympy.Symbol(f"S_{word}")] = before[order][place]
    for word in words(3):
        place = tuple("tx".index(letter) for letter in word)
        assert float(along_a_line(word).subs(values)) == pytest.approx(wanted[3][place], rel=1e-12)


def test_tensor_products_do_not_commute():
    one, two = component("S_1*dx", "tx"), component("dx*S_1", "tx")
    assert (str(one), str(two)) == ("S_t*dx", "S_x*dt")


@pytest.mark.parametrize("text", ["S_1*dx", "S_3 + dx", "S_2*memory"])
def test_a_formula_of_another_order_or_letter_is_an_error(text):
    with pytest.raises(DataError, match="expected"):
        component(text, "txx")
    assert len(tensors("S_1 + dx")) == 2
