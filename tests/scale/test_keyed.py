"""Random numbers that belong to names: right in distribution, the same in every table."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom, kstest

from headway.scale import Table, eci, keyed, rasch
from headway.scale.keyed import cell_normals, resampled_cells


def made(models=12, benchmarks=9, seed=0, missing=0.2):
    rng = np.random.default_rng(seed)
    cells = [
        (f"m{m}", f"b{b}", 1 / (1 + np.exp(b / 3 - m / 4 + rng.normal() / 4)))
        for m in range(models)
        for b in range(benchmarks)
        if rng.random() > missing
    ]
    return Table.build(*map(list, zip(*cells, strict=True)))


def test_a_resample_is_a_multinomial():
    table = made()
    drawn = resampled_cells(3, table, 20_000)
    sizes = np.bincount(table.model)
    totals = np.add.reduceat(drawn, np.concatenate([[0], np.cumsum(sizes)[:-1]]), axis=1)
    assert (totals == sizes).all()
    for cell in range(table.n_scores):
        n = sizes[table.model[cell]]
        seen = np.bincount(drawn[:, cell].astype(int), minlength=n + 1)[: n + 1] / len(drawn)
        assert np.abs(seen - binom.pmf(np.arange(n + 1), n, 1 / n)).max() < 0.015
    first = slice(0, sizes[0])
    n = sizes[0]
    wanted = np.eye(n) - 1 / n
    assert np.abs(np.cov(drawn[:, first].T) - wanted).max() < 0.05


def test_a_cell_has_the_same_luck_in_another_table():
    table = made()
    kept = table.benchmark != 4
    whole, part = (
        resampled_cells(0, table, 4000)[:, kept],
        resampled_cells(0, table.select(kept), 4000),
    )
    assert np.corrcoef(whole.ravel(), part.ravel())[0, 1] > 0.9
    models_kept = table.model > 3
    other = resampled_cells(0, table.select(models_kept), 500)
    np.testing.assert_array_equal(other, resampled_cells(0, table, 500)[:, models_kept])
    noise = cell_normals(0, table, 200)
    np.testing.assert_array_equal(cell_normals(0, table.select(kept), 200), noise[:, kept])
    assert kstest(noise.ravel(), "norm").pvalue > 0.001


def test_what_is_kept_changes_no_draw(monkeypatch):
    """Counts come from the names, whether they are kept, new, or were dropped to make room."""
    table = made()
    part = table.select(table.benchmark != 4)
    monkeypatch.setattr(keyed, "_COUNTS", {})
    fresh = [resampled_cells(0, t, 30) for t in (table, part)]
    for room in (1024, 5):
        monkeypatch.setattr(keyed, "_HELD", room)
        for _ in range(2):
            again = [resampled_cells(0, t, 30) for t in (part, table)]
            np.testing.assert_array_equal(again[0], fresh[1])
            np.testing.assert_array_equal(again[1], fresh[0])
        assert len(keyed._COUNTS) <= room


def test_fewer_draws_are_the_first_ones():
    table = made()
    np.testing.assert_array_equal(
        resampled_cells(0, table, 50), resampled_cells(0, table, 400)[:50]
    )
    for fit in (eci, rasch):
        few, many = fit(table, draws=8, sampling=0), fit(table, draws=30, sampling=0)
        np.testing.assert_allclose(few.draws, many.draws[:8], atol=2e-3)


def test_a_fit_that_begins_near_ends_where_a_fresh_one_does():
    table = made(models=60, benchmarks=12)
    base = eci(table, draws=20, sampling=0, unit=None)
    part = table.select(table.benchmark != 2)
    fresh = eci(part, draws=20, sampling=0, unit=None)
    near = eci(part, draws=20, sampling=0, unit=None, near=base.start)
    np.testing.assert_allclose(near.ability, fresh.ability, atol=1e-7)
    np.testing.assert_allclose(near.draws, fresh.draws, atol=5e-3)
