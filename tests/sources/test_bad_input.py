"""Bad tables: one sentence with file, row, column and fix, and never another kind of error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import DataError
from headway.sources import read_table

if TYPE_CHECKING:
    from headway.ledger import Ledger

HEAD = "model,benchmark,score"
GOOD = f"{HEAD}\nA,Quiz,0.5\nB,Quiz,0.25\n"


def rows(*lines: str, head: str = HEAD) -> bytes:
    return "".join(f"{line}\n" for line in (head, *lines)).encode()


BAD = {
    "empty": (b"", ": empty"),
    "blank": (b" \n\n", ": empty"),
    "header only": (rows(), "has a header but no rows"),
    "latin-1": (rows("A,Q,.1") + "é,Q,.1\n".encode("latin-1"), "row 3: is not UTF-8"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16 text; save it as UTF-8"),
    "utf-16 without mark": (GOOD.encode("utf-16-le"), "row 1: holds a NUL byte"),
    "NUL": (rows("A,Q,.1", "A\x00,R,.1"), "row 3: holds a NUL byte"),
    "semicolons": (GOOD.replace(",", ";").encode(), "row 1: cells are parted by semicolons"),
    "tabs": (GOOD.replace(",", "\t").encode(), "row 1: cells are parted by tabs"),
    "zip": (b"PK\x03\x04" + bytes(range(256)), "export the sheet as CSV"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(99), "unpack it first"),
    "broken parquet": (b"PAR1" + bytes(99) + b"PAR1", "no whole Parquet file"),
    "cut in a row": (rows("A,Q,.1") + b"A,R", "row 3: 2 cells where the header has 3"),
    "cut in quotes": (rows("A,Q,.1") + b'"A,R', "row 3: unexpected end of data; close the quotes"),
    "too many cells": (rows("A,Q,.1,x"), "row 2: 4 cells where the header has 3; quote names"),
    "two columns": (rows("A,A,Q,.1", head="model,model,benchmark,score"), "called 'model'"),
    "no score": (rows("A,Q,.1", head="model,benchmark,points"), "row 1: has no column 'score'"),
    "near column": (rows("A,Q,.1", head="model,benchmark,scores"), "rename 'scores' to it"),
    "other case": (rows("A,Q,.1", head="Model,benchmark,score"), "rename 'Model' to it"),
    "near fact": (rows("A,Q,.1,o", head=f"{HEAD},Weights"), "'Weights' looks like 'weights'"),
    "duplicate": (rows("A,Q,.1", "B,Q,.1", "A,Q,.1"), "row 4, column score: 'A' on 'Q' stands in"),
    "NaN": (rows("A,Q,NaN"), "row 2, column score: 'NaN' is not a finite number"),
    "infinite": (rows("A,Q,-inf"), "row 2, column score: '-inf' is not a finite number"),
    "1e308": (rows("A,Q,1e308"), "row 2, column score: '1e308' is far above 1"),
    "1e999": (rows("A,Q,1e999"), "row 2, column score: '1e999' is not a finite number"),
    "negative": (rows("A,Q,-0.1"), "row 2, column score: '-0.1' is negative"),
    "percent": (rows("A,Q,45", "B,Q,54"), "divide them by 100. (1 more like this.)"),
    "percent sign": (rows("A,Q,45%"), "'45%' is a percentage; divide it by 100"),
    "words": (rows("A,Q,high"), "'high' is not a number"),
    "decimal comma": (rows('A,Q,"0,5"'), "'0,5' is not a number"),
    "python number": (rows("A,Q,0_1"), "'0_1' is not a number"),
    "other digits": (rows("A,Q,٠.٥"), "is not a number"),
    "no number": (rows("A,Q,"), "row 2, column score: is empty"),
    "no model": (rows(",Q,.1"), "row 2, column model: is empty"),
    "no benchmark": (rows("A, ,.1"), "row 2, column benchmark: is empty"),
    "two labels": (
        rows("A,Q,.1,open", "A,R,.1,closed", head=f"{HEAD},weights"),
        "row 3, column weights: closed for 'A', but open in row 2",
    ),
    "two days": (
        rows("A,Q,.1,2024-01-01", "A,R,.1,2024-01-02", head=f"{HEAD},released"),
        "row 3, column released: 2024-01-02 for 'A', but 2024-01-01 in row 2",
    ),
    "two floors": (
        rows("A,Q,.1,.25", "B,Q,.1,.5", head=f"{HEAD},chance"),
        "row 3, column chance: 0.5 for 'Q', but 0.25 in row 2",
    ),
    "label": (rows("A,Q,.1,free", head=f"{HEAD},weights"), "'free' is none of open, closed"),
    "day": (rows("A,Q,.1,1/2/24", head=f"{HEAD},released"), "'1/2/24' is not a day; write it as"),
    "no such day": (rows("A,Q,.1,2024-02-30", head=f"{HEAD},released"), "is not a day"),
    "country": (rows("A,Q,.1,UK", head=f"{HEAD},country"), "'UK' is no two-letter ISO code"),
    "no items": (rows("A,Q,.1,0", head=f"{HEAD},n_items"), "column n_items: '0' must be above 0"),
    "half items": (rows("A,Q,.1,1.5", head=f"{HEAD},n_items"), "'1.5' is not a whole number"),
    "floor": (rows("A,Q,.1,25", head=f"{HEAD},chance"), "'25' is outside 0..1"),
    "floor above top": (rows("A,Q,.1,.5,.4", head=f"{HEAD},chance,ceiling"), "chance 0.5 must be"),
    "weights before": (
        rows("A,Q,.1,2024-02-01,2024-01-01", head=f"{HEAD},released,weights_released"),
        "weights_released is before released|is unknown but",
    ),
    "only the case": (rows("Aa,Q,.1", "aA,Q,.2"), "'aa' names both"),
    "escape": (rows("A\x1b[31m,Q,.1"), "column model: 'A\\x1b[31m' holds a control character"),
    "right to left": (rows("A\u202e,Q,.1"), "holds a control character"),
    "line in a name": (rows('"A\nB",Q,.1'), "row 3, column model: 'A\\nB' holds a control"),
    "formula": (rows("=HYPERLINK(1),Q,.1"), "begins like a formula"),
    "plus formula": (rows("A,+1,.1"), "column benchmark: '+1' begins like a formula"),
    "long name": (rows("A" * 300 + ",Q,.1"), "is 300 characters long; shorten it to 200"),
    "huge cell": (rows("A" * 200_000 + ",Q,.1"), "row 2: field larger than field limit"),
}


@pytest.mark.parametrize("case", BAD)
def test_one_sentence_names_the_place_and_the_fix(tmp_path, case):
    content, words = BAD[case]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_table(path)
    sentence = str(caught.value)
    assert any(part in sentence for part in words.split("|"))
    assert sentence.startswith(str(path))
    assert sentence.endswith((".", ".)"))
    assert "\n" not in sentence
    assert len(sentence) < len(str(path)) + 200


JSON = {
    "no list": ('{"model": "A"}', "write a JSON list with one object"),
    "no rows": ("[]", "has no column|has a header but no rows"),
    "list of lists": ("[[1]]", "write a JSON list with one object"),
    "cut": ('[{"model": "A"', "no whole JSON text"),
    "deep": ("[" * 100_000, "no whole JSON text"),
    "NaN": ('[{"model": "A", "benchmark": "Q", "score": NaN}]', "row 1, column score: 'nan'"),
    "gap": ('[{"model": "A", "benchmark": "Q", "score": null}]', "row 1, column score: is empty"),
    "nested": ('[{"model": "A", "benchmark": "Q", "score": [1]}]', "'[1]' is not a number"),
}


@pytest.mark.parametrize("case", JSON)
def test_bad_json(tmp_path, case):
    text, words = JSON[case]
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert any(part in str(caught.value) for part in words.split("|"))


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataError, match="a folder; give the file"):
        read_table(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path / "a\x00b")
    text = tmp_path / "text.parquet"
    text.write_text(GOOD, encoding="utf-8")
    with pytest.raises(DataError, match=r"no whole Parquet file; .* name it \.csv"):
        read_table(text)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(DataError, match="check its permissions"):
        read_table(path)


def only_data_errors(path: Path) -> Ledger | None:
    """Read the file; anything but a ledger or a sentence fails the test."""
    try:
        return read_table(path)
    except DataError:
        return None


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_junk_gives_a_sentence(tmp_path_factory, junk):
    for name in ("junk.csv", "junk.parquet", "junk.json"):
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(junk)
        assert only_data_errors(path) is None


CELLS = st.sampled_from(
    [
        "A",
        "Q",
        "0.5",
        "1e308",
        "-1",
        "nan",
        "",
        '"',
        "'",
        ",",
        "\n",
        "\r",
        "\t",
        ";",
        "é",
        "=1",
        "\\",
    ]
)


@given(st.lists(CELLS, max_size=20).map("".join))
@settings(max_examples=300)
def test_jumbled_rows_give_a_sentence_or_a_sound_ledger(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "jumble.csv"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8", newline="")
    ledger = only_data_errors(path)
    assert ledger is None or all(0 <= row.score <= 1 for row in ledger.results)


def test_a_file_cut_at_any_byte(tmp_path):
    whole = rows("A 1,Quiz,0.5,2024-01-01", '"B, 2",Quiz,0.25,2024-02-01', head=f"{HEAD},released")
    path = tmp_path / "cut.csv"
    path.write_bytes(whole)
    expected = {(r.model, r.score) for r in read_table(path).results}
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        ledger = only_data_errors(path)
        # Only whole rows are ever taken; a file cut between two rows is a shorter table.
        assert ledger is None or {(r.model, r.score) for r in ledger.results} <= expected


def test_a_parquet_file_cut_at_any_byte(tmp_path):
    import polars as pl

    path = tmp_path / "cut.parquet"
    pl.DataFrame({"model": ["A"] * 2, "benchmark": ["X", "Y"], "score": [0.5, 1]}).write_parquet(
        path
    )
    content = path.read_bytes()
    for end in range(0, len(content), 7):
        path.write_bytes(content[:end])
        assert only_data_errors(path) is None
