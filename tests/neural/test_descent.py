from dataclasses import replace

import numpy as np
import pytest

from rmot.errors import CalibrationError, DataError, MissingData, ParameterError
from rmot.neural.descent import Descent, Look, descend
from rmot.neural.history import history_writer, read_history
from rmot.neural.jaxed import eqx, jax, jnp

SETTINGS = Descent(steps=400, learning_rate=0.1, warm_up=20, measure_every=10, patience=100)
AIM = np.array([0.3, -1.2])


class Point(eqx.Module):
    at: jax.Array
    count: int = 3


def distance(point, aim, key=None):
    return jnp.sum((point.at - aim) ** 2)


def start():
    return Point(jnp.zeros(2))


def test_a_parabola_is_descended():
    seen = []
    found = descend(start(), distance, AIM, distance, AIM, SETTINGS, seen.append)
    assert np.abs(np.asarray(found.module.at) - AIM).max() < 1e-3
    assert (found.stopped, found.history) == ("finished", tuple(seen))
    assert found.module.count == 3
    rates = [look.learning_rate for look in seen]
    assert max(rates) <= 0.1
    assert rates[0] == pytest.approx(0.1 / 21)
    assert rates[-1] == pytest.approx(0.0, abs=1e-15)
    again = descend(start(), distance, AIM, distance, AIM, SETTINGS)
    assert np.asarray(again.module.at).tobytes() == np.asarray(found.module.at).tobytes()


def test_the_weights_with_the_least_held_out_error_are_kept():
    settings = replace(SETTINGS, patience=2, measure_every=1)
    found = descend(start(), distance, AIM, distance, 0.25 * AIM, settings)
    assert found.stopped == "early"
    held_out = [look.held_out for look in found.history]
    assert found.step == int(np.argmin(held_out)) == len(held_out) - 3
    assert float(distance(found.module, 0.25 * AIM)) == pytest.approx(min(held_out), rel=1e-12)


def test_a_loss_that_is_no_number_stops_and_the_last_good_weights_are_kept():
    def breaking(point, aim, key):
        return jnp.where(point.at[0] > 0.2, jnp.nan, distance(point, aim))

    found = descend(start(), breaking, AIM, distance, AIM, SETTINGS)
    assert found.stopped == "not finite"
    assert f"the weights of step {found.step} are kept" in found.remark
    assert np.all(np.isfinite(np.asarray(found.module.at)))
    assert float(distance(found.module, AIM)) == min(look.held_out for look in found.history)


def test_weights_that_are_no_good_from_the_start_are_refused():
    with pytest.raises(CalibrationError, match=r"expected a finite loss .* got loss nan"):
        descend(start(), lambda *_: jnp.asarray(jnp.nan), AIM, distance, AIM, SETTINGS)


def test_each_step_has_a_key_of_its_own():
    drawn = []

    def noisy(point, aim, key):
        jax.debug.callback(lambda value: drawn.append(float(value)), jax.random.uniform(key))
        return distance(point, aim)

    descend(start(), noisy, AIM, distance, AIM, replace(SETTINGS, steps=5, warm_up=0))
    assert len(set(drawn)) == len(drawn) == 6


def test_a_step_is_compiled_once():
    traced = []

    def noted(point, aim, key):
        traced.append(key)
        return distance(point, aim)

    weak = Point(jnp.asarray(0.5))
    descend(weak, noted, AIM, distance, AIM, replace(SETTINGS, steps=5, warm_up=0))
    assert len(traced) == 1


def test_descents_of_one_loss_and_structure_share_what_is_compiled():
    traced = []

    def noted(point, aim, key):
        traced.append(key)
        return distance(point, aim)

    found = [
        descend(Point(jnp.full(2, begin)), noted, AIM, distance, AIM, SETTINGS)
        for begin in (0.0, 0.5)
    ]
    assert len(traced) == 1
    assert found[0].history[0].loss != found[1].history[0].loss


@pytest.mark.parametrize(
    "change", [{"steps": 0}, {"learning_rate": 0.0}, {"warm_up": 400}, {"last_rate": 2.0}]
)
def test_settings_outside_their_domain_are_named(change):
    with pytest.raises(ParameterError, match=f"expected {next(iter(change))}"):
        replace(SETTINGS, **change)


def test_a_history_can_be_read_while_it_is_written(tmp_path):
    path = tmp_path / "looks.jsonl"
    found = descend(start(), distance, AIM, distance, AIM, SETTINGS, history_writer(path))
    assert read_history(path) == found.history
    with path.open("a") as handle:
        handle.write('{"step": 9')
    assert read_history(path) == found.history
    with path.open("a") as handle:
        handle.write("}\n")
    with pytest.raises(DataError, match=f"in line {len(found.history) + 1} of"):
        read_history(path)
    with pytest.raises(MissingData):
        read_history(tmp_path / "none")


def test_a_run_that_was_left_behind_does_not_write_into_a_newer_history(tmp_path):
    path = tmp_path / "looks.jsonl"
    looks = [Look(step, 1.0, 1.0, 1.0, 0.1) for step in range(4)]
    old = history_writer(path)
    old(looks[0])
    new = history_writer(path)
    for write, look in ((new, looks[1]), (old, looks[2]), (new, looks[3])):
        write(look)
    assert read_history(path) == (looks[1], looks[3])
