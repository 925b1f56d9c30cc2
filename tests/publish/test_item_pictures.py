"""Pictures and texts of item scales: maps, residuals, lists, reports, predictions."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from tests.scale.diagnose.made import made

from headway.publish.chart import save
from headway.publish.diagnose import diagnose_document
from headway.publish.diagnosis import diagnose_text, sentences
from headway.publish.heatmap import BINS, MOST_MODELS, heat_rows, heat_spec
from headway.publish.item_map import BINS as MAP_BINS
from headway.publish.item_map import histogram, map_spec, spread_out
from headway.publish.items import items_document
from headway.scale.diagnose import diagnose
from headway.scale.items import rasch_items


def written(r, path: Path) -> Path:
    columns = {
        "model": [r.models[k] for k in r.model],
        "item": [r.items[k] for k in r.item],
        "successes": r.successes,
        "trials": r.trials,
    }
    for name, (levels, code) in r.labels.items():
        columns[name] = [levels[k] for k in code]
    pl.DataFrame(columns).write_csv(path)
    return path


def spoil(eta, rng):
    eta[2] = 0.0
    eta[1::2, :3] -= 3.0
    return eta


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    labels = {"benchmark": lambda m, j: "old" if j < 40 else "new"}
    r = made(1, 24, 100, missing=0.1, trials=3, spoil=spoil, labels=labels)
    return written(r, tmp_path_factory.mktemp("items") / "runs.csv")


@pytest.fixture(scope="module")
def found():
    r = made(1, 24, 100, missing=0.1, trials=3, spoil=spoil)
    return r, diagnose(rasch_items(r, draws=2), r, by=["openness"])


def valid(repo: Path, name: str, text: str):
    schema = json.loads((repo / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    document = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


# --- documents and texts


def test_the_report_says_what_was_planted(found):
    _, it = found
    document = diagnose_document(it)
    text = " ".join(sentences(document))
    assert "of 100 items are not the same for openness open" in text or (
        "items of 100 are not the same for openness open at equal ability" in text
    )
    assert "Models are told apart well" in text
    lines = diagnose_text(document)
    assert max(map(len, lines.splitlines())) <= 80
    assert "m002" in lines.split("worst-fitting models")[1].splitlines()[1]


def test_commands_give_what_their_schemas_say(headway, data, repo, tmp_path):
    run = headway("diagnose", data, "--scale", "rasch", "--by", "openness", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    document = valid(repo, "diagnose", run.stdout)
    assert (document["n_models"], document["n_items"]) == (24, 100)
    run = headway(
        "predict", data, "--scale", "rasch", "--model", "m003", "--width", "0.1", "--json"
    )
    assert (run.returncode, run.stderr) == (0, "")
    document = valid(repo, "predict", run.stdout)
    assert [row["benchmark"] for row in document["benchmarks"]] == ["new", "old"]
    run = headway("scale", "--scale", "rasch", "--data", data, "--items", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    document = valid(repo, "items", run.stdout)
    assert {"infit", "outfit", "cells"} <= set(document["items"][0])


def test_csv_has_a_row_an_item(headway, data):
    for words in (
        ("diagnose", data, "--scale", "rasch", "--csv"),
        ("predict", data, "--scale", "rasch", "--model", "m003", "--csv"),
        ("scale", "--scale", "rasch", "--data", data, "--items", "--csv"),
    ):
        run = headway(*words)
        assert (run.returncode, run.stderr) == (0, "")
        assert len(run.stdout.strip().splitlines()) == 101, words


def test_texts_read_true_and_pictures_are_drawn(headway, data, tmp_path):
    heat, chart = tmp_path / "heat.svg", tmp_path / "map.svg"
    run = headway("diagnose", data, "--scale", "rasch", "--plot", heat)
    assert (run.returncode, run.stderr) == (0, "")
    assert "ability and difficulty" in heat.read_text(encoding="utf-8")
    run = headway("scale", "--scale", "rasch", "--data", data, "--items", "--plot", chart)
    assert (run.returncode, run.stderr) == (0, "")
    assert "difficulty" in run.stdout.splitlines()[0]
    assert "what the items ask" in chart.read_text(encoding="utf-8")
    words = ("predict", data, "--scale", "rasch", "--model", "m003")
    run = headway(*words, "--benchmark", "new", "--width", "0.2", "--against", "m004")
    assert (run.returncode, run.stderr) == (0, "")
    assert "of 60 items of new" in run.stdout
    assert "The interval of the difference of m003 and m004" in " ".join(run.stdout.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("predict", "DATA", "--model", "m0003"), "the nearest are m003"),
        (("predict", "DATA", "--model", "m003", "--benchmark", "x"), "there are: new, old"),
        (("diagnose", "DATA", "--by", "harness"), "no label 'harness'"),
        (("diagnose", "DATA", "--plot", "x.gif"), "A plot ends in"),
        (("scale", "--items"), "Items are listed of responses"),
    ],
)
def test_mistakes_are_one_sentence(headway, data, words, says):
    run = headway(*[data if word == "DATA" else word for word in words])
    assert run.returncode == 2
    assert says in " ".join(run.stderr.split())


# --- pictures


def test_the_heat_map_is_ordered_and_says_what_a_column_is(found):
    r, it = found
    rows, models, columns, what = heat_rows(it.look, r)
    assert what == "item"
    ability = dict(zip(it.look.scale.models, it.look.scale.ability, strict=True))
    assert [ability[m] for m in models] == sorted(ability.values(), reverse=True)
    b = dict(zip(it.look.scale.items, it.look.scale.b, strict=True))
    assert [b[i] for i in columns] == sorted(b.values())
    assert len(rows) == r.n_cells
    planted = [row["residual"] for row in rows if row["column"] in r.items[:3]]
    assert max(map(abs, planted)) > 2


def test_many_items_and_models_are_gathered():
    labels = {"benchmark": lambda m, j: f"b{j % 3}"}
    for names, width in (({}, BINS), (labels, 3)):
        r = made(2, 70, 240, labels=names)
        look = diagnose(rasch_items(r, draws=2), r).look
        rows, models, columns, _ = heat_rows(look, r)
        assert (len(models), len(columns)) == (MOST_MODELS, width)
        z = np.array([row["residual"] for row in rows])
        assert 0.6 < z.std() < 1.3
    assert "60 of 70 models" in json.dumps(heat_spec(look, r))


def test_the_map_holds_every_item_and_the_first_and_last_model(tmp_path):
    r = made(3, 60, 80)
    document = items_document(rasch_items(r, draws=2))
    spec = map_spec(document)
    models, items = spec["vconcat"]
    assert len(models["data"]["values"]) == 40
    assert models["data"]["values"][0]["name"] == document["models"][0]["name"]
    assert models["data"]["values"][-1]["name"] == document["models"][-1]["name"]
    assert sum(bar["items"] for bar in items["data"]["values"]) == 80
    path = save(spec, tmp_path / "map.svg")
    assert path.stat().st_size > 1000


def test_bars_gather_what_lies_beyond_the_ends():
    bars = histogram([-99.0, 0.0, 99.0], -1, 1)
    assert [bar["items"] for bar in bars] == [1, 1, 1]
    assert bars[0]["from"] == -1
    assert bars[-1]["to"] == pytest.approx(1)
    assert len(histogram(list(np.linspace(-1, 1, 1000)), -1, 1)) == MAP_BINS
    assert [r["k"] for r in spread_out([{"k": k} for k in range(101)], 5)] == [0, 25, 50, 75, 100]
