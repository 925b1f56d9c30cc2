"""Tables of one's own and Epoch's form: what is read, and that nothing else is."""

from __future__ import annotations

import csv
import datetime as dt
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import DataError
from headway.ledger import check, load
from headway.sources import import_table, read_table
from headway.sources.tidy import slug


@pytest.fixture
def write(tmp_path):
    """Write lines as a CSV file and give its path."""

    def write(*lines: str, name: str = "own.csv"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def test_the_least_table(write):
    ledger = read_table(write("model,benchmark,score", "B 1,Quiz,0.5", "A 1,Quiz,1"))
    assert list(ledger.models) == ["A 1", "B 1"]
    assert [row.score for row in ledger.results] == [1.0, 0.5]
    assert all(row.chance_corrected and row.source == "own" for row in ledger.results)
    model = ledger.models["A 1"]
    assert (model.name, model.weights, model.released) == ("A 1", "unknown", None)
    assert check(ledger) == []


def test_every_column(write):
    ledger = read_table(
        write(
            "model,benchmark,score,released,weights,organization,country,n_items,setup,domain,note",
            "A,Quiz,.5,2024-01-02,Open,Hive,FR,40.0,bare,math,x",
            "A,Maze,.5,,,,,,,,",
        )
    )
    model = ledger.models["A"]
    assert (model.released, model.weights) == (dt.date(2024, 1, 2), "open")
    assert (model.organization, model.country) == ("Hive", "FR")
    maze, quiz = ledger.results
    assert (quiz.n_items, quiz.setup, maze.n_items, maze.setup) == (40, "bare", None, None)
    assert ledger.benchmarks["Quiz"].domain == "math"
    assert ledger.benchmarks["Maze"].domain is None
    assert list(ledger.setups) == ["bare"]


def test_a_guess_floor_marks_the_scores_as_raw(write):
    table = write("model,benchmark,score,chance", "A,Quiz,.5,.25", "B,Quiz,.5,", "A,Maze,.5,")
    ledger = read_table(table)
    assert {(r.model, r.benchmark): r.chance_corrected for r in ledger.results} == {
        ("A", "Quiz"): False,
        ("B", "Quiz"): False,
        ("A", "Maze"): True,
    }
    assert ledger.benchmarks["Quiz"].chance == 0.25
    said = write("model,benchmark,score,chance,chance_corrected", "A,Quiz,.5,.25,TRUE")
    assert read_table(said).results[0].chance_corrected


def test_a_known_name_brings_no_facts_along(write):
    assert load().models["gpt-5"].weights == "closed"
    model = read_table(write("model,benchmark,score", "GPT-5,GSM8K,1")).models["GPT-5"]
    assert (model.weights, model.released, model.organization) == ("unknown", None, None)


def test_setups_part_the_scores_of_a_cell(write):
    table = write("model,benchmark,score,setup", "A,Quiz,.5,bare", "A,Quiz,.6,rich", "A,Quiz,.7,")
    assert len(read_table(table).results) == 3


def test_layout_that_does_not_matter(tmp_path):
    text = "model,benchmark,score\nA,Quiz,0.5\nÉ 1,Quiz,1e-1\n"
    plain = tmp_path / "own.csv"
    plain.write_text(text, encoding="utf-8")
    expected = read_table(plain)
    variants = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "no end": text.rstrip("\n").encode(),
        "blank lines": text.replace("\n", "\n\n,,\n").encode(),
        "spaces": text.replace(",", " , ").encode(),
        "quotes": text.replace("Quiz", '"Quiz"').encode(),
        "columns": "score,x,benchmark,model\n0.5,,Quiz,A\n.1,,Quiz,É 1\n".encode(),
    }
    for content in variants.values():
        plain.write_bytes(content)
        assert read_table(plain) == expected


def test_parquet_and_json_say_the_same(tmp_path):
    frame = pl.DataFrame(
        {
            "model": ["A", "B"],
            "benchmark": ["Quiz", "Quiz"],
            "score": [0.1, 1 / 3],
            "released": [dt.date(2024, 1, 2), None],
            "n_items": [40, None],
        }
    )
    frame.write_csv(tmp_path / "own.csv")
    frame.write_parquet(tmp_path / "own.parquet")
    frame.with_columns(pl.col("released").cast(pl.String)).write_json(tmp_path / "own.json")
    frame.with_columns(pl.col("released").cast(pl.Datetime)).write_parquet(
        tmp_path / "time.parquet"
    )
    (tmp_path / "parquet").write_bytes((tmp_path / "own.parquet").read_bytes())
    expected = read_table(tmp_path / "own.csv")
    for name in ("own.parquet", "own.json", "time.parquet", "parquet"):
        ledger = read_table(tmp_path / name)
        assert ledger.results[1].score == 1 / 3
        assert [m.released for m in ledger.models.values()] == [dt.date(2024, 1, 2), None]
        assert [(r.model, r.score, r.n_items) for r in ledger.results] == [
            (r.model, r.score, r.n_items) for r in expected.results
        ]


def test_epochs_form(shared):
    path = shared / "data" / "epoch_eci_2026-08" / "eci_benchmarks.csv"
    ledger = read_table(path)
    assert (len(ledger.models), len(ledger.benchmarks), len(ledger.results)) == (222, 57, 2249)
    assert {"Claude 3.5 Sonnet", "GPT-5"} <= set(ledger.models)
    assert ledger.models["GPT-5"].released == dt.date(2025, 8, 7)
    assert ledger.benchmarks["MMLU"].released == dt.date(2020, 9, 7)
    with path.open(encoding="utf-8", newline="") as file:
        rows = {(r["model"], r["benchmark"]): float(r["performance"]) for r in csv.DictReader(file)}
    assert {(r.model, r.benchmark): r.score for r in ledger.results} == rows
    assert all(row.chance_corrected for row in ledger.results)
    assert "METR" in " ".join(row.evaluator or "" for row in ledger.results)


def test_the_order_of_rows_does_not_matter(shared, tmp_path):
    path = shared / "data" / "epoch_eci_2026-08" / "eci_benchmarks.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(0).shuffle(rows)
    other = tmp_path / path.name
    other.write_text(header + "".join(rows), encoding="utf-8")
    assert read_table(other) == read_table(path)


def test_epochs_hub_index_lacks_scores_and_says_so(shared):
    path = shared / "data" / "epoch_eci_2026-08" / "eci_scores.csv"
    with pytest.raises(DataError, match=r"eci_scores\.csv, row 1: has no column 'model'"):
        read_table(path)


SCORES = st.dictionaries(
    st.tuples(st.sampled_from(["A", "B 1", "模型", 'q"x', "c,d"]), st.sampled_from(["X", "Y;Z"])),
    st.floats(0, 1),
    min_size=1,
)


@given(SCORES, st.randoms())
@settings(max_examples=60)
def test_any_table_is_read_exactly(tmp_path_factory, scores, chance):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    rows = [(model, benchmark, repr(score)) for (model, benchmark), score in scores.items()]
    chance.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("model", "benchmark", "score"), *rows])
    ledger = read_table(path)
    assert {(r.model, r.benchmark): r.score for r in ledger.results} == scores


def test_import_into_a_store(write, tmp_path):
    store = tmp_path / "store"
    first = import_table(write("model,benchmark,score", "A,Quiz,.5"), store)
    assert first == load(store).id == read_table(tmp_path / "own.csv").id
    import_table(write("model,benchmark,score", "a,Quiz,.75", name="more.csv"), store)
    ledger = load(store)
    assert [(r.model, r.source, r.score) for r in ledger.results] == [
        ("A", "more", 0.75),
        ("A", "own", 0.5),
    ]
    import_table(write("model,benchmark,score", "B,Quiz,.25"), store)
    assert [(r.model, r.source) for r in load(store).results] == [("A", "more"), ("B", "own")]
    assert load(store / first) == load(store / first)


def test_import_on_top_of_the_shipped_ledger(write, tmp_path):
    table = write("model,benchmark,score,weights", "gpt-5,GSM8K,.5,closed", "Mine,GSM8K,.5,open")
    import_table(table, tmp_path / "store", source_id="mine", base="shipped")
    ledger = load(tmp_path / "store")
    assert len(ledger.models) == len(load().models) + 1
    assert {r.model for r in ledger.results if r.source == "mine"} == {"gpt-5", "Mine"}
    wrong = write("model,benchmark,score,weights", "gpt-5,GSM8K,.5,open")
    with pytest.raises(DataError, match="column weights: open, but the ledger has closed"):
        import_table(wrong, tmp_path / "other", base="shipped")
    assert not (tmp_path / "other").exists()


def test_ids_of_sources_are_plain(write):
    table = write("model,benchmark,score", "A,Quiz,.5", name="My Scores (v2).csv")
    assert list(read_table(table).sources) == ["my-scores-v2"]
    assert slug("???") == "table"
    with pytest.raises(DataError, match="write 'a-b'"):
        read_table(table, source_id="A/b")


def test_versions_of_a_model_in_epochs_form(tmp_path):
    """Two versions of one model are two setups, of which a scale takes the best; twice is once."""
    head = "model,benchmark,performance,model_version,date\n"
    rows = ["m,b,0.4,m-low,2025-01-01", "m,b,0.6,m-high,2025-01-01"]
    path = tmp_path / "t.csv"
    path.write_text(head + "\n".join(rows))
    ledger = read_table(path)
    assert {(r.setup, r.score) for r in ledger.results} == {("m-low", 0.4), ("m-high", 0.6)}
    path.write_text(head + "\n".join([*rows, rows[0]]))
    with pytest.raises(DataError, match="row 4"):
        read_table(path)


def test_a_label_that_is_given_is_vouched_for(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("model,benchmark,score,weights\na,x,0.1,open\nb,x,0.2,\n")
    models = read_table(path).models
    assert models["a"].checked
    assert not models["b"].checked
