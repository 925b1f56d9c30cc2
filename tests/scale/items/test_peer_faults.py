"""Faults that other item response packages have, held against our own functions.

Each test fails if the fault named in it were ours: one ability for all models inside a step,
a scale passed twice through softplus (intervals 13 times too wide), a "vague" prior of difficulty
with an SD of 0.1, likelihoods that underflow, and standard errors in a (2J, 2J) matrix.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.special import logsumexp

from headway.scale.items import rasch_items, three_pl, two_pl
from headway.scale.items.curve import curve
from headway.scale.items.draws import noise
from headway.scale.items.gauge import gauge
from headway.scale.items.integrated import integrated
from headway.scale.items.joint import joint
from headway.scale.items.loops import Compiled, loops
from headway.scale.items.matrix import Matrix
from headway.scale.items.mean import MOST
from headway.scale.responses import Responses

FITS = [
    pytest.param(fit, method, id=f"{fit.__name__}-{method}")
    for fit in (rasch_items, two_pl)
    for method in ("integrated", "joint", "marginal")
]


def drawn(seed, models, items, *, trials=1, spread=1.2):
    """Abilities, difficulties and answers of a Rasch world, abilities of mean 0 and SD 1."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=models)
    ability = (ability - ability.mean()) / ability.std()
    b = rng.normal(0, spread, items)
    y = rng.binomial(trials, 1 / (1 + np.exp(-(ability[:, None] - b)))).astype(float)
    return ability, b, Responses.of_matrix(y, np.full(y.shape, float(trials)))


@pytest.mark.parametrize(("fit", "method"), FITS)
def test_every_model_has_an_ability_of_its_own(fit, method):
    ability, _, r = drawn(1, 30, 60)
    scale = fit(r, draws=2, method=method)
    assert len(np.unique(scale.ability.round(6))) > 20
    assert np.corrcoef(scale.ability, ability)[0, 1] > 0.93
    # An answer of one model moves that model, and hardly any other.
    y = np.zeros((30, 60))
    y[r.model, r.item] = r.successes
    failed = int(np.flatnonzero(y[0] == 0)[0])
    y[0, failed] = 1
    moved = fit(Responses.of_matrix(y), draws=2, method=method).ability - scale.ability
    assert moved[0] > 0.03
    assert np.abs(moved[1:]).max() < 0.7 * moved[0]


def usual_square(fit, variance):
    """Squared spread of abilities and of five pseudo-models of SD 1.5 around 0."""
    square = ((fit.theta - fit.centre) ** 2 + variance).sum() + 5 * (1.5**2 + fit.centre**2)
    return square / (len(fit.theta) + 5)


def fitted(*by, at):
    """What a sum of ``by`` (N,) fits of ``at`` (N, ...)."""
    x = np.stack(by, axis=1)
    return x @ np.linalg.lstsq(x, at)[0]


def tops(y, theta, population, slopes):
    """Log-likelihood's gradient (M,) by abilities, items summed over a wide even grid."""
    b = np.linspace(-8, 8, 161)
    log_a = np.linspace(-2.5, 2.5, 51) if slopes else np.zeros(1)
    u = np.stack(np.meshgrid(log_a, b, indexing="ij"), axis=-1).reshape(-1, 2)
    a, z = np.exp(u[:, :1]), np.exp(u[:, :1]) * (theta - u[:, 1:])
    far = u if slopes else u[:, 1:]
    log_w = y @ z.T - np.logaddexp(0, z).sum(axis=1)
    log_w -= 0.5 * np.einsum("kd,de,ke->k", far, population.precision, far)
    w = np.exp(log_w - logsumexp(log_w, axis=1, keepdims=True))
    return (w @ a[:, 0]) @ y - w.sum(axis=0) @ (a / (1 + np.exp(-z)))


@pytest.mark.parametrize("slopes", [True, False])
def test_every_ability_is_at_a_top_of_its_own_items_integrated_out(slopes):
    """A step that all abilities share would leave each where the start had put it."""
    _, _, r = drawn(1, 12, 40)
    fit = integrated(loops(Matrix.of(r.by_cell())), slopes=slopes)
    y = np.zeros((40, 12))
    y[r.item, r.model] = r.successes
    left = tops(y, fit.theta, fit.population, slopes) - (fit.theta - fit.centre) / fit.spread**2
    assert np.abs(left * np.sqrt(np.diag(fit.covariance))).max() < 0.02
    assert fit.spread**2 == pytest.approx(usual_square(fit, np.diag(fit.covariance)), rel=0.01)


@pytest.mark.parametrize("slopes", [True, False])
def test_every_ability_and_item_is_at_a_top_of_its_own_jointly(slopes):
    """A step of items that saw one ability for all models would leave them elsewhere."""
    _, _, r = drawn(1, 12, 40)
    fit = joint(loops(Matrix.of(r.by_cell())), slopes=slopes)
    y = np.zeros((40, 12))
    y[r.item, r.model] = r.successes
    a = np.exp(fit.item[:, :1]) if slopes else np.ones((40, 1))
    z = a * (fit.theta - fit.item[:, -1:])
    p = 1 / (1 + np.exp(-z))
    error = y - p
    alone = 1 / ((a * a * p * (1 - p)).sum(axis=0) + 1 / fit.spread**2)
    assert fit.spread**2 == pytest.approx(usual_square(fit, alone), rel=0.1)
    # Each sweep sets zero and unit anew, against the pull of priors: but for that all steps are 0.
    step = alone * ((a * error).sum(axis=0) - (fit.theta - fit.centre) / fit.spread**2)
    left = step - fitted(np.ones_like(fit.theta), fit.theta, at=step)
    assert np.abs(left / np.sqrt(alone)).max() < 0.02
    by_item = [(error * z).sum(axis=1)] * slopes + [-(a * error).sum(axis=1)]
    gradient = np.stack(by_item, axis=1) - fit.item @ fit.population.precision
    step = np.einsum("jde,je->jd", fit.item_cov, gradient)
    left = step - fitted(np.ones(40), *fit.item.T, at=step)
    assert np.abs(left / np.sqrt(np.einsum("jdd->jd", fit.item_cov))).max() < 0.02


@pytest.mark.parametrize(("fit", "method"), FITS)
def test_intervals_are_as_wide_as_the_errors_they_claim(fit, method):
    """Errors in standard errors have an SD near 1: 13 times too wide would give 0.08."""
    z, width = [], []
    for seed in range(4):
        ability, _, r = drawn(seed, 30, 80, trials=4)
        scale = fit(r, draws=400, method=method)
        # The marginal path's zero and unit are those of a population: errors of these models
        # among each other are asked for, whose mean (and SD) was drawn as exactly 0 (and 1).
        at = gauge(scale.ability, np.arange(30), scaled=fit is two_pl, named=False)
        error = np.sqrt(np.diag(at.covariance(scale.covariance)))
        z.append((at.ability(scale.ability) - (ability - ability.mean())) / error)
        width.append(scale.draws.std(axis=0) / scale.se)
    assert 0.75 < np.concatenate(z).std() < 1.35
    assert np.concatenate(width) == pytest.approx(1.0, abs=0.2)


def test_intervals_at_the_mode_of_many_cells_are_as_wide_as_their_errors():
    z = []
    for seed in range(2):
        ability, _, r = drawn(seed, 25, 500)
        scale = two_pl(r, draws=400, method="integrated")
        assert scale.method.endswith("abilities at their mode")
        z.append((scale.ability - ability) / scale.se)
        assert scale.draws.std(axis=0) / scale.se == pytest.approx(1.0, abs=0.2)
    assert 0.7 < np.concatenate(z).std() < 1.4


def test_noise_is_as_wide_as_its_covariance():
    """Of a matrix, of the root of its inverse, and of variances alone."""
    half = np.random.default_rng(0).normal(size=(5, 5))
    cov = 0.02 * (half @ half.T + np.eye(5))
    root = np.asfortranarray(np.linalg.cholesky(np.linalg.inv(cov)))
    for around in (noise(cov, 8000, 1), noise(cov, 8000, 1, root=root)):
        seen = np.cov(around.T)
        assert seen == pytest.approx(cov, abs=0.06 * cov.diagonal().max())
    alone = noise(cov.diagonal(), 8000, 1).std(axis=0)
    assert alone == pytest.approx(np.sqrt(cov.diagonal()), rel=0.05)


@pytest.mark.parametrize(("fit", "method"), FITS)
def test_difficulties_are_not_drawn_to_a_point(fit, method):
    """Under a prior of SD 0.1 difficulties of SD 2 would come back several times too near."""
    _, b, r = drawn(3, 40, 60, trials=5, spread=2.0)
    scale = fit(r, draws=2, method=method)
    inside = np.abs(b) < 3.5
    place = scale.a * scale.b if fit is two_pl and method == "marginal" else scale.b
    slope = np.polyfit(b[inside], place[inside], 1)[0]
    assert 0.8 < slope < 1.25
    assert place.std() > 1.5


@pytest.mark.parametrize("fit", [rasch_items, two_pl])
def test_items_that_all_or_none_solved_are_not_drawn_to_the_middle(fit):
    """Of 40 models: their prior is all that holds them, and it must let them be far out."""
    _, _, r = drawn(7, 40, 12)
    y = np.zeros((40, 14))
    y[r.model, r.item] = r.successes
    y[:, 12] = 1
    scale = fit(Responses.of_matrix(y), draws=2, method="marginal")
    place = scale.a * scale.b
    assert place[12] < -2
    assert place[13] > 2


@pytest.mark.parametrize(
    ("fit", "method"), [*FITS, pytest.param(three_pl, "integrated", id="three_pl-integrated")]
)
def test_thousands_of_answers_of_one_model_do_not_underflow(fit, method):
    """exp(-0.5 x 2,000) is 0 in double precision: a likelihood must stay a logarithm.

    Each model has 10,000 answers, and each item 2,000.
    """
    ability, _, r = drawn(4, 8, 40, trials=250)
    scale = fit(r, draws=2, method=method)
    assert r.trials.sum() / 8 == 10_000
    for values in (scale.ability, scale.se, scale.a, scale.b, np.array([scale.loglik])):
        assert np.isfinite(values).all()
    assert scale.loglik < -4000
    assert np.corrcoef(scale.ability, ability)[0, 1] > 0.98
    assert len(np.unique(scale.ability.round(6))) == 8
    if fit is rasch_items and method == "integrated":
        # Where the density around the mode underflows, the mode is all there is, and is told.
        assert scale.method.endswith("posterior mean")


@pytest.mark.parametrize("method", ["integrated", "joint"])
def test_two_thousand_items_do_not_underflow(method):
    ability, _, r = drawn(5, 10, 2000)
    scale = two_pl(r, draws=2, method=method)
    assert np.isfinite(scale.loglik)
    assert np.corrcoef(scale.ability, ability)[0, 1] > 0.99


def test_chances_that_are_0_in_double_precision_have_logarithms():
    at = curve(np.array([-800.0, 800.0]), 0.0)
    assert at.log_p == pytest.approx([-800.0, 0.0])
    assert at.log_q == pytest.approx([0.0, -800.0])


def test_compiled_items_of_thousands_of_answers_do_not_underflow():
    pytest.importorskip("numba")
    ability, b, r = drawn(8, 2500, 8)
    over, items = loops(Matrix.of(r.by_cell())), slice(0, 8)
    assert isinstance(over, Compiled)
    log_a = np.array([-0.03, 0.0, 0.03])
    u = np.stack(np.broadcast_arrays(log_a, b[:, None]), axis=-1)
    z = np.exp(log_a)[:, None] * (ability - b[:, None, None])
    won = np.zeros((8, 1, 2500))
    won[r.item, 0, r.model] = r.successes
    value = (won * z - np.logaddexp(0, z)).sum(axis=2)
    assert np.median(value) < -1000
    here = over.nodes(items, ability, u, np.zeros((8, 3)), powers=np.zeros((3, 0)))
    total = logsumexp(value, axis=1)
    np.testing.assert_allclose(here.total, total, rtol=1e-10)
    np.testing.assert_allclose(here.share, np.exp(value - total[:, None]), atol=1e-7)
    known = over.lost(items, ability, u[:, 1], np.eye(2))
    assert known.value == pytest.approx(value[:, 1].sum(), rel=1e-10)


# (2J)^2 doubles are 5.1e8 bytes; with 12,000 cells, where means are sought, 1.3e8.
@pytest.mark.parametrize(
    ("method", "models", "items"),
    [("integrated", 12, 4000), ("joint", 12, 4000), ("integrated", 6, 2000)],
)
def test_standard_errors_need_no_matrix_of_all_items(method, models, items):
    _, _, r = drawn(6, models, items)
    tracemalloc.start()
    scale = two_pl(r, draws=2, method=method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(scale.se).all()
    assert scale.method.endswith("posterior mean") == (models * items <= MOST)
    assert peak < 1.5e8
