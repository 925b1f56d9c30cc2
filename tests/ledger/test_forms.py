"""Text, Parquet and back: any ledger keeps every bit and its id; a wrong cell is named."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import LedgerError
from headway.ledger import Ledger, load
from headway.ledger.frames import read_frames, write_frames
from headway.ledger.text import pages, read_text, write_text
from headway.records import Benchmark, Model, Result, Setup, Source

LETTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters=";")
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=3).map(" ".join)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def maybe(strategy):
    return st.none() | strategy


MODELS = st.builds(
    Model,
    id=WORDS,
    name=WORDS,
    organization=maybe(WORDS),
    released=maybe(st.dates()),
    weights=st.sampled_from(["open", "closed", "unknown"]),
    params_total_b=maybe(NUMBERS),
    checked=st.booleans(),
    aliases=st.lists(WORDS, max_size=3).map(tuple),
    notes=maybe(WORDS),
)
BENCHMARKS = st.builds(
    Benchmark,
    id=WORDS,
    name=WORDS,
    chance=maybe(NUMBERS),
    ceiling=NUMBERS,
    n_items=maybe(st.integers(-(2**40), 2**40)),
)
SLUGS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,9}", fullmatch=True)
RESULTS = st.builds(
    Result,
    model=WORDS,
    benchmark=WORDS,
    score=NUMBERS,
    chance_corrected=st.booleans(),
    setup=maybe(WORDS),
    imputed=st.booleans(),
    date=maybe(st.dates()),
    source=SLUGS,
)


def tables(strategy):
    return st.lists(strategy, max_size=5, unique_by=lambda record: record.id)


@st.composite
def ledgers(draw):
    cells = draw(
        st.lists(RESULTS, max_size=6, unique_by=lambda r: (r.source, r.benchmark, r.model, r.setup))
    )
    return Ledger.of(
        models=draw(tables(MODELS)),
        benchmarks=draw(tables(BENCHMARKS)),
        setups=draw(tables(st.builds(Setup, id=WORDS, budget_tokens=maybe(st.integers(0, 9))))),
        sources=draw(tables(st.builds(Source, id=SLUGS, name=WORDS, rolling=st.booleans()))),
        results=cells,
    )


@given(ledgers())
@settings(max_examples=60)
def test_any_ledger_survives_text_and_parquet(ledger):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_text(ledger, folder / "text")
        again = read_text(folder / "text")
        assert pages(again) == pages(ledger)
        write_frames(again, folder)
        assert pages(read_frames(folder)) == pages(ledger)
        assert read_frames(folder).models == ledger.models


def test_the_id_tells_ledgers_apart(tiny):
    other = Ledger.of(**{t: tiny.rows(t) for t in ("models", "benchmarks", "sources", "results")})
    assert other != tiny
    assert Ledger.of(models=reversed(tiny.rows("models"))) == Ledger.of(models=tiny.rows("models"))


WRONG = [
    ("models.csv", "2024-01-01", "01.01.2024", r"models\.csv, row 2, column released: '01\.01\.20"),
    ("models.csv", "closed", "shut", r"models\.csv, row 2, column weights: Input should be 'open'"),
    ("models.csv", "7.5", "7,5", r"models\.csv, row 3: 19 cells where the header has 18"),
    ("models.csv", "7.5", "big", r"column params_total_b: 'big' is not a number"),
    ("models.csv", "Ant 1", '"Ant 1', r"models\.csv, row \d+: .*; mend the quotes"),
    ("models.csv", "organization", "organisation", r"models\.csv: row 1 must name the columns"),
    ("models.csv", "Hive", "Hive ", r"column organization: has spaces .*; mend this cell"),
    ("models.csv", "false", "no", r"column checked: 'no' is neither true nor false"),
    ("benchmarks.csv", ",40,", ",4e1,", r"column n_items: '4e1' is not a whole number"),
    ("results/lab.csv", ",0,true", ",nan,true", r"lab\.csv, row 2, column score: 'nan' is not a"),
    ("results/lab.csv", "ant", "", r"lab\.csv, row 2, column model: Field required"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), WRONG)
def test_a_wrong_cell_is_named(tiny, tmp_path, file, old, new, words):
    write_text(tiny, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LedgerError, match=words):
        load(tmp_path)


def test_a_missing_table_and_another_encoding(tiny, tmp_path):
    write_text(tiny, tmp_path)
    (tmp_path / "models.csv").write_bytes((tmp_path / "models.csv").read_bytes() + b"\xe9")
    with pytest.raises(LedgerError, match=r"models\.csv: not UTF-8; save it as UTF-8"):
        load(tmp_path)
    (tmp_path / "claims.csv").unlink()
    with pytest.raises(LedgerError, match=r"claims\.csv: No such file.*needs this table"):
        load(tmp_path)
