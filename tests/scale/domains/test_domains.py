"""Many abilities: correlations recovered, coverage, one domain is an item scale, weighted sums."""

from __future__ import annotations

import numpy as np
import pytest

from headway.errors import ScaleError, UnknownNameError
from headway.scale.domains import domains
from headway.scale.items import two_pl
from headway.scale.responses import Responses


def made(seed, models=40, kinds=3, items=40, r=0.6, missing=0.2):
    rng = np.random.default_rng(seed)
    sigma = np.full((kinds, kinds), r) + (1 - r) * np.eye(kinds)
    theta = rng.multivariate_normal(np.zeros(kinds), sigma, models)
    columns = {"model": [], "item": [], "successes": [], "benchmark": []}
    for k in range(kinds):
        a, b = np.exp(0.3 * rng.normal(size=items)), 1.2 * rng.normal(size=items)
        p = 1 / (1 + np.exp(-a * (theta[:, [k]] - b)))
        y = (rng.random(p.shape) < p).astype(float)
        for m, j in np.argwhere(rng.random(p.shape) > missing):
            columns["model"].append(f"m{m:02d}")
            columns["item"].append(f"{k}/{j}")
            columns["successes"].append(y[m, j])
            columns["benchmark"].append(f"d{k}")
    return theta, Responses.build(columns)


def test_one_domain_is_the_item_scale(monkeypatch):
    _, responses = made(1, kinds=1)
    one, mean = domains(responses), two_pl(responses, method="integrated")
    # Domains are at their mode; an item scale is too where it does not seek the mean.
    assert (np.abs(one.ability[:, 0] - mean.ability) / mean.se).max() < 0.5
    monkeypatch.setattr("headway.scale.items.assemble.sought", lambda over: False)
    other = two_pl(responses, method="integrated")
    np.testing.assert_allclose(one.ability[:, 0], other.ability, atol=1e-8)
    np.testing.assert_allclose(one.se[:, 0], other.se, rtol=1e-6)
    assert one.total().words == "one ability: d0"


@pytest.mark.slow
def test_correlations_and_abilities_are_recovered_with_their_intervals():
    r, in_r, in_ability, in_total = [], [], [], []
    upper = np.triu_indices(3, 1)
    for seed in range(12):
        theta, responses = made(seed)
        scale = domains(responses, draws=2)
        low, high = scale.correlation_interval()
        r += scale.correlation[upper].tolist()
        in_r += ((low < 0.6) & (high > 0.6))[upper].tolist()
        z = (theta - theta.mean(axis=0)) / theta.std(axis=0)
        low, high = scale.interval()
        in_ability.append(((low < z) & (z < high)).mean())
        low, high = scale.total().interval()
        in_total.append(((low < z.mean(axis=1)) & (z.mean(axis=1) < high)).mean())
    assert np.mean(r) == pytest.approx(0.6, abs=0.08)
    assert np.mean(in_r) > 0.8
    assert 0.85 < np.mean(in_ability) < 0.95
    assert 0.85 < np.mean(in_total) < 0.95


def test_opposite_and_unrelated_domains():
    rng = np.random.default_rng(0)
    theta = rng.normal(size=30)
    columns = {"model": [], "item": [], "successes": []}
    kind = {}
    for k, ability in enumerate((theta, -theta, rng.normal(size=30))):
        for j, b in enumerate(rng.normal(size=40)):
            kind[f"{k}/{j}"] = ["same", "other", "none"][k]
            columns["model"] += [f"m{m:02d}" for m in range(30)]
            columns["item"] += [f"{k}/{j}"] * 30
            columns["successes"] += (rng.random(30) < 1 / (1 + np.exp(b - ability))).tolist()
    scale = domains(Responses.build(columns), kind)
    assert scale.domains == ("none", "other", "same")
    assert scale.correlation[1, 2] < -0.75
    low, high = scale.correlation_interval()
    assert low[0, 2] < 0.1
    assert high[0, 2] > -0.1
    assert low[0, 0] == high[0, 0] == 1
    assert (scale.reliability > 0.7).all()


def test_a_model_without_answers_in_a_domain_is_told_by_the_others():
    theta, responses = made(5, r=0.9, missing=0.0)
    gone = int(np.argmax(theta[:, 0]))
    level = responses.labels["benchmark"][1]
    keep = ~((responses.model == gone) & (level == 1))
    columns = {
        "model": np.array(responses.models)[responses.model[keep]],
        "item": np.array(responses.items)[responses.item[keep]],
        "successes": responses.successes[keep],
        "benchmark": np.array(responses.labels["benchmark"][0])[level[keep]],
    }
    scale = domains(Responses.build(columns))
    assert not scale.answered[gone, 1]
    assert scale.answered.sum() == scale.answered.size - 1
    assert scale.se[gone, 1] > 1.3 * np.delete(scale.se[:, 1], gone).mean()
    assert scale.ability[gone, 1] > 0.5  # able in the others
    assert any("did not answer" in c for c in scale.cautions)


def test_weighted_sums():
    _, responses = made(2, models=20)
    scale = domains(responses, draws=4000)
    total = scale.total({"d0": 3, "d1": 1})
    assert total.words == "a weighted sum of 2 abilities, not one ability: 0.75 d0 + 0.25 d1"
    np.testing.assert_allclose(total.value, scale.ability @ [0.75, 0.25, 0])
    np.testing.assert_allclose(total.draws.std(axis=0), total.se, rtol=0.1)
    only = scale.total({"d2": 1})
    np.testing.assert_allclose(only.se, scale.se[:, 2])
    with pytest.raises(UnknownNameError, match="d0, d1, d2"):
        scale.total({"d9": 1})
    with pytest.raises(ScaleError, match="must be 0 or more"):
        scale.total({"d0": -1})
    with pytest.raises(ScaleError, match="All weights are 0"):
        scale.total({"d0": 0})


def test_refusals():
    columns = {"model": ["a", "b"], "item": ["q", "q"], "successes": [1, 0]}
    with pytest.raises(ScaleError, match="no column 'benchmark'"):
        domains(Responses.build(columns))
    with pytest.raises(ScaleError, match="no single benchmark"):
        domains(Responses.build(columns | {"benchmark": ["x", "y"]}))
    with pytest.raises(ScaleError, match="has no domain"):
        domains(Responses.build(columns), {})
    apart = {"model": ["a", "b"], "item": ["q", "r"], "successes": [1, 0], "benchmark": ["x", "x"]}
    with pytest.raises(ScaleError, match="Within the domain 'x'"):
        domains(Responses.build(apart))
