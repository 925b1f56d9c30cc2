"""Harness differences on published data, by the commands and by hand."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from tests.scale.facets.made import made, of_frame

from headway.errors import DataError, ScaleError, UnknownNameError
from headway.scale.facets.pairs import pairs
from headway.scale.facets.setups import compare
from headway.scale.responses import Responses
from headway.sources.responses import read_responses

FULL = "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)"


@pytest.fixture(scope="module")
def openhands(shared: Path, tmp_path_factory) -> Path:
    folder = shared / "data" / "openhands_index"
    runs = pl.read_csv(folder / "runs.csv").select("harness", "model", "openness")
    words = {"open_weights": "open", "closed_api_available": "closed"}
    table = pl.read_csv(folder / "items.csv.gz").join(runs, on=["harness", "model"])
    path = tmp_path_factory.mktemp("openhands") / "responses.csv"
    table.with_columns(pl.col("openness").replace(words)).rename({"item_id": "item"}).write_csv(
        path
    )
    return path


@pytest.fixture(scope="module")
def bench_fast(shared: Path) -> pl.DataFrame:
    folder = shared / "data" / "harness_bench_fast"
    runs = pl.read_csv(folder / "runs.csv").filter(pl.col("full"))
    runs = runs.filter(pl.col("model_mapped").is_in(["gigachat-3.5", "kimi-k3"]))
    return (
        pl.read_csv(folder / "items.csv.gz")
        .join(runs, on="run")
        .select(
            pl.col("model_mapped").alias("model"),
            pl.col("harness_mapped").alias("harness"),
            pl.col("task_set_version").alias("benchmark"),
            "run",
            (pl.col("task_set_version") + "/" + pl.col("item_id")).alias("item"),
            pl.col("passed").alias("successes"),
        )
    )


@pytest.fixture(scope="module")
def openhands_setups(openhands, headway):
    text = headway("setups", openhands)
    assert text.returncode == 0, text.stderr
    run = headway("setups", openhands, "--json")
    return text.stdout, json.loads(run.stdout)


def test_openhands_says_nothing_of_open_models(openhands_setups):
    text, document = openhands_setups
    sentence = (
        "Harnesses acp-claude, acp-codex, acp-gemini and openhands_subagents ran only closed "
        "models: nothing is known of what they do for open ones."
    )
    assert sentence in document["cautions"]
    assert sentence in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert document["common"] == "openhands"
    pooled = [p for p in document["pairs"] if p["group"] in {"open", "closed"}]
    assert {p["group"] for p in pooled} == {"closed"}
    assert {(p["one"], len(p["models"])) for p in pooled if p["other"] == "openhands"} == {
        ("acp-claude", 3),
        ("acp-codex", 2),
        ("acp-gemini", 2),
        ("openhands_subagents", 2),
    }


def test_setups_print_the_shape_of_their_schema(openhands_setups, repo):
    schema = json.loads((repo / "docs" / "schema" / "setups.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(openhands_setups[1], schema)


def test_openhands_effects_are_uncertain_though_their_sd_is_at_zero(openhands_setups):
    text, document = openhands_setups
    assert next(v["sd"] for v in document["variance"] if v["term"] == "harness") < 0.02
    assert "is not told from zero" in text
    for row in document["harnesses"]:
        assert 0.1 < row["high"] - row["low"] < 1
        assert row["low"] < 0 < row["high"]


def test_openhands_paired_differences_are_those_of_the_table(openhands_setups, openhands):
    document = openhands_setups[1]
    table = pl.read_csv(openhands).drop_nulls("resolved").filter(pl.col("model") == "GPT-5.4")
    wide = table.pivot(on="harness", index=["benchmark", "item"], values="resolved").drop_nulls()
    gaps = (wide["acp-codex"] - wide["openhands"]).to_numpy()
    pair = next(p for p in document["pairs"] if p["group"] == "GPT-5.4")
    assert pair["items"] == len(gaps)
    assert pair["difference"] == pytest.approx(gaps.mean(), abs=1e-12)
    rng = np.random.default_rng(0)
    means = rng.choice(gaps, (4000, len(gaps))).mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    assert (pair["low"], pair["high"]) == pytest.approx((low, high), abs=0.002)


def test_openhands_shares_are_those_observed_where_a_model_ran(openhands_setups, openhands):
    table = pl.read_csv(openhands).drop_nulls("resolved").filter(pl.col("harness") == "openhands")
    seen = (
        table.group_by("model")
        .agg(pl.col("resolved").mean(), pl.len())
        .rows_by_key("model", unique=True)
    )
    for row in openhands_setups[1]["models"]:
        share, items = seen[row["model"]]
        if items > 1200:  # of 1,216
            assert row["common"] == pytest.approx(share, abs=0.015)
        assert row["common_low"] < row["common"] < row["common_high"]
        assert row["best"] >= row["common"] - 1e-12
    # Run mostly on the easier benchmarks, so its share of what it ran is too kind.
    assert seen["Nemotron-3-Nano"] == (pytest.approx(0.273, abs=0.001), 740)
    assert any(
        "Nemotron-3-Nano (740) ran on less than 90% of the 1,216 items" in text
        for text in openhands_setups[1]["cautions"]
    )
    own = {row["model"]: row["own_harness"] for row in openhands_setups[1]["models"]}
    assert own["GPT-5.4"] == "acp-codex"
    assert own["claude-opus-4-8"] is None


def test_a_profile_stands_above_the_noise_of_runs(bench_fast):
    found = pairs(of_frame(bench_fast), 0.9)
    pair = next(
        p for p in found if p.group == "gigachat-3.5" and p.one == "deepagents+gigachat_profile"
        and p.other == "deepagents"
    )  # fmt: skip
    assert [run.count for run in pair.runs] == [8, 7]
    # 257 to 278 of 313 with the profile, 238 to 248 without.
    assert 0.05 < pair.low < pair.difference < pair.high < 0.11
    assert all(0.008 < run.sd < 0.03 for run in pair.runs)
    assert pair.stands


def test_runs_of_one_setup_do_not_stand_above_their_own_noise(bench_fast):
    """Half of the plain runs against the other half: nothing but noise."""
    plain = bench_fast.filter(
        (pl.col("harness") == "deepagents") & (pl.col("benchmark") == "0.9.0")
    )
    names = sorted(plain["run"].unique())
    half = pl.col("run").is_in(names[::2])
    split = plain.with_columns(
        pl.when(half).then(pl.lit("even")).otherwise(pl.lit("odd")).alias("harness")
    )
    (pair,) = [p for p in pairs(of_frame(split), 0.9) if p.group == "gigachat-3.5"]
    assert pair.repeated
    assert not pair.stands
    assert pair.low < 0 < pair.high


def test_a_ceiling_is_no_harness_effect(bench_fast):
    found = compare(of_frame(bench_fast.filter(pl.col("benchmark") == "0.13.0")))
    pair = next(p for p in found.pairs if p.group == "kimi-k3")
    assert pair.ceiling
    assert not next(p for p in found.pairs if p.group == "gigachat-3.5").ceiling
    from headway.publish.setups import setups_document, setups_text

    document = setups_document(found)
    (sentence,) = [text for text in document["sentences"] if "ceiling" in text]
    assert sentence.startswith("kimi-k3 solves 98.3% in kimi_cli and 96.6% in deepagents")
    table = setups_text(document).split("against deepagents")[1].split("common")[0]
    assert "kimi_cli" not in table


def test_a_model_that_never_ran_in_the_common_harness_has_a_wide_interval():
    data = made(11, models=8, harnesses=3, items=30, missing=0.0)
    keep = ~((data.model == 0) & (data.labels["harness"][1] != 1))
    levels, code = data.labels["harness"]
    part = Responses(
        data.models, data.items, *(x[keep] for x in (data.model, data.item)),
        data.successes[keep], data.trials[keep], {"harness": (levels, code[keep])},
    )  # fmt: skip
    found = compare(part, common="h0")
    width = {s.model: s.common.high - s.common.low for s in found.standings}
    ran = {s.model: s.common.ran for s in found.standings}
    assert not ran["m0"]
    assert sum(ran.values()) == 7
    assert width["m0"] > 1.5 * np.median(list(width.values()))
    with pytest.raises(UnknownNameError, match="No harness is called 'h9'; did you mean"):
        compare(part, common="h9")


def test_developers_come_from_columns_first():
    data = made(12, models=3, harnesses=2, items=10, missing=0.0)
    maker = (("A", "B"), np.where(data.model == 0, 0, 1))
    home = (("A", "C"), data.labels["harness"][1])
    labels = {**data.labels, "developer": maker, "harness_developer": home}
    counts = data.successes, data.trials
    found = compare(Responses(data.models, data.items, data.model, data.item, *counts, labels))
    own = {s.model: s.own.harness if s.own else None for s in found.standings}
    assert own == {"m0": "h0", "m1": None, "m2": None}


@pytest.mark.parametrize(
    ("labels", "says"),
    [({}, "no column 'harness'"), ({"harness": ["x"] * 4}, "one harness")],
)
def test_without_harnesses_there_is_nothing_to_compare(labels, says):
    columns = {"model": list("aabb"), "item": list("1212"), "successes": [1, 0, 0, 1], **labels}
    with pytest.raises(ScaleError, match=says):
        compare(Responses.build(columns))


def test_fit_prints_the_shape_of_its_schema(terminal_bench, tmp_path, headway, repo):
    path = tmp_path / "tb.csv"
    terminal_bench.write_csv(path)
    run = headway("fit", path, "--formula", FULL, "--json")
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    schema = json.loads((repo / "docs" / "schema" / "fit.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert document["loglik"] == pytest.approx(-8788.0, abs=0.2)
    assert document["intercept"] == document["fixed"][0]["value"]
    assert [v["term"] for v in document["variance"]] == [
        "model", "harness", "model:harness", "item",
    ]  # fmt: skip
    assert len(document["levels"]["model:harness"]) == 79
    text = headway("fit", path, "--formula", FULL).stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "log-likelihood −8788.0 from 6,952 cells" in text
    table = headway("fit", path, "--formula", FULL, "--csv").stdout.splitlines()
    assert len(list(csv.DictReader(table))) == 27 + 16 + 79 + 88


GOOD = "model,harness,item,successes,trials\na,h,1,1,2\nb,h,1,0,2\na,h,2,2,2\nb,h,2,1,2\n"


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (GOOD, ("--formula", "resolved ~ (1|modle)"), "did you mean 'model'"),
        (GOOD, ("--formula", "resolved"), "no '~'"),
        (GOOD, ("--level", "2"), "between 0 and 1"),
        (GOOD, ("--json", "--csv"), "not both"),
        (GOOD.replace("2,2,2", "2,3,2"), (), "more successes than trials"),
        (GOOD.replace("2,2,2", "2,-1,2"), (), "negative"),
        (GOOD.replace("2,2,2", "2,x,2"), (), "row 4, column successes"),
        (GOOD.replace("successes", "succeses"), (), "is it the one called 'succeses'"),
        (GOOD.replace("harness", "resolved"), (), "two columns mean 'successes'"),
        ("model,item,successes\n", (), "no rows"),
        ("model,item,successes\na,1,\n", (), "no row has an outcome"),
        ("model,item,successes,weight\na,1,1,-1\nb,1,0,1\na,2,0,1\n", (), "give 0 or more"),
        ("model,item,successes,weight\na,1,1,0\nb,1,0,0\na,2,0,0\n", (), "no cells to fit"),
        ("model,item,successes\na,1,1\n", (), "Every attempt succeeded"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(content, options, says, tmp_path, headway):
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    run = headway("fit", path, *options)
    assert run.returncode == 2
    assert says in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert not run.stdout


def test_responses_are_read_with_their_labels(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "model,benchmark,item,resolved,weights,budget,cost\n"
        "a,x,1,true,open,10,9\nb,x,1,0,closed,,9\nb,y,1,,closed,20,9\nb,y,-2,1,closed,20,9\n",
        encoding="utf-8",
    )
    read = read_responses(path)
    assert read.left_out == 1
    assert {name: values.to_list() for name, values in read.columns.items()} == {
        "model": ["a", "b", "b"],
        "benchmark": ["x", "x", "y"],
        "item": ["x/1", "x/1", "y/-2"],
        "successes": [1, 0, 1],
        "openness": ["open", "closed", "closed"],
        "budget": [10, None, 20],
        "trials": [1, 1, 1],
    }
    built = Responses.build(read.columns)
    assert math.isnan(built.numbers["budget"][1])
    with pytest.raises(DataError, match="no such file"):
        read_responses(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("model,item,harness,successes\na,1,h,1\na,1,g,0\n", (), "Nothing can be compared"),
        ("model,item,harness,successes\na,1,h,1\nb,1,h,0\n", (), "one harness"),
        (GOOD.replace("b,h", "b,g"), ("--harness", "hh"), "did you mean 'h'"),
        (GOOD.replace("b,h", "b,g"), ("--plot", "x.gif"), "A plot ends in"),
        (GOOD.replace("a,h,1", "a,h,2"), (), "stands twice"),
    ],
)
def test_setups_of_bad_input_are_one_sentence(content, options, says, tmp_path, headway):
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    run = headway("setups", path, *options)
    assert run.returncode == 2
    assert says in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


def test_a_harness_of_weight_zero_never_ran(tmp_path, headway):
    lines = [
        f"{m},{h},{j},{(k + j) % 3},2,{int(h != 'z')}"
        for k, m in enumerate("abc")
        for h in "xyz"
        for j in range(8)
    ]
    path = tmp_path / "data.csv"
    text = "\n".join(["model,harness,item,successes,trials,weight", *lines, ""])
    path.write_text(text, encoding="utf-8")
    plot = tmp_path / "plot.svg"
    run = headway("setups", path, "--json", "--plot", plot)
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    assert {h["harness"] for h in document["harnesses"]} == {"x", "y"}
    assert "24 cells of weight 0: left out." in document["cautions"]
    assert plot.read_text(encoding="utf-8").startswith("<svg")
