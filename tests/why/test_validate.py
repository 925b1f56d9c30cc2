"""Held out in time, and the command that tells of it."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta

import jsonschema
import numpy as np
import pytest
from tests.why.conftest import few

from headway.errors import UnknownNameError
from headway.lens.evidence import select
from headway.publish.validate import validate_rows
from headway.publish.validate_plot import validate_spec
from headway.why.foresee import foresee
from headway.why.later import _split, later_models
from headway.why.validate import validate
from headway.why.value import Asker


@pytest.fixture(scope="module")
def found(own):
    return validate(few("headway"), own, ("eci",), folds=5, own=True)


def test_later_models_are_tied_by_the_stated_number_of_scores(own):
    table = select(few("headway"), own, own=True).table
    days = {m.name: m.released for m in own.models.values()}
    day = np.array([days[name].toordinal() for name in table.models])
    origin = date(2025, 7, 1)
    split = _split(table, day, origin, 3, 0)
    of_cell = day[table.model]
    new = np.unique(table.model[split.asked])
    assert len(new) == 6
    for model in new:
        known = (table.model == model) & ~split.held
        assert known.sum() == 3
        assert origin < date.fromordinal(int(day[model])) <= origin + timedelta(days=184)
    assert split.held[split.asked].all()
    assert not split.held[of_cell <= origin.toordinal()].any()
    # What came after the half-year is not known either.
    assert split.held[of_cell > (origin + timedelta(days=184)).toordinal()].all()


def test_later_models_are_predicted(own):
    selection = select(few("headway"), own, own=True)
    days = [m.released for m in selection.models]
    rows = later_models(selection.table, days, ("eci",), last=selection.as_of)
    at = {(r.name, r.ties): r for r in rows}
    assert {ties for _, ties in at} == {3, 4}
    for ties in (3, 4):
        assert at["eci", ties].rmse < at["additive-scores", ties].rmse
        assert at["eci", ties].n_scores == sum(n for _, n, _ in at["eci", ties].by_origin)


def test_the_gap_of_a_past_day_is_that_of_the_lens_as_of_it(own):
    lens = few("headway")
    last = select(lens, own, own=True).as_of
    found = foresee(lens, own, last, own=True)
    asker = Asker(own=True)
    told = [o for o in found.origins if o.then is not None]
    assert told
    for origin in told[-2:]:
        value = asker.value(lens.model_copy(update={"as_of": origin.day}), own)
        assert origin.then == pytest.approx(value.middle, abs=1e-6)
    assert found.origins[-1].then == pytest.approx(found.origins[-1].now, abs=1e-6)
    by_day = {o.day: o for o in found.origins}
    days = sorted(by_day)
    for early, late in zip(days, days[2:], strict=False):
        assert by_day[early].ahead == by_day[late].then


def test_a_scale_without_predictions_is_refused(own):
    with pytest.raises(UnknownNameError, match="these can: eci, rasch"):
        validate(few("headway"), own, ("pooled",), own=True)


def test_a_table_without_dates_is_checked_on_scores_alone(tmp_path, table, headway, repo):
    path = tmp_path / "plain.csv"
    with table.open(encoding="utf-8", newline="") as file, path.open("w", newline="") as out:
        rows = [{k: r[k] for k in ("model", "benchmark", "score")} for r in csv.DictReader(file)]
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    ran = headway("why", "validate", "--data", path, "--scale", "rasch", "--folds", 5, "--json")
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    check(document, repo)
    assert document["gap"] is None
    assert document["later"] == []
    assert "No model has a release date" in " ".join(document["cautions"])


def test_the_command_in_all_its_forms(headway, table, tmp_path, repo, found):
    given = ("why", "validate", "--data", table, "--scale", "eci", "--folds", 5)
    plot = tmp_path / "v.svg"
    told = headway(*given, "--plot", plot)
    assert told.returncode == 0, told.stderr
    assert "Hide a score" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert "points of 100" in plot.read_text(encoding="utf-8")
    document = json.loads(headway(*given, "--json").stdout)
    check(document, repo)
    assert document["methods"][0]["rmse"] == pytest.approx(found.cells.methods[0].rmse, abs=1e-6)
    rows = validate_rows(document)
    assert [r["name"] for r in rows] == [m["name"] for m in document["methods"]]
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert json.dumps(validate_spec(document), allow_nan=False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("--scale", "pooled"), "cannot be checked"), (("--folds", "2"), "too few")],
)
def test_mistakes_end_in_one_sentence(headway, table, words, sentence):
    ran = headway("why", "validate", "--data", table, *words)
    assert ran.returncode == 2
    assert sentence in " ".join(ran.stderr.split())


def check(document, repo):
    text = (repo / "docs" / "schema" / "validate.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(json.loads(text)).validate(document)
