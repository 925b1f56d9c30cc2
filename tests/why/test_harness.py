"""Does the gap change with the harness: planted changes come back, what cannot be seen is said."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
from tests.pages import same_page

from headway.why.contrast import contrast
from headway.why.harness import find
from headway.why.known import known
from headway.why.power import Components, cheapest, half_width, plans
from headway.why.settings import Rules, settings_of


def rules(owners):
    return Rules(
        frozenset(["std"]),
        owners,
        lambda m: m.split("-")[0],
        lambda m: "open" if m.startswith("o") else "closed",
    )


def world(seed, *, change=0.0, models=6, items=80, sides=("o", "c"), day=None):
    """Tidy rows: own harnesses add ``change`` logits to closed models, and luck of their own."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(0, 1.5, items)
    rows = []
    for side in sides:
        for k in range(models):
            theta = rng.normal(0, 0.8)
            for harness in ("std", f"own {side}{k}"):
                own = harness != "std"
                eta = theta + rng.normal(0, 0.3) + own * (0.2 + change * (side == "c")) - hard
                won = rng.random(items) < 1 / (1 + np.exp(-eta))
                date = day(own) if day else None
                rows += [
                    (f"{side}{k}-m", str(j), harness, float(w), 1.0, None, date)
                    for j, w in enumerate(won)
                ]
    names = ("model", "item", "harness", "successes", "trials", "openness", "date")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    owners = {f"own {s}{k}": f"{s}{k}" for s in sides for k in range(models)}
    return settings_of(columns, rules(owners))


def test_a_planted_change_comes_back_and_none_does_not():
    planted = find("planted", world(3, change=2.0, models=10)).changes[0]
    assert planted.gap is not None
    assert planted.gap.low > 0
    assert planted.reason == ""
    assert planted.logits is not None
    assert planted.logits.change.low < 2.0 < planted.logits.change.high
    none = find("none", world(3, models=10)).changes[0]
    assert none.gap is not None
    assert none.gap.low < 0 < none.gap.high


@pytest.mark.parametrize("models", [3, 8])
def test_intervals_cover_the_change_of_the_gap(models):
    """400 worlds of shares in which models and items are drawn; 90% should hold the truth."""
    hits = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        shared = rng.normal(0, 0.25, (2, 60))
        sides = [
            true + rng.normal(0, 0.07, (models, 1)) + shared[k] + rng.normal(0, 0.5, (models, 60))
            for k, true in enumerate((0.10, 0.04))
        ]
        found = contrast(sides)
        hits += found.low <= 0.06 <= found.high
    # Three standard errors of a share of 400 are 4.5 points.
    assert 0.855 <= hits / 400 <= 0.985


def test_one_harness_for_closed_models_alone_is_refused_in_words():
    settings = [
        s for s in world(1) if not (s.model.startswith("o") and s.harness.startswith("own"))
    ]
    change = find("one-sided", settings).changes[0]
    assert change.gap is None
    assert change.logits is None
    assert change.closed is not None
    assert change.reason == (
        "No open model ran in its developer's own harness: the change of the gap is not identified."
    )


def test_a_harness_that_always_came_later_is_said_to_be_confounded_with_time():
    late = find("late", world(2, day=lambda own: "2026-06-01" if own else "2026-01-01"))
    assert late.pattern == "time"
    assert late.changes[0].later == pytest.approx(151 / (365.2425 / 12))
    same = find("same", world(2, day=lambda own: "2026-01-01"))
    assert same.pattern != "time"


def test_by_hand():
    gain = np.array([[0.0, 1.0], [1.0, 1.0]])
    found = contrast([gain])
    assert found.value == 0.75
    # Between models .125/2; items .125² · 2 · 2/1; cells the same without the factor.
    assert (found.high - 0.75) / 6.313751514675 == pytest.approx(
        np.sqrt(0.0625 + 4 * 0.125**2 - 2 * 0.125**2), rel=1e-6
    )


def test_labels_beside_the_ledger_name_their_source_and_repeat_nothing_of_it():
    page = tomllib.loads(files("headway.why").joinpath("harness.toml").read_text("utf-8"))
    alone = replace(known(), openness={})
    assert {name for name in page["openness"] if alone.weights(name)} == set()
    assert all(len(entry) == 2 and all(entry) for entry in page["openness"].values())
    assert {label for label, _ in page["openness"].values()} == {"open", "closed"}


def test_the_ledger_comes_first_and_unknown_stays_unknown():
    assert known().weights("kimi-k3") == "open"
    assert known().weights("GPT-5.2") == "closed"
    assert known().weights("gigachat-3.5") is None
    # Names of models that the ledger has by version: all versions are labelled alike.
    assert known().weights("GPT-4o") == known().weights("Gemini 2.5 Pro") == "closed"
    assert known().weights("Kimi K2") == "open"
    assert known().maker("something else") is None


def test_the_expected_width_is_that_of_simulated_designs():
    parts = Components(harness=0.24, model_harness=0.33, item=2.2, slope=0.127)
    widths = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        hard, sides = rng.normal(0, 2.2, 200), []
        for _ in range(2):
            eta = -1.25 - hard + rng.normal(0, 0.33, (8, 1))
            other = eta + rng.normal(0, np.hypot(0.24, 0.33), (8, 1))
            low, high = (rng.random(e.shape) < 1 / (1 + np.exp(-e)) for e in (eta, other))
            sides.append(high.astype(float) - low)
        found = contrast(sides)
        widths.append((found.high - found.low) / 2)
    # One draw of the model's own fit to each harness, not two: σ_mh counts once here.
    expected = half_width(Components(0.24, 0.33 / np.sqrt(2), 2.2, 0.127), 8, 1, 200)
    assert np.mean(widths) == pytest.approx(expected, rel=0.2)
    best = cheapest(plans(parts), 0.08)
    assert best is not None
    assert best.half <= 0.08
    assert cheapest(plans(parts), 1e-6) is None


def test_the_command_on_a_file(headway, tmp_path, repo):
    path = tmp_path / "runs.csv"
    lines = ["model,item,harness,successes,trials,openness,developer,harness_developer,date"]
    for m, side in (("a", "open"), ("b", "closed"), ("c", "open"), ("d", "closed")):
        for h, who in (("plain", ""), (f"tool {m}", m)):
            lines += [
                f"{m},{j},{h},{(j + len(who)) % 3 % 2},1,{side},{m},{who},2026-01-01"
                for j in range(30)
            ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = headway("why", "harness", path, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    schema = json.loads((repo / "docs" / "schema" / "harness.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    own = document["sets"][0]["changes"][0]
    assert own["gap"]["value"] == pytest.approx(0.0)
    assert [p["model"] for p in own["pairs"]] == ["a", "b", "c", "d"]
    wrong = headway("why", "harness", path, "--standard", "plan")
    assert wrong.returncode == 2
    assert "no harness is called 'plan'" in " ".join(wrong.stderr.split())


@pytest.mark.slow
def test_the_page_is_that_of_the_program(shared, repo):
    from headway.publish.harness import harness_document
    from headway.publish.harness_page import harness_page
    from headway.why.answer import from_shared

    page = (repo / "docs" / "harness.md").read_text(encoding="utf-8")
    made = harness_page(harness_document(from_shared(shared)))
    same_page(made, page, "docs/harness.md is out of date: headway why harness --page writes it")
