"""Answers from Parquet to bytes: nothing lost, nothing held that need not be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from headway.errors import DataError
from headway.publish.items import fit_items
from headway.scale.items import two_pl
from headway.scale.items.matrix import Matrix
from headway.scale.responses import Responses
from headway.sources import codes
from headway.sources.codes import read_codes


def answers(seed=0, models=30, items=40):
    rng = np.random.default_rng(seed)
    y = (rng.random((models, items)) < 0.3 + 0.4 * rng.random(models)[:, None]).astype(float)
    y[rng.random(y.shape) < 0.3] = np.nan
    return Responses.of_matrix(y)


def frame(r, kind=str):
    return pl.DataFrame(
        {
            "model": [r.models[k] if kind is str else 7 + k for k in r.model],
            "item": [r.items[k] if kind is str else 100 + k for k in r.item],
            "successes": r.successes,
            "trials": r.trials,
        }
    ).sample(fraction=1, shuffle=True, seed=1)


@pytest.mark.parametrize("kind", [str, int])
def test_codes_are_the_responses(tmp_path, monkeypatch, kind):
    r = answers()
    table = frame(r, kind)
    (tmp_path / "parts").mkdir()
    table[:300].write_parquet(tmp_path / "parts" / "a.parquet")
    table[300:].write_parquet(tmp_path / "parts" / "b.parquet")
    monkeypatch.setattr(codes, "PIECE", 170)
    seen = []
    read = read_codes(tmp_path / "parts", tmp_path / "c", lambda *x: seen.append(x))
    assert seen[-1] == (len(table), len(table))
    assert isinstance(read.code, np.memmap)
    want = Matrix.of(r)
    np.testing.assert_array_equal(read.code, want.codes)
    if kind is str:
        assert (read.models, read.items) == (r.models, r.items)
    fit = two_pl(Matrix.of_codes(read.code, read.models, read.items))
    np.testing.assert_array_equal(fit.ability, two_pl(r).ability)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"successes": pl.lit(2.0)}, "row 1: successes must be whole"),
        ({"successes": pl.lit(0.5)}, "row 1"),
        ({"trials": pl.lit(16)}, "trials from 1 to 15"),
        ({"successes": pl.lit(None, dtype=pl.Float64)}, "row 1"),
        ({"model": pl.lit(None, dtype=pl.String)}, "name no model"),
        ({"item": pl.lit("one")}, "repeat a model and item"),
    ],
)
def test_bad_rows_are_one_sentence(tmp_path, change, words):
    frame(answers()).with_columns(**change).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=words):
        read_codes(tmp_path / "a.parquet", tmp_path / "c")


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(DataError, match="no Parquet file to read"):
        read_codes(tmp_path / "none.parquet", tmp_path / "c")
    (tmp_path / "a.parquet").write_text("no table")
    with pytest.raises(DataError, match="can be read"):
        read_codes(tmp_path / "a.parquet", tmp_path / "c")
    frame(answers()).drop("item").write_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="no column 'item'"):
        read_codes(tmp_path / "b.parquet", tmp_path / "c")
    frame(answers())[:0].write_parquet(tmp_path / "d.parquet")
    with pytest.raises(DataError, match="empty"):
        read_codes(tmp_path / "d.parquet", tmp_path / "c")


def test_a_scale_of_very_many_answers_is_that_of_the_rows(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    frame(answers()).write_parquet(path)
    rows = fit_items(path, "two_pl", draws=10)
    assert not codes.vast(path)
    monkeypatch.setattr(codes, "MANY", 100)
    assert codes.vast(path)
    np.testing.assert_array_equal(fit_items(path, "two_pl", draws=10).ability, rows.ability)
    frame(answers()).with_columns(run=pl.lit("a")).write_parquet(path)
    assert not codes.vast(path)
    assert not codes.vast(tmp_path / "none.parquet")
