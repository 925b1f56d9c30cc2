"""Responses: the quick reader of clean files and the one that goes row by row say the same."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.errors import DataError, ScaleError
from headway.scale.responses import Responses
from headway.sources import responses
from headway.sources.clean import clean_columns
from headway.sources.responses import read_responses

HEAD = "model,benchmark,item,resolved,trials,weights,budget,cost"
CLEAN = "a,x,1,true,1,open,10,9\n b ,x,1,0,2,closed,,9\nb,y,1,,,,,9\nb,y,2,1.0,3,closed,2e1,9\n"


def columns(path):
    table = read_responses(path)
    return table.left_out, {name: values.to_list() for name, values in table.columns.items()}


def row_by_row(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(responses, "clean_columns", lambda *_: None)
        return columns(path)


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(f"{HEAD}\n{CLEAN}", encoding="utf-8")
    return path


def quick(path):
    known = {name: name for name in responses._KNOWN} | responses._OTHER_NAMES
    return clean_columns(path, known, {"successes", "trials", "budget", "weight"}, {"model"})


def test_both_readers_agree_on_a_clean_file(csv, monkeypatch):
    assert quick(csv) is not None
    left_out, found = columns(csv)
    assert (left_out, found) == row_by_row(csv, monkeypatch)
    assert left_out == 1
    assert found == {
        "model": ["a", "b", "b"],
        "benchmark": ["x", "x", "y"],
        "item": ["x/1", "x/1", "y/2"],
        "successes": [1, 0, 1],
        "trials": [1, 2, 3],
        "openness": ["open", "closed", "closed"],
        "budget": [10, None, 20],
    }


def test_parquet_and_json_hold_the_same(csv, tmp_path, monkeypatch):
    frame = pl.read_csv(csv).with_columns(pl.col("resolved").str.replace("true", "1").cast(float))
    path = tmp_path / "data.parquet"
    frame.with_columns(pl.col("model").cast(pl.Categorical)).write_parquet(path)
    assert quick(path) is not None
    assert columns(path) == columns(csv)
    assert columns(path) == row_by_row(path, monkeypatch)
    other = tmp_path / "data.json"
    other.write_text(json.dumps(frame.to_dicts()), encoding="utf-8")
    assert columns(other) == columns(csv)


@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(
                ["a", "b", " a", "-b", "=1", "=", "é", "a,b", "'", '"a"', "\u200b", ""]
            ),
            st.sampled_from(["1", "01", "x y", "1;2", "", "i\t"]),
            st.sampled_from(["1", "0", "True", "", "inf", "nan", "1_0", "x", "0.5", " 1 "]),
            st.sampled_from(["1", "2", "", "-1", "1e400"]),
            st.sampled_from(["", "h", "h ", " "]),
        ),
        max_size=4,
    ),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n,,,,\n", ",\n", ",,,,,\n"]),
)
def test_both_readers_agree_on_any_file(tmp_path_factory, cells, end):
    path = tmp_path_factory.mktemp("any") / "data.csv"
    lines = ["model,item,successes,trials,harness", *map(",".join, cells)]
    path.write_bytes(end.join([*lines, ""]).encode())
    with pytest.MonkeyPatch.context() as patch:
        try:
            one = columns(path)
        except DataError as error:
            one = str(error)
        try:
            other = row_by_row(path, patch)
        except DataError as error:
            other = str(error)
    assert repr(one) == repr(other)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,x,1,2\na,x,0,2\n", "'a' on item 'x' stands twice with different counts"),
        ("a,x,1,2\nb,x,3,2\n", "'b' on item 'x' has more successes than trials"),
        ("a,x,0,0\n", "no row has a trial"),
    ],
)
def test_what_only_all_rows_together_tell(tmp_path, rows, says):
    path = tmp_path / "data.csv"
    path.write_text(f"model,item,successes,trials\n{rows}", encoding="utf-8")
    with pytest.raises(ScaleError, match=says):
        Responses.build(read_responses(path).columns)
