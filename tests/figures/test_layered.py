"""Layouts: grounds to the left, nothing on top of anything, and nothing lost."""

import itertools

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from figures.claims_layout import WIDTH, curve, short_location
from figures.layered import arrange, reduced, spread


def drawn(seed, count=40, chance=0.06):
    generator = np.random.default_rng(seed)
    names = [f"C{number:03}" for number in generator.permutation(count)]
    return {
        name: [other for other in names[:place] if generator.random() < chance]
        for place, name in enumerate(names)
    }


def reach(rests_on, name):
    return set(rests_on[name]).union(*(reach(rests_on, other) for other in rests_on[name]))


@pytest.mark.parametrize("seed", range(6))
def test_grounds_stand_to_the_left_and_no_box_on_another(seed):
    rests_on = drawn(seed)
    layout = arrange(rests_on, 5)
    assert set(layout.places) == set(rests_on)
    for name, grounds in rests_on.items():
        for ground in grounds:
            assert layout.places[ground][0] <= layout.places[name][0] - 1
    for (x, y), (other_x, other_y) in itertools.combinations(layout.places.values(), 2):
        assert x != other_x or abs(y - other_y) >= 1 - 1e-9
    places = np.array(list(layout.places.values()))
    assert places.min() >= -1e-9
    assert (places.max(axis=0) <= np.array([layout.columns, layout.rows]) - 1 + 1e-9).all()
    assert np.all(places[:, 0] == np.round(places[:, 0]))


@pytest.mark.parametrize("seed", range(6))
def test_lines_are_the_fewest_that_say_the_same(seed):
    rests_on = drawn(seed)
    lines = arrange(rests_on, 5).lines
    fewest = reduced(rests_on)
    assert set(lines) == {(ground, name) for name in fewest for ground in fewest[name]}
    for name in rests_on:
        assert reach(fewest, name) == reach(rests_on, name)
        for ground in fewest[name]:
            without = {**fewest, name: [one for one in fewest[name] if one != ground]}
            assert ground not in reach(without, name)


@pytest.mark.parametrize("seed", range(6))
def test_lines_pass_boxes_without_touching_them(seed):
    layout = arrange(drawn(seed), 5)
    for places in layout.lines.values():
        for x, y in places[1:-1]:
            near = [abs(y - other) for column, other in layout.places.values() if column == x]
            # half a box, and air
            assert min(near) >= 0.5


@pytest.mark.parametrize("seed", range(5))
def test_heights_are_the_least_squares_under_the_gaps(seed):
    generator = np.random.default_rng(seed)
    wish, gaps = generator.normal(0, 2, 8), generator.uniform(0.3, 1, 7)
    # y = offset + start + increments >= 0
    basis = np.column_stack([np.ones(8), np.tri(8)[:, 1:]])
    offset = np.concatenate(([0], np.cumsum(gaps)))
    bounds = (np.array([-np.inf] + [0] * 7), np.inf)
    best = lsq_linear(basis, wish - offset, bounds=bounds, tol=1e-14)
    # The objective is flat to the square root of rounding at its minimum.
    assert spread(wish, gaps) == pytest.approx(basis @ best.x + offset, abs=1e-6)


def test_a_curve_goes_from_box_to_box_through_its_bends():
    steps = curve([(0, 0), (1, 2), (2, 1)])
    assert "".join(letter for letter, _ in steps) == "MCLC"
    assert steps[0][1] == [(WIDTH, 0)]
    assert steps[1][1][-1] == (1, 2)
    assert steps[2][1] == [(1 + WIDTH, 2)]
    assert steps[3][1][-1] == (2, 1)


def test_a_location_is_cut_to_its_room():
    row = {"source": "002_x.txt", "location": "Theorem 3.1 (i), Figure 3"}
    assert short_location(row, 20) == "002 Thm 3.1"
    assert len(short_location(row, 8)) == 8
