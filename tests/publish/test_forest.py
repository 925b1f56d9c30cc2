"""Forest plots of crossed fits and of harnesses."""

from __future__ import annotations

import pytest

from headway.errors import UnknownNameError
from headway.publish.chart import save
from headway.publish.forest import fit_spec, harness_rows, setups_spec

FIT = {
    "formula": "resolved ~ (1|model) + (1|item)",
    "level": 0.9,
    "n_cells": 20,
    "variance": [
        {"term": "model", "sd": 1.0, "low": 0.5, "high": 2.0},
        {"term": "item", "sd": 0.8, "low": 0.0, "high": None},
    ],
    "levels": {
        "model": [
            {"level": f"m{k}", "mode": 0.0, "mean": -k / 10, "sd": 0.1, "low": -9.0, "high": 9.0}
            for k in range(60)
        ],
        "item": [{"level": "i", "mode": 0.0, "mean": 0.0, "sd": 0.5, "low": -1.0, "high": 1.0}],
    },
}


def pair(one, other, group, models, difference, *, ceiling=False):
    ends = {"low": difference - 0.01, "high": difference + 0.03}
    return {
        "one": one, "other": other, "group": group, "models": models, "difference": difference,
        "ceiling": ceiling, **ends,
    }  # fmt: skip


def harness(name, closed, opened, models=()):
    sides = {"closed": closed, "open": opened}
    return {"harness": name, "by_openness": sides, "models": list(models)}


SETUPS = {
    "common": "c",
    "level": 0.9,
    "n_items": 10,
    "models": [{"model": f"m{k}"} for k in range(9)],
    "harnesses": [harness("c", 5, 4), harness("a", 2, 0), harness("b", 1, 1), harness("d", 1, 0)],
    "pairs": [
        pair("a", "c", "closed", ["m0", "m1"], 0.05),
        pair("c", "b", "closed", ["m2"], 0.08),
        pair("d", "c", "closed", ["m3"], 0.0, ceiling=True),
        pair("a", "b", "closed", ["m3"], 0.5),
    ],
}


def test_rows_of_harnesses_are_grouped_and_say_what_is_not_identified():
    rows = harness_rows(SETUPS)
    assert [row["label"] for row in rows] == [
        "a, closed (2)", "b, closed (1)", "d, closed", "a, open", "b, open", "d, open",
    ]  # fmt: skip
    assert rows[0]["value"] == pytest.approx(5)
    assert (rows[0]["low"], rows[0]["high"]) == pytest.approx((4, 8))
    # c less b, turned round
    assert (rows[1]["value"], rows[1]["low"], rows[1]["high"]) == pytest.approx((-8, -11, -7))
    assert rows[2]["note"].startswith("both at the ceiling")
    assert rows[3]["note"] == "not identified: no open model ran in it"
    assert rows[4]["note"] == "not identified: no open model ran in both"
    assert all("value" not in row for row in rows[2:])


def test_few_models_get_a_row_each():
    few = {**SETUPS, "models": [{"model": "m0"}, {"model": "m1"}]}
    few["harnesses"] = [harness("c", 2, 0, ["m0", "m1"]), harness("a", 1, 0, ["m0"])]
    few["pairs"] = [pair("a", "c", "m0", ["m0"], 0.05)]
    rows = harness_rows(few)
    assert [row["label"] for row in rows] == ["a, m0", "a, m1"]
    assert rows[1]["note"] == "not identified: m1 did not run in it"


def test_a_fit_shows_its_sds_and_the_levels_of_one_term():
    spreads, levels = fit_spec(FIT, "data.csv")["vconcat"]
    rows = spreads["data"]["values"]
    assert [row["value"] for row in rows] == [1.0, None]
    assert rows[1]["note"] == "0.00 or more"
    shown = levels["data"]["values"]
    assert len(shown) == 40
    assert "20 in the middle left out" in levels["title"]["text"]
    assert shown[-1]["label"] == "m59"
    # The posterior with its own interval, not the mode with a normal one.
    assert (shown[1]["value"], shown[1]["low"], shown[1]["high"]) == (-0.1, -9.0, 9.0)
    assert fit_spec(FIT, "data.csv", "item")["vconcat"][1]["title"]["text"] == "Levels of item"
    with pytest.raises(UnknownNameError, match="no random effect 'harness'; it has model, item"):
        fit_spec(FIT, "data.csv", "harness")


def test_the_picture_is_drawn(tmp_path):
    pytest.importorskip("vl_convert")
    drawn = save(setups_spec(SETUPS, "data.csv"), tmp_path / "h.svg").read_text(encoding="utf-8")
    for text in ("Harnesses against c", "not identified: no open model ran in it", "a, closed (2)"):
        assert text in drawn
    assert len(setups_spec(SETUPS, "x")["vconcat"]) == 1
