"""One step of a fit without some answers, against the fit without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.scale.diagnose.made import made, without

from headway.errors import UnknownNameError
from headway.scale.diagnose.leverage import (
    cluster_moves,
    item_moves,
    of_answers,
    of_clusters,
    of_items,
)
from headway.scale.diagnose.look import look_at
from headway.scale.diagnose.models import model_moves, of_models
from headway.scale.items import rasch_items, two_pl


@pytest.fixture(scope="module", params=[(rasch_items, 0.0), (two_pl, 0.4)], ids=["rasch", "two_pl"])
def case(request):
    fit, slopes = request.param
    labels = {"benchmark": lambda m, j: "ABCD"[j // 15]}
    r = made(3, 20, 60, missing=0.1, slopes=slopes, labels=labels)
    scale = fit(r, draws=2)
    return fit, r, scale, look_at(scale, r)


def test_items_that_move_most_do_so_when_they_are_dropped(case):
    fit, r, scale, look = case
    moves, lever = item_moves(look), of_items(look)
    for j in np.argsort(-lever.moves)[:3]:
        exact = fit(without(r, r.item != j), draws=2).ability - scale.ability
        assert np.corrcoef(exact, moves[:, j])[0, 1] > 0.9
        assert exact[lever.whose[j]] == pytest.approx(lever.by[j], rel=0.35)


def test_a_whole_benchmark(case):
    fit, r, scale, look = case
    levels, moves = cluster_moves(look, r, "benchmark")
    for k in range(len(levels)):
        kept = without(r, r.labels["benchmark"][1] != k)
        exact = fit(kept, draws=2).ability - scale.ability
        assert np.corrcoef(exact, moves[:, k])[0, 1] > 0.75
        assert exact @ moves[:, k] / (moves[:, k] @ moves[:, k]) == pytest.approx(1, abs=0.3)
    told = of_clusters(look, r, "benchmark")
    assert told.moves.max() == pytest.approx(np.abs(moves).max())


def test_means_move_as_a_step_from_the_means_says(case, monkeypatch):
    """Modes are where the fit is stationary, yet a step from there tells the means less well."""
    fit, r, scale, look = case
    label = r.labels["benchmark"][1]
    exact = [fit(without(r, label != k), draws=2).ability - scale.ability for k in range(4)]
    monkeypatch.setattr("headway.scale.items.assemble.sought", lambda over: False)
    modes = fit(r, draws=2)
    assert np.abs((modes.ability - scale.ability) / scale.se).max() > 0.05
    looks = look, look_at(replace(modes, covariance=scale.covariance), r)
    from_means, from_modes = (
        np.square(cluster_moves(x, r, "benchmark")[1].T - exact).mean() for x in looks
    )
    assert from_means < from_modes


def test_whole_models(case):
    fit, r, scale, look = case
    ability, difficulty = model_moves(look)
    told = of_models(look)
    agree = []
    for m in np.argsort(-np.abs(told.errors))[:3]:
        exact, others = fit(without(r, r.model != m), draws=2), np.arange(look.n_models) != m
        centre = scale.ability[others].mean()
        unit = scale.ability[others].std() if scale.unit == "SD" else 1.0
        moved = exact.ability - (scale.ability[others] - centre) / unit
        harder = exact.b - (scale.b - centre) / unit
        assert np.corrcoef(harder, difficulty[m])[0, 1] > 0.95
        assert harder @ difficulty[m] / (harder @ harder) == pytest.approx(1, abs=0.25)
        # With slopes the others move by a fifth of a standard error, with none by less than this is
        # good for.
        reach = 0.3
        assert np.abs(moved - ability[m][others]).max() < reach * scale.se.mean()
        agree.append(np.corrcoef(moved, ability[m][others])[0, 1])
    assert scale.name == "rasch" or np.mean(agree) > 0.7
    k = int(np.argmax(np.abs(told.errors)))
    assert told.by[k] == ability[k, told.whose[k]]
    assert told.whose[k] != k


def test_single_answers(case):
    fit, r, scale, look = case
    found = of_answers(look, top=3)
    for n, by in zip(found.cells, found.by, strict=True):
        m, j = look.model[n], look.item[n]
        kept = without(r, ~((r.model == m) & (r.item == j)))
        exact = (fit(kept, draws=2).ability - scale.ability)[m]
        assert exact == pytest.approx(by, rel=0.35)


def test_a_label_that_is_not_there(case):
    _, r, _, look = case
    with pytest.raises(UnknownNameError):
        of_clusters(look, r, "cluster")
