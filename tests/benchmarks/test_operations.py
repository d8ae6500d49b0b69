"""Counts of operations against formulas, their floors, and the unit costs; no time is judged."""

from dataclasses import asdict

import numpy as np
import pytest

from benchmarks import (
    ball_cases,
    bound_operations,
    calibration_operations,
    path_operations,
    smile_operations,
    unit_costs,
)
from benchmarks.calibration_operations import EVALUATION
from benchmarks.engine_accuracy import operations
from benchmarks.operation_counts import WHOLE, Counted, summary, tabulate
from benchmarks.operations import KERNELS, UNITS, printed
from benchmarks.parameter_sets import TEXTBOOK, Case
from benchmarks.reference import Smile
from benchmarks.reference_smiles import ReferenceSmile
from benchmarks.unit_costs import EXPONENTIAL, FLOP, MULTIPLY_ADD, NEAR_MOVE
from rmot.models import RoughHeston
from rmot.numerics.fractional_riccati import WORK, riccati_means
from rmot.transport import ChiSquared
from rmot.transport.balls import conic
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.sides import upper_side

POINTS, QUOTES, ROUNDS = 150, 6, 1


@pytest.fixture(scope="module")
def smile():
    """Strikes alone: nothing here rests on the reference's prices."""
    k = np.linspace(-0.2, 0.1, 7)
    return ReferenceSmile("textbook", Case("unified", TEXTBOOK["unified"], 91), Smile(*[k] * 5))


@pytest.fixture(scope="module")
def counts(smile):
    return {each.part: each for each in smile_operations.count([smile], ROUNDS)}


@pytest.fixture(scope="module")
def case():
    return ball_cases.on_nodes(ChiSquared(), nodes=POINTS, strikes=QUOTES)


@pytest.fixture(scope="module")
def bound(case):
    return list(bound_operations.count(case, ROUNDS, dense=True))


def test_a_smile_is_made_of_its_parts(counts):
    whole, solutions, sums = counts.values()
    assert whole.part == WHOLE
    assert dict(whole.operations) == {**solutions.operations, **sums.operations}
    assert all(each.seconds > 0 for each in counts.values())


def test_counts_are_those_of_the_accuracy_table_and_of_every_run(smile, counts):
    again = {each.part: each for each in smile_operations.count([smile], ROUNDS)}
    assert {part: each.operations for part, each in again.items()} == {
        part: each.operations for part, each in counts.items()
    }
    assert counts[smile_operations.SOLUTIONS].operations[FLOP] == operations(smile)


def test_exponentials_are_at_least_one_a_strike_and_node(smile, counts):
    number = counts[smile_operations.SUMS].operations[EXPONENTIAL]
    strikes = smile.smile.log_moneyness
    # nodes come in fours, and each wing has some
    assert number % 4 == 0
    assert number >= 4 * strikes.size


def test_work_of_one_frequency_follows_from_its_degree():
    c0, c1 = np.array([-2.0 - 0.5j]), np.array([-0.3 - 0.4j])
    work = np.zeros(len(WORK))
    riccati_means(c0, c1, 0.08, 0.6, 0.5, np.array([1e-6]), work=work)
    flops, solves, n, factorisations, substitutions = work
    assert solves == 1
    assert 1 <= factorisations <= substitutions
    per_lane = factorisations * (8 * n**3 / 3 + 2 * n**2) + substitutions * 12 * n**2
    assert flops == pytest.approx(4 * per_lane, rel=1e-14)


def test_pricing_after_counting_is_as_before(smile):
    k, maturity = smile.smile.log_moneyness, smile.case.maturity
    before = RoughHeston(**asdict(smile.case.parameters)).call_price(k, maturity)
    list(smile_operations.count([smile], ROUNDS))
    after = RoughHeston(**asdict(smile.case.parameters)).call_price(k, maturity)
    np.testing.assert_array_equal(before, after)


def test_a_bound_counts_the_steps_that_its_solver_takes(case, bound, monkeypatch):
    taken, turns, solve = [], [], conic.solve

    def counted(*arguments):
        answer = solve(*arguments)
        taken.append(answer.taken)
        turns.append(answer.turns)
        return answer

    monkeypatch.setattr(conic, "solve", counted)
    problem = assemble(
        case.payoff, case.prior, case.quotes, np.array([case.forward]), case.divergence
    )
    upper_side(problem, problem.payoff, case.radius, nearest(problem))
    whole, step, turn, *parts = bound
    assert step.part == f"one Newton step of {sum(taken)}"
    assert turn.part == f"one turn of {sum(turns)} on rows that bind"
    for unit in (MULTIPLY_ADD, NEAR_MOVE):
        of_turns = sum(turns) * turn.operations[unit]
        assert whole.operations[unit] == sum(taken) * step.operations[unit] + of_turns
        needed = sum(each.operations.get(unit, 0.0) for each in parts[:-1])
        assert step.operations[unit] == pytest.approx(needed, rel=1e-14)
    # rows: cash, the forward, quotes and the tail's two
    n, m = problem.program.weights.size, QUOTES + 4
    assert problem.program.lower.size == m
    of = {each.part: each.operations for each in parts}
    assert of[bound_operations.GRAM] == {MULTIPLY_ADD: 3 * n + m * (m + 1)}
    assert of[bound_operations.DENSE] == {MULTIPLY_ADD: n * m * (m + 1) / 2}
    assert all(each.seconds > 0 for each in bound)


def test_a_path_step_draws_a_normal_and_a_uniform_number_and_what_looks_take():
    whole, draws, arithmetic = path_operations.count(ROUNDS, steps=8, paths=64)
    # one look: a normal for the second martingale, both for the variance there
    assert sum(draws.operations.values()) == (8 + 2 + 8 + 1) / 8
    assert arithmetic.operations[MULTIPLY_ADD] == sum(range(8)) / 8
    assert dict(whole.operations) == {**draws.operations, **arithmetic.operations}
    assert whole.seconds == draws.seconds + arithmetic.seconds


def test_a_calibration_counts_the_evaluations_it_tells(monkeypatch):
    class Fit:
        evaluations = 7

    monkeypatch.setattr(calibration_operations, "calibrated", lambda _: Fit)
    (whole,) = calibration_operations.count(ROUNDS, strikes=5)
    assert dict(whole.operations) == {EVALUATION: 7.0}
    assert calibration_operations.evaluation_seconds(ROUNDS, strikes=5) > 0


def test_floors_are_counts_times_unit_costs():
    counts = [
        Counted("one", WHOLE, "a", {"flop": 100.0}, 4e-6),
        Counted("one", WHOLE, "b", {"flop": 300.0, "exponential": 10.0}, 9e-6),
        Counted("other", WHOLE, "a", {"exponential": 5.0}, 1e-6),
    ]
    table = tabulate(counts, {"flop": 1e-8, "exponential": 2e-7})
    np.testing.assert_allclose(table["floor_seconds"], [1e-6, 5e-6, 1e-6], rtol=1e-14)
    np.testing.assert_allclose(table["ratio"], [4.0, 1.8, 1.0], rtol=1e-14)
    medians = summary(table)
    assert medians["cases"].tolist() == [2, 1]
    assert medians["flops"].tolist() == [200.0, 0.0]
    text = printed(table)
    assert "one, 2 cases" in text
    assert r"200\,\text{flop}, 5\,\text{exp.}" in text


def test_counts_and_costs_make_one_table(counts, bound):
    rows = [*counts.values(), *bound]
    table = tabulate(rows, dict.fromkeys(UNITS, 1e-9))
    assert len(KERNELS) == 4
    assert np.all(table["floor_seconds"].to_numpy() > 0)
    text = printed(table)
    assert text.count(r"\quad") == len(rows) - 2
    assert text.count(r"\\") == len(rows) + 1


def test_unit_costs_are_positive_and_their_chains_do_what_they_say():
    costs = {unit: seconds(ROUNDS) for unit, seconds in unit_costs.UNITS.items()}
    assert all(0.0 < cost < 1e-3 for cost in costs.values())
    # x <- x / 2 + a has the limit 2 a in every chain
    x = np.full(8, 0.1)
    unit_costs._chains(x, 0.5, 200)
    np.testing.assert_allclose(x[:4], 12 * 0.2, rtol=1e-14)


def test_moves_add_two_arrays_to_a_third():
    arrays = np.arange(16.0).repeat(8).reshape(16, 8)
    unit_costs._pass(arrays)
    np.testing.assert_array_equal(arrays[2::4], arrays[::4] + arrays[1::4])
