"""The shipped ledger: whole, canonical, sourced, and the facts of the published table."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter

import pytest

from headway.ledger import check, load, shipped_id
from headway.ledger.shipped import DATA, read_pages
from headway.ledger.text import pages, read_text, write_text


@pytest.fixture(scope="module")
def shipped():
    return load()


def test_it_passes_its_own_check(shipped):
    assert check(shipped) == []


def test_loading_and_writing_gives_the_same_bytes(shipped, tmp_path):
    write_text(shipped, tmp_path)
    assert read_pages(tmp_path) == read_pages(DATA)


def test_its_id_needs_no_parsing(shipped):
    assert shipped_id() == shipped.id


def test_its_id_needs_no_heavy_library():
    code = (
        "import sys, headway.ledger as l; l.shipped_id();"
        "print([n for n in ('pydantic', 'polars', 'numpy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_order_of_rows_does_not_matter(shipped, tmp_path):
    write_text(shipped, tmp_path)
    for name in ("models.csv", "results/epoch-2026-10-01.csv"):
        header, *rows = (tmp_path / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / name).write_text(header + "".join(reversed(rows)), encoding="utf-8")
    assert read_text(tmp_path) == shipped


def test_counts(shipped):
    assert (len(shipped.models), len(shipped.benchmarks), len(shipped.claims)) == (277, 69, 42)
    counts = Counter(row.source for row in shipped.results)
    assert counts == {"epoch-2026-10-01": 2844, "caisi-2026-05-01": 35}
    labels = Counter(model.weights for model in shipped.models.values())
    assert labels == {"open": 150, "closed": 121, "unknown": 6}
    scored = {row.model for row in shipped.results}
    assert len(set(shipped.models) - scored) == 7  # named only in a newsletter


def test_every_fact_has_a_source(shipped):
    for model in shipped.models.values():
        assert model.source
        assert model.released_source
    assert all(benchmark.source for benchmark in shipped.benchmarks.values())
    assert all(claim.source for claim in shipped.claims)
    assert all(s.license and s.citation and s.date for s in shipped.sources.values())


def test_rolling_and_ceiling(shipped):
    rolling = {source.id: source.rolling for source in shipped.sources.values()}
    assert rolling == {"epoch-2026-10-01": True, "caisi-2026-05-01": False}
    odd = {b.id: b.ceiling for b in shipped.benchmarks.values() if b.ceiling != 1}
    assert odd == {"lmca": 0.85}


def test_setups_are_structured(shipped):
    rows = {r.benchmark: r for r in shipped.results if r.model == "gpt-5.5" and r.setup}
    cyber = shipped.setups[rows["ctf-archive-diamond"].setup]
    assert (cyber.harness, cyber.effort) == ("Inspect ReAct agent", "xhigh")
    assert cyber.budget_tokens == 1_000_000
    assert shipped.setups[rows["swe-bench-verified-caisi"].setup].budget_tokens == 500_000
    assert shipped.setups[rows["arc-agi-2-semi-private"].setup].aggregation


def test_the_published_index_is_of_models_here(shipped):
    path = DATA / "published" / "epoch-eci-2026-10-01.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 270
    assert all(row["model"] in shipped.models for row in rows)
    ranged = [row for row in rows if row["low"]]  # the anchors of the scale have no interval
    assert len(ranged) >= 260
    assert all(float(r["low"]) <= float(r["eci"]) <= float(r["high"]) for r in ranged)


def test_scores_and_days_are_those_of_the_table_it_was_made_from(shipped, shared):
    if not (shared / "ledger").is_dir():
        pytest.skip("no ledger of facts beside the published data sets")
    ours = {(r.model, r.benchmark): (r.score, r.imputed, r.n_items) for r in shipped.results}
    theirs = {
        (r["model_id"], r["benchmark_id"]): (
            float(r["score"]),
            r["imputed"] == "true",
            int(r["n_items"]) if r["n_items"] else None,
        )
        for r in rows_of(shared / "ledger" / "scores.csv")
    }
    assert ours == theirs
    for row in rows_of(shared / "ledger" / "models.csv"):
        model = shipped.models[row["id"]]
        assert str(model.released) == row["released"]
        assert str(model.weights_released or "") == row["weights_released"]
        assert (model.weights, ";".join(model.aliases)) == (row["weights"], row["aliases"])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_nobody_can_change_it(shipped):
    with pytest.raises(TypeError):
        shipped.models["gpt-5"] = None
    with pytest.raises(AttributeError):
        shipped.results = ()


def test_texts_by_source(shipped):
    names = sorted(name for name in pages(shipped) if name.startswith("results/"))
    assert names == ["results/caisi-2026-05-01.csv", "results/epoch-2026-10-01.csv"]
