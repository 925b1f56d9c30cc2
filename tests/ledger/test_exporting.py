"""One tidy table out, and the same evidence in again."""

from __future__ import annotations

import pytest

from headway.errors import LedgerError
from headway.ledger import Ledger, export, load
from headway.sources import read_table

ENDINGS = ["csv", "parquet", "json"]


def evidence(ledger: Ledger) -> set[tuple[object, ...]]:
    """Scores with what is known of each, by names."""
    return {
        (
            ledger.models[r.model].name,
            ledger.benchmarks[r.benchmark].name,
            *(r.score, r.chance_corrected, r.n_items, r.setup, r.evaluator, r.imputed),
            r.reported_by,
        )
        for r in ledger.results
    }


def facts(ledger: Ledger) -> set[tuple[object, ...]]:
    scored = {row.model for row in ledger.results}
    return {
        (
            *(m.name, m.released, m.weights, m.organization, m.country, m.params_total_b),
            *(m.released_alt, m.weights_released, m.weights_license, m.weights_url),
        )
        for m in ledger.models.values()
        if m.id in scored
    }


def benchmarks_of(ledger: Ledger) -> set[tuple[object, ...]]:
    return {
        (b.name, b.released, b.domain, b.access, b.chance, b.ceiling)
        for b in ledger.benchmarks.values()
    }


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("which", ["shipped", "tiny"])
def test_round_trip(tmp_path, tiny, ending, which):
    ledger = load() if which == "shipped" else tiny
    again = read_table(export(ledger, tmp_path / f"all.{ending}"))
    assert evidence(again) == evidence(ledger)
    assert facts(again) == facts(ledger)
    assert benchmarks_of(again) == benchmarks_of(ledger)


def test_a_second_trip_changes_nothing(tmp_path, tiny):
    once = read_table(export(tiny, tmp_path / "all.csv"))
    assert read_table(export(once, tmp_path / "all.csv")) == once


def test_another_ending_is_refused(tiny, tmp_path):
    with pytest.raises(LedgerError, match=r"end the name in \.csv, \.parquet or \.json"):
        export(tiny, tmp_path / "all.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_told_and_the_old_file_kept(tiny, tmp_path):
    with pytest.raises(LedgerError, match=r"all\.csv: cannot be written"):
        export(tiny, tmp_path / "none" / "all.csv")
    target = tmp_path / "all.csv"
    target.mkdir()
    with pytest.raises(LedgerError, match=r"all\.csv: cannot be written"):
        export(tiny, target)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_ledger_without_scores_can_be_written(tmp_path, ending):
    assert export(Ledger.of(), tmp_path / f"none.{ending}").exists()
