"""`headway why leverage`, `selection` and `widening` as a person runs them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from headway.publish.table import cells_wide

COMMANDS = ("leverage", "selection", "widening")


@pytest.fixture(scope="module")
def asked(table):
    return lambda name: ("why", name, "--lens", "headway", "--draws", "30", "--data", table)


@pytest.mark.parametrize("name", COMMANDS)
def test_text_json_csv_and_picture(headway, asked, repo: Path, tmp_path: Path, name: str):
    picture = tmp_path / "why.svg"
    text = headway(*asked(name), "--plot", picture)
    assert (text.returncode, text.stderr) == (0, "")
    assert max(map(cells_wide, text.stdout.splitlines())) <= 80
    assert "Snapshot " in text.stdout
    assert "Headway, snapshot " in picture.read_text(encoding="utf-8")
    document = json.loads(headway(*asked(name), "--json").stdout)
    form = json.loads((repo / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(document)
    rows = list(csv.DictReader(io.StringIO(headway(*asked(name), "--csv").stdout)))
    if name == "leverage":
        count = sum(len(x["others"]) for k in ("records", "dates", "labels") for x in document[k])
    elif name == "selection":
        missing = document["missing"]
        count = len(missing["bounds"] + missing["corrected"]) + 3 + 6
    else:
        count = len(document["answers"][0]["slopes"])
    assert len(rows) == count > 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("leverage", "--draws", "5"), "--draws"),
        (("leverage", "--json", "--csv"), "not both"),
        (("leverage", "--lens", "nowhere"), "nowhere"),
        (("selection", "--setup-sd", "0"), "--setup-sd"),
        (("selection", "--plot", "x.docx"), ".svg"),
        (("widening", "--lens", "ihle-public"), "needs abilities"),
        (("widening", "--data", "a.csv", "--ledger", "b"), "not both"),
    ],
    ids=" ".join,
)
def test_a_mistake_gets_one_sentence(headway, words, said: str, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = headway("why", *words)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []
