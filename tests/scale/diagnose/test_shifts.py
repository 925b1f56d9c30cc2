"""Differential item functioning: nominal without it, found where it is planted."""

from __future__ import annotations

import numpy as np
import pytest
from tests.scale.diagnose.made import made, without

from headway.errors import UnknownNameError
from headway.scale.diagnose.look import look_at
from headway.scale.diagnose.shifts import shifts
from headway.scale.items import rasch_items, two_pl
from headway.scale.responses import Responses


def found(r, by="openness", fit=rasch_items, level=0.9):
    scale = fit(r, draws=2)
    return shifts(scale, r, look_at(scale, r), by, level=level)


@pytest.mark.parametrize(
    ("fit", "slopes", "trials"), [(rasch_items, 0.0, 1), (rasch_items, 0.0, 5), (two_pl, 0.4, 3)]
)
def test_rates_are_nominal_where_items_are_the_same_for_all(fit, slopes, trials):
    p, cover = [], []
    for seed in range(4):
        one = found(made(seed, 24, 120, slopes=slopes, trials=trials), fit=fit)[0]
        p.append(one.p[one.identified])
        cover.append(np.nanmean((one.low <= 0) & (one.high >= 0)))
    rate = (np.concatenate(p) < 0.05).mean()
    assert 0.015 < rate < 0.085
    assert 0.87 < np.mean(cover) < 0.97


def test_planted_shifts_are_found_with_their_size_and_sign():
    def spoil(eta, rng):
        eta[1::2, :4] -= 2.0  # harder for open models
        return eta

    one = found(made(7, 40, 120, trials=5, spoil=spoil))[0]
    assert (one.label, one.group) == ("openness", "open")
    assert set(np.flatnonzero(one.q < 0.05)) >= {0, 1, 2, 3}
    assert (one.q[4:] < 0.05).sum() <= 2
    assert one.shift[:4].mean() == pytest.approx(-2.0, abs=0.35)
    assert ((one.low[:4] < -2) & (one.high[:4] > -2)).sum() >= 3


def test_a_harness_that_helps_everywhere_is_no_items_fault():
    """Each model runs every item in both harnesses; one of them adds a logit to all."""
    rng = np.random.default_rng(3)
    ability, b = rng.normal(size=20), rng.normal(0, 1.2, 100)
    rows = []
    for h, plus in (("plain", 0.0), ("tools", 1.0)):
        eta = ability[:, None] - b + plus
        eta[:, 5] -= 3.0 * (h == "tools")
        y = rng.binomial(4, 1 / (1 + np.exp(-eta)))
        rows += [
            (f"m{m:02d}", f"i{j:03d}", float(y[m, j]), 4.0, h)
            for m in range(20)
            for j in range(100)
        ]
    names = ("model", "item", "successes", "trials", "harness")
    r = Responses.build(dict(zip(names, zip(*rows, strict=True), strict=True)))
    (one,) = found(r, "harness")
    assert one.group == "tools"
    assert list(np.flatnonzero(one.q < 0.01)) == [5]
    assert one.shift[5] == pytest.approx(-3, abs=0.8)


def test_items_that_one_side_did_not_answer_are_not_identified():
    r = made(9, 20, 40)
    keep = ~((r.item < 3) & (r.labels["openness"][1] == 1))
    one = found(without(r, keep))[0]
    assert np.isnan(one.p[:3]).all()
    assert np.isnan(one.shift[:3]).all()
    assert list(one.inside[:3]) == [0, 0, 0]
    assert len(one.identified) == 37


def test_every_level_of_a_label_is_set_against_the_others():
    r = made(10, 18, 60, labels={"harness": lambda m, j: "abc"[m % 3]})
    assert [s.group for s in found(r, "harness")] == ["a", "b", "c"]


def test_an_unknown_label_or_a_single_level_is_one_sentence():
    r = made(11, 6, 20, labels={"harness": lambda m, j: "one"})
    with pytest.raises(UnknownNameError, match="no label 'effort'"):
        found(r, "effort")
    with pytest.raises(UnknownNameError, match="one level only"):
        found(r, "harness")
