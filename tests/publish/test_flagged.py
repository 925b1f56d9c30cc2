"""Every answer from responses stands with flagged rows and without them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest

from headway.cli.app import app

COMMANDS = {
    "fit": ("fit", "--formula", "resolved ~ (1|model) + (1|item)"),
    "setups": ("setups",),
    "diagnose": ("diagnose",),
    "predict": ("predict", "--model", "m3"),
    "items": ("scale", "--scale", "rasch", "--data"),
    "domains": ("scale", "--scale", "rasch", "--domains", "benchmark", "--data"),
    "pooled": ("scale", "--scale", "pooled", "--data"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Six models in two harnesses on forty items; of the best one some successes are flagged."""
    rng = np.random.default_rng(5)
    model, item, harness = (a.ravel() for a in np.meshgrid(range(6), range(40), range(2)))
    hard = rng.normal(size=40)
    won = rng.random(len(model)) < 1 / (1 + np.exp(hard[item] - 0.6 * (model - 2.5)))
    table = pl.DataFrame(
        {
            "model": [f"m{k}" for k in model],
            "benchmark": [f"b{k % 2}" for k in item],
            "item": [f"i{k}" for k in item],
            "harness": [f"h{k}" for k in harness],
            "successes": won.astype(int),
            "trials": 1,
        }
    )
    flagged = won & (model == 5) & (item % 3 == 0)
    table = table.with_columns(
        findings=pl.Series(["edit_tests;early_exit" if bad else None for bad in flagged])
    )
    folder = tmp_path_factory.mktemp("flagged")
    table.write_csv(folder / "all.csv")
    table.filter(~pl.Series(flagged)).write_csv(folder / "rest.csv")
    return folder / "all.csv", folder / "rest.csv"


def said(name: str, path: Path, *more: str) -> str:
    """What a command prints of a file."""
    words = list(COMMANDS[name])
    words.insert(len(words) if words[-1] == "--data" else 1, str(path))
    return str(app([*words, *more]))


@pytest.mark.parametrize("name", COMMANDS)
def test_both_answers_are_given(tables: tuple[Path, Path], repo: Path, name: str) -> None:
    whole, rest = tables
    document = json.loads(said(name, whole, "--json"))
    form = json.loads((repo / f"docs/schema/{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(document)
    flagged = document.pop("flagged")
    rows = pl.read_csv(whole)["findings"].is_not_null().sum()
    assert flagged["rows"] == rows > 5
    assert flagged["by_kind"] == {"early_exit": rows, "edit_tests": rows}
    alone = json.loads(said(name, rest, "--json"))
    assert flagged["without"] == alone
    assert alone != document
    text = " ".join(said(name, whole).split())
    assert (
        f"In {rows} rows an audit found something (early_exit {rows}, edit_tests {rows})." in text
    )
    assert "Without them:" in text
