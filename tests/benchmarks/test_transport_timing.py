"""Bounds beside cvxpy and Clarabel on the same program: on few nodes, and no time is asserted."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import ball_cases, ball_peer
from benchmarks.ball_peer import ENTROPY_FORMS, FORMS, peer_program, solve, solve_apart
from benchmarks.ball_worth import judge
from benchmarks.transport_timing import (
    FIRST,
    ONE_SIDE,
    SKIPPED,
    printed,
    skipped,
    timed_bound,
    timed_path,
    timed_sample,
)
from paper.quantities import timing
from rmot.numerics.cone_steps import FREE, LINEAR
from rmot.transport import ChiSquared, KullbackLeibler
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.sides import upper_side

NODES, STRIKES = 150, 6
DIVERGENCES = [ChiSquared(), KullbackLeibler()]
RADII = np.geomspace(1e-3, 0.1, 5)
TIMES = ["median_seconds", "least_seconds", "median_ratio", "ratio_of_least"]
TIMES += ["solver_seconds", "solver_ratio"]


def small(divergence, **options):
    return ball_cases.on_nodes(divergence, nodes=NODES, strikes=STRIKES, **options)


def assembled(case):
    forwards = np.array([case.forward])
    return assemble(case.payoff, case.prior, case.quotes, forwards, case.divergence)


def tables():
    case = small(ChiSquared())
    sample = ball_cases.on_sample(ChiSquared(), draws=500, strikes=STRIKES)
    rows = [*timed_bound(case, 2), *timed_sample(sample, 1, None), *timed_path(case, RADII, 1)]
    entropy = ball_cases.on_sample(KullbackLeibler(), draws=50, strikes=STRIKES)
    return pd.DataFrame([*rows, *skipped(entropy, ("rmot", ONE_SIDE))])


@pytest.fixture(scope="module")
def table():
    return tables()


def test_samples_are_seeded_sorted_and_equally_weighted():
    one, same = (ball_cases.on_sample(ChiSquared(), draws=400, strikes=4) for _ in range(2))
    assert np.array_equal(one.prior.points, same.prior.points)
    assert np.all(np.diff(one.prior.points) >= 0)
    assert np.ptp(one.prior.weights) == 0
    assert one.prior.tail is None
    # five standard errors of the mean, which under the law is the forward
    error = np.std(one.prior.points) / np.sqrt(400)
    assert abs(np.mean(one.prior.points) - one.forward) < 5 * error


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_only_a_neighbours_quotes_need_another_law(divergence):
    own, neighbour = (nearest(assembled(small(divergence, own=own))) for own in (True, False))
    assert own.least < 1e-8 < neighbour.least < ball_cases.RADIUS


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_sums_over_pieces_make_the_same_rows(divergence):
    case = small(divergence)
    problem = assembled(case)
    rows, pieces = (peer_program(case, problem, form) for form in FORMS)
    assert rows.combine is None
    assert pieces.combine is not None
    # 1, 2 or 3 operations on numbers of the size of the largest value
    dense = rows.sums.toarray()
    error = np.abs(pieces.combine @ pieces.sums.toarray() - dense)
    assert error.max() <= 4 * np.finfo(float).eps * np.abs(dense).max()
    assert pieces.sums.nnz <= 2 * problem.payoff.size


def weak(multipliers, theta, missed):
    """By how much a law that misses rows and ball by `missed` can pass a dual value."""
    return missed * (np.abs(multipliers).sum() + theta)


@pytest.mark.parametrize(
    ("divergence", "form"),
    [
        *((ChiSquared(), form) for form in FORMS),
        *((KullbackLeibler(), form) for form in ENTROPY_FORMS),
    ],
)
def test_the_multipliers_of_either_bound_the_law_of_the_other(divergence, form):
    case = small(divergence, own=False)
    problem = assembled(case)
    ours = upper_side(problem, problem.payoff, case.radius, nearest(problem))
    stated = peer_program(case, problem, form)
    answer = solve(stated, 60.0)
    assert answer.status in ("optimal", "optimal_inaccurate")
    worth = judge(
        problem.program,
        stated.payoff,
        stated.room,
        answer.density,
        answer.multipliers,
        answer.theta,
    )
    spread = stated.spread
    assert ours.bound_at is not None
    point = ours.bound_at.point
    own_slack = weak(point.multipliers * ours.bound_at.spread / spread, point.theta, worth.missed)
    assert worth.primal * spread <= ours.value + spread * own_slack + ours.gap
    law = np.where(problem.program.kinds == FREE, ours.density, np.maximum(ours.density, 0.0))
    earned = float(problem.program.weights @ (problem.payoff * law))
    missed = max(problem.program.missed(law), problem.program.spent(law) - stated.room)
    peer_slack = spread * weak(answer.multipliers, answer.theta, max(missed, 0.0))
    assert earned <= worth.dual * spread + peer_slack + 1e-15
    # ten times Clarabel's tolerance of 1e-8, in units of the payoff's deviation
    slack = weak(answer.multipliers, answer.theta, worth.missed)
    assert abs(worth.dual - worth.primal) < 1e-7 + slack


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_a_dual_value_is_no_better_than_its_formula_says_at_the_best_of_a_grid(divergence):
    case = small(divergence)
    problem = assembled(case)
    program = problem.program
    stated = peer_program(case, problem, "rows")
    answer = solve(stated, 60.0)
    worth = judge(
        program, stated.payoff, stated.room, answer.density, answer.multipliers, answer.theta
    )
    rows, y = stated.sums.toarray(), answer.multipliers
    side = np.where(y > 0, program.upper, program.lower)
    linear = program.kinds == LINEAR

    def value(cash, theta):
        left = stated.payoff - rows.T @ y - cash
        if np.any(left[linear] + cash > 1e-12):
            return np.inf
        x = left / theta
        if divergence == ChiSquared():
            curved = np.where((program.kinds == FREE) | (x >= -1), x + x**2 / 2, -0.5)
        else:
            curved = np.expm1(np.minimum(x, 500.0))
        charge = theta * program.weights[~linear] @ curved[~linear]
        return side[y != 0] @ y[y != 0] + cash + theta * (stated.room) + charge

    assert worth.dual <= value(0.0, answer.theta) + 1e-13
    nearby = [
        value(cash, answer.theta * factor)
        for cash in (-1e-3, 0.0, 1e-3)
        for factor in (0.5, 0.9, 1.0, 1.1, 2.0)
    ]
    assert worth.dual <= min(nearby) + 1e-13


def test_a_process_of_its_own_gives_the_same_answer_and_is_ended_in_time(monkeypatch):
    case = small(ChiSquared())
    stated = peer_program(case, assembled(case), "pieces")
    here, apart = solve(stated, 60.0), solve_apart(stated, 60.0)
    assert np.array_equal(here.density, apart.density)
    assert here.status == apart.status == "optimal"
    monkeypatch.setattr(ball_peer, "_GRACE", 0.0)
    ended = solve_apart(stated, 0.01)
    assert ended.status == "no answer in 0.01 s"
    assert ended.density.size == 0


def test_a_solver_without_time_gives_a_status_and_no_law():
    case = small(KullbackLeibler())
    answer = solve(peer_program(case, assembled(case), "rows"), 1e-9)
    assert answer.status != "optimal"


def test_every_method_and_part_has_a_row_and_what_is_left_out_a_reason(table):
    on_nodes = table.query("study == 'nodes'")
    assert list(on_nodes["part"]) == [
        *(ONE_SIDE, "assemble", "nearest", "upper_side", "price_bounds"),
        *(FIRST, "whole", "whole"),
    ]
    assert list(on_nodes["method"][-2:]) == ["Clarabel, rows", "Clarabel, pieces"]
    left_out = table["status"] == SKIPPED
    assert list(table[left_out]["divergence"]) == ["chi-squared", "entropy"]
    assert table[left_out]["median_seconds"].isna().all()
    timed = table[~left_out]
    assert (timed[["median_seconds", "least_seconds", "median_ratio"]] > 0).all(axis=None)
    assert (timed["least_seconds"] <= timed["median_seconds"]).all()
    whole = timed.query("part == 'whole'")
    assert (whole["solver_seconds"] < whole["median_seconds"]).all()


def test_steps_are_the_whole_of_a_side():
    ours = pd.DataFrame(timed_bound(small(ChiSquared()), 1, ())).set_index("part")
    steps = ours.loc[["assemble", "nearest", "upper_side"], "median_seconds"].sum()
    assert np.isclose(steps, ours.loc[ONE_SIDE, "median_seconds"], rtol=1e-12)
    assert ours.loc[ONE_SIDE, "median_ratio"] == 1.0


def test_all_but_times_is_the_same_again(table):
    again = tables()
    pd.testing.assert_frame_equal(
        table.drop(columns=TIMES), again.drop(columns=TIMES), check_exact=True
    )


def test_a_path_is_as_near_its_calls_as_it_says(table):
    path = table.query("part == 'bounds_path'").iloc[0]
    assert path["distance"] <= path["gap"] + 1e-9
    assert path["solves"] <= 17
    assert table.query("part == 'price_bounds each'")["solves"].item() == 3 * RADII.size


def test_the_articles_numbers_are_finite_without_the_peers_sample(table):
    entropy = pd.DataFrame(timed_bound(small(KullbackLeibler()), 1))
    made = {
        number.macro: number
        for number in timing.transport(pd.concat([table, entropy]).assign(data_sha256="ab"))
    }
    values = [[number.value, number.tolerance] for number in made.values()]
    assert np.isfinite(values).all()
    assert made["TransportTimingRadii"].value == RADII.size
    assert made["TransportTimingNodes"].value == NODES
    assert made["TransportTimingDraws"].value == 500


def test_printed_form_has_a_row_a_whole_bound(table):
    # three kinds of ours and the peer's two forms; a sample's two; the one left out; the path's
    assert printed(table).count(r"\\") == 1 + 5 + 2 + 1 + 2
    assert "$$" not in printed(table)
