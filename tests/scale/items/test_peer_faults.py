"""Faults that other item response packages have, held against our own functions.

Each test fails if the fault named in it were ours: one ability for all models inside a step,
a scale passed twice through softplus (intervals 13 times too wide), a "vague" prior of difficulty
with an SD of 0.1, likelihoods that underflow, and standard errors in a (2J, 2J) matrix.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from headway.scale.items import rasch_items, three_pl, two_pl
from headway.scale.items.gauge import gauge
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


@pytest.mark.parametrize("method", ["integrated", "joint"])
def test_two_thousand_items_do_not_underflow(method):
    ability, _, r = drawn(5, 10, 2000)
    scale = two_pl(r, draws=2, method=method)
    assert np.isfinite(scale.loglik)
    assert np.corrcoef(scale.ability, ability)[0, 1] > 0.99


@pytest.mark.parametrize("method", ["integrated", "joint"])
def test_standard_errors_need_no_matrix_of_all_items(method):
    items = 4000  # (2J)^2 doubles are 5.1e8 bytes
    _, _, r = drawn(6, 12, items)
    tracemalloc.start()
    scale = two_pl(r, draws=2, method=method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(scale.se).all()
    assert peak < 1.5e8
