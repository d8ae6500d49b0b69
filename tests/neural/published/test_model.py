import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.neural.descent import Descent
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.published.losses import (
    discrepancy,
    path_kernel,
    signature_loss,
    signature_target,
    signature_terms,
)
from rmot.neural.published.model import (
    Architecture,
    Normalisation,
    make_model,
    normalisation_of,
    simulate,
)
from rmot.neural.published.printed import MODEL
from rmot.neural.published.rivals import mean_reverting
from rmot.neural.published.signature import SIZE, running_signature, with_time
from rmot.neural.published.training import Training, generate, train

SMALL = Architecture(width=6, depth=1)


def test_the_printed_architecture_is_the_default():
    about = Architecture()
    assert (about.inputs, about.width, about.depth) == (15, 64, 3)
    model = make_model(about)
    assert [layer.weight.shape for layer in model.drift.layers] == [
        (64, 15),
        (64, 64),
        (64, 64),
        (1, 64),
    ]
    drift, diffusion = model.coefficients(
        jnp.asarray(np.random.default_rng(0).normal(size=(50, 15)))
    )
    x = np.random.default_rng(0).normal(size=(50, 15))[:, SIZE]
    assert np.all(np.abs(drift - MODEL.mean_reversion * (MODEL.long_run_log_variance - x)) <= 0.5)
    assert np.all((diffusion >= 0.1) & (diffusion <= 1.6))


def test_single_precision_moves_coefficients_by_rounding_alone():
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(50, 15)))
    exact, rounded = (
        make_model(Architecture(precision=each)).coefficients(inputs)
        for each in ("double", "single")
    )
    for one, other in zip(exact, rounded, strict=True):
        # three layers of 64 terms of size below 1/8 each, at 6e-8
        assert 0.0 < np.max(np.abs(one - other)) < 3 * 64 / 8 * 6e-8


def test_steps_are_euler_s_with_the_signature_of_the_path_so_far():
    model = make_model(SMALL)
    generator = np.random.default_rng(1)
    start, normals = generator.normal(-3, 0.3, 5), generator.standard_normal((5, 7))
    steps = generator.uniform(0.01, 0.05, (5, 7))
    path = simulate(model, jnp.asarray(start), jnp.asarray(steps), jnp.asarray(normals))
    times = np.pad(np.cumsum(steps, axis=1), ((0, 0), (1, 0)))
    seen = running_signature(with_time(jnp.asarray(times), path))
    for at in range(7):
        inputs = jnp.concatenate([seen[:, at], path[:, at, None]], axis=1)
        drift, diffusion = model.coefficients(inputs)
        after = path[:, at] + drift * steps[:, at]
        after += diffusion * np.sqrt(steps[:, at]) * normals[:, at]
        assert np.allclose(path[:, at + 1], after, rtol=0, atol=1e-12)


def test_with_silent_networks_it_is_the_source_s_prior():
    about = Architecture(
        width=2, depth=1, drift_scale=1e-9, diffusion_scale=1e-9, diffusion_floor=1
    )
    count, step = 4000, 1e-3
    normals = np.random.default_rng(2).standard_normal((count, 50))
    path = simulate(
        make_model(about),
        jnp.full(count, -2.0),
        jnp.full(normals.shape, step),
        jnp.asarray(normals),
    )
    kappa, theta, elapsed = MODEL.mean_reversion, MODEL.long_run_log_variance, 50 * step
    mean = theta + (-2.0 - theta) * np.exp(-kappa * elapsed)
    variance = -np.expm1(-2 * kappa * elapsed) / (2 * kappa)
    last = np.asarray(path[:, -1])
    # four standard errors, and the first-order error of 50 Euler steps
    off = 4 * np.sqrt(variance / count) + kappa**2 * elapsed * step
    assert last.mean() == pytest.approx(mean, abs=off)
    assert last.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / count) + kappa * step)


def test_held_parameters_have_no_gradient_and_learned_ones_have():
    start, steps = jnp.full(8, -3.0), jnp.full((8, 4), 0.01)
    normals = jax.random.normal(jax.random.PRNGKey(0), (8, 4))

    def slope(architecture):
        return eqx.filter_grad(lambda model: simulate(model, start, steps, normals).sum())(
            make_model(architecture)
        )

    held = slope(SMALL)
    assert float(held.log_mean_reversion) == float(held.long_run) == 0.0
    assert not any(map(np.any, (held.scale, held.drift_scale, held.diffusion_floor)))
    free = slope(Architecture(width=6, depth=1, learn_reversion=True))
    assert float(free.log_mean_reversion) != 0.0


def test_a_hidden_signature_moves_nothing_and_variants_have_one_structure():
    hidden = Architecture(width=6, depth=1, use_signature=False, drift_scale=2.0)
    model, inputs = make_model(hidden), jnp.asarray(np.random.default_rng(4).normal(size=(5, 15)))
    moved = inputs.at[:, :SIZE].add(1.0)
    for one, other in zip(model.coefficients(inputs), model.coefficients(moved), strict=True):
        assert np.array_equal(one, other)
    slopes = eqx.filter_grad(lambda model: model.coefficients(inputs)[0].sum())(model)
    assert all(np.all(np.isfinite(each)) for each in jax.tree.leaves(slopes))
    assert jax.tree.structure(model) == jax.tree.structure(make_model(SMALL))


def test_normalised_inputs_have_mean_zero_and_deviation_one(segments):
    found = normalisation_of(segments.log_variance, segments.times)
    raw = running_signature(
        with_time(jnp.asarray(segments.times), jnp.asarray(segments.log_variance))
    )
    seen = np.asarray(raw)[:, :-1].reshape(-1, SIZE)
    scaled = (seen - found.shift[:SIZE]) / found.scale[:SIZE]
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(scaled.std(axis=0), 1, atol=1e-9)
    # what the source leaves as it is spans orders of magnitude
    assert found.scale.max() / found.scale.min() > 1e6


def test_faulty_models_are_refused():
    with pytest.raises(ParameterError, match="diffusion_floor above 0"):
        Architecture(diffusion_floor=0.0)
    with pytest.raises(ParameterError, match="scales of 15 inputs"):
        make_model(SMALL, Normalisation(np.zeros(3), np.ones(3)))
    with pytest.raises(ParameterError, match=r"conditions of shape \(4, 0\)"):
        simulate(
            make_model(SMALL), jnp.zeros(4), jnp.ones((4, 2)), jnp.ones((4, 2)), jnp.ones((4, 1))
        )
    with pytest.raises(ParameterError, match="batch of two"):
        Training(architecture=SMALL, descent=Descent(steps=1, learning_rate=0.1), batch=1)


def test_the_source_s_loss_is_zero_for_the_real_paths_and_blind_to_time(segments):
    target = signature_target(segments.variance, segments.times)
    variance, times = jnp.asarray(segments.variance), jnp.asarray(segments.times)
    assert float(signature_loss(target, variance, times)) < 1e-20
    counted = np.asarray(target.weight) > 0
    # words of time alone never vary
    assert not counted[[0, 2, 6]].any()
    _, penalty = signature_terms(target, variance + 1e-3, times)
    assert float(penalty) == pytest.approx(10 * 1e-6, rel=1e-9)


def test_the_discrepancy_has_no_bias_and_tells_another_law(segments):
    generator = np.random.default_rng(3)
    kernel = path_kernel(segments.log_variance)
    one, two = (
        mean_reverting(segments, 2.0, int(seed)) for seed in generator.integers(1 << 30, size=2)
    )
    other = mean_reverting(segments, 4.0, 9)
    same = float(discrepancy(kernel, jnp.asarray(one), jnp.asarray(two)))
    apart = float(discrepancy(kernel, jnp.asarray(one), jnp.asarray(other)))
    assert abs(same) < apart / 5
    few = [one[:30], two[:30]]
    found = float(discrepancy(kernel, *map(jnp.asarray, few)))
    assert found == pytest.approx(_direct(kernel, *few), abs=1e-12)


def _direct(kernel, first, second):
    def feature(path):
        return np.append(path[0] / float(kernel.start), np.diff(path) / float(kernel.change))

    def value(x, y):
        square = ((feature(x) - feature(y)) ** 2).sum()
        return np.mean(np.exp(-square / (2 * np.asarray(kernel.bandwidths) ** 2)))

    n, m = len(first), len(second)
    within = [
        sum(value(x, y) for i, x in enumerate(z) for j, y in enumerate(z) if i < j)
        * 2
        / (len(z) * (len(z) - 1))
        for z in (first, second)
    ]
    across = sum(value(x, y) for x in first for y in second) / (n * m)
    return sum(within) - 2 * across


def test_training_lowers_the_held_out_error_and_generates_from_real_starts(segments):
    fitted, held_out, _ = segments.split()
    training = Training(
        architecture=SMALL,
        descent=Descent(steps=9, learning_rate=0.02, measure_every=3),
        loss="discrepancy",
        normalise=True,
        batch=64,
    )
    found = train(training, fitted, held_out)
    assert found.history[-1].least < found.history[0].held_out
    path = generate(found.module, held_out, 5)
    assert np.array_equal(path[:, 0], held_out.log_variance[:, 0])
    assert np.array_equal(path, generate(found.module, held_out, 5))
