"""Infit and outfit: nominal under the true model, and what is planted is found."""

from __future__ import annotations

import numpy as np
import pytest
from tests.scale.diagnose.made import made

from headway.errors import ScaleError
from headway.scale.diagnose.look import judged, look_at
from headway.scale.diagnose.misfit import misfit
from headway.scale.items import rasch_items, three_pl, two_pl
from headway.scale.responses import Responses


def fits(r, fit=rasch_items):
    look = look_at(fit(r, draws=2), r)
    return look, misfit(look, "item"), misfit(look, "model")


@pytest.mark.parametrize(
    ("fit", "slopes", "models", "items", "trials"),
    [
        (rasch_items, 0.0, 20, 200, 1),
        (rasch_items, 0.0, 300, 25, 1),  # a school test: abilities integrated out
        (rasch_items, 0.0, 20, 100, 5),
        (two_pl, 0.4, 20, 150, 1),
        (two_pl, 0.4, 20, 80, 5),
    ],
)
def test_rates_are_nominal_under_the_true_model(fit, slopes, models, items, trials):
    z = {"item": [], "model": []}
    for seed in range(4):
        r = made(seed, models, items, missing=0.1, slopes=slopes, trials=trials)
        _, of_items, of_models = fits(r, fit)
        for found, where in ((of_items, "item"), (of_models, "model")):
            z[where] += [found.infit_z, found.outfit_z]
    for where, seen in z.items():
        values = np.concatenate(seen)
        assert abs(np.nanmean(values)) < 0.75, where
        assert np.nanmean(np.abs(values) > 1.96) < 0.09, where
    assert np.nanmean(np.abs(np.concatenate(z["item"][::2])) > 1.96) > 0.015 or models == 300


def test_a_random_responder_is_the_worst_model():
    def spoil(eta, rng):
        eta[4] = 0.0
        return eta

    _, items, models = fits(made(1, 20, 200, spoil=spoil))
    assert int(np.nanargmax(models.infit_z)) == 4
    assert models.q[4] < 0.001
    assert (np.delete(models.q, 4) > 0.1).all()
    assert np.nanmin(items.q) > 0.01


def test_an_item_that_tells_little_is_found_and_the_two_pl_takes_it_in():
    def spoil(eta, rng):
        eta[:, 7] *= 0.25
        return eta

    r = made(2, 150, 120, spoil=spoil)
    _, items, _ = fits(r)
    assert items.infit_z[7] > 3
    assert items.q[7] < 0.1
    # A slope of its own is what the other scale is there for.
    _, items, _ = fits(made(2, 150, 120, slopes=0.4, spoil=spoil), two_pl)
    assert not abs(items.infit_z[7]) > 2.5


def test_mean_squares_are_those_of_the_book():
    r = made(3, 40, 60, missing=0.2)
    look, items, models = fits(r)
    for found, code in ((items, look.item), (models, look.model)):
        infit = np.bincount(code, look.error**2) / np.bincount(code, look.variance)
        known = ~np.isnan(found.infit_z)
        np.testing.assert_allclose(found.infit[known], infit[known], rtol=0.15)
        assert len(set(found.cells + found.missing)) == 1
    assert items.cells.sum() == models.cells.sum() == r.n_cells


def test_what_all_or_none_solve_shows_nothing():
    y = (np.random.default_rng(0).random((12, 40)) < 0.5).astype(float)
    y[:, 0], y[:, 1] = 0, 1
    _, items, _ = fits(Responses.of_matrix(y))
    assert np.isnan(items.infit_z[:2]).all()
    assert np.isnan(items.q[:2]).all()
    assert np.isfinite(items.infit).all()


def test_a_guess_floor_is_part_of_what_is_expected():
    r = made(5, 30, 150, spoil=lambda eta, rng: eta)
    scale = three_pl(r, floor=0.2, draws=2)
    look = look_at(scale, r)
    assert look.chance.min() >= 0.2
    assert np.isfinite(misfit(look, "item").infit).all()


def test_answers_of_another_scale_are_refused():
    r, other = made(6, 8, 20), made(6, 9, 20)
    with pytest.raises(ScaleError, match="not on the scale"):
        look_at(rasch_items(r, draws=2), other)


def test_items_of_a_short_test_are_not_judged_by_residuals():
    """600 models on 8 items: each ability follows its own answers, and the bias adds up."""
    look, items, models = fits(made(8, 600, 8))
    assert not judged(look).any()
    assert np.isnan(items.infit_z).all()
    assert np.isnan(items.q).all()
    assert np.isfinite(models.infit_z).any()
