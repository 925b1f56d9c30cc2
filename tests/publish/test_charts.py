"""Pictures: what they show, where labels stand, and how they are written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.errors import DataError
from headway.publish.axes import HEIGHT, WIDTH, Axes, FrontierData
from headway.publish.chart import check_path, save
from headway.publish.frontier import frontier_spec
from headway.publish.labels import Label, place
from headway.publish.ranking import scale_spec


def model(name: str, day: str, ability: float, group: str, *, record: bool = True) -> dict:
    bounds = {"low": ability - 1, "high": ability + 1}
    return {
        "name": name,
        "date": day,
        "ability": ability,
        "group": group,
        "record": record,
        **bounds,
    }


DATA = FrontierData(
    title="Open models are 7.0 months behind closed ones",
    subtitle="90% interval 5.0 to 7.0",
    leaders="closed models",
    followers="open models",
    unit="ECI",
    models=(
        model("First", "2024-01-01", 100, "leaders"),
        model("Second", "2024-08-01", 120, "leaders"),
        model("Weak", "2024-09-01", 90, "leaders", record=False),
        model("Follow", "2024-07-01", 101, "followers"),
    ),
    bands=(
        {"date": "2024-01-01", "group": "leaders", "low": 98, "median": 100, "high": 102},
        {"date": "2024-07-01", "group": "followers", "low": 99, "median": 101, "high": 103},
    ),
    pairs=(
        {
            "leader": "First",
            "follower": "Follow",
            "level": 100,
            "leader_date": "2024-01-01",
            "follower_date": "2024-07-01",
            "months": 5.98,
        },
    ),
    start="2024-01-01",
    end="2025-01-01",
    since="2024-01-01",
    snapshot="0123456789ab",
)


def texts(spec: dict) -> str:
    return json.dumps(spec)


def test_the_picture_says_the_answer_the_names_and_the_source():
    shown = texts(frontier_spec(DATA))
    for wanted in (
        "7.0 months behind",
        "5.0 to 7.0",
        "First",
        "Follow",
        "0123456789ab",
        "CC BY 4.0",
    ):
        assert wanted in shown


def test_the_window_is_marked_only_if_it_is_a_part():
    assert "from here on" not in texts(frontier_spec(DATA))
    assert "from here on" in texts(frontier_spec(replace(DATA, since="2024-06-01")))


def test_the_months_of_a_pair_stand_on_its_connector():
    # The leader's own step hides a connector until its next record, here after the match.
    assert "6.0 mo" not in texts(frontier_spec(DATA))
    early = model("Third", "2024-02-01", 110, "leaders")
    shown = frontier_spec(replace(DATA, models=(*DATA.models, early)))
    months = [layer for layer in shown["layer"] if "6.0 mo" in texts(layer)]
    place_y = months[0]["encoding"]["y"]["value"]
    assert place_y == pytest.approx(Axes.of(DATA).y(100), abs=0.1)


def test_axes_hold_every_record_and_end_after_the_last_day():
    axes = Axes.of(DATA)
    for row in DATA.models:
        if row["record"]:
            assert 0 <= axes.x(row["date"]) <= WIDTH
            assert 0 <= axes.y(row["ability"]) <= HEIGHT
    assert axes.x("2024-01-01") == 0
    assert axes.x(DATA.end) < WIDTH


@pytest.mark.parametrize("ending", [".svg", ".pdf"])
def test_a_picture_without_any_pair_or_follower_is_drawn(tmp_path: Path, ending: str):
    data = replace(DATA, models=DATA.models[:1], bands=(), pairs=())
    assert save(frontier_spec(data), tmp_path / f"x{ending}").stat().st_size > 1000


def test_names_are_escaped_in_svg_and_html(tmp_path: Path):
    bad = "<script>alert(1)</script>"
    data = replace(DATA, models=(model(bad, "2024-01-01", 100, "leaders"), *DATA.models[1:]))
    for ending in (".svg", ".html"):
        path = save(frontier_spec(data), tmp_path / f"x{ending}")
        assert bad not in path.read_text(encoding="utf-8")


def test_a_failed_picture_leaves_the_old_one(tmp_path: Path):
    path = tmp_path / "x.svg"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match=r"\S"):
        save({"mark": "no such mark"}, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["x.docx", "x", "nowhere/x.svg"])
def test_an_unusable_path_is_refused_before_any_work(tmp_path: Path, name: str):
    with pytest.raises(DataError):
        check_path(tmp_path / name)


def test_the_ranking_shows_forty_models_in_order():
    rows = [
        {"name": f"m{k}", "value": 100.0 - k, "low": None, "high": None, "weights": "open"}
        for k in range(50)
    ]
    document = {
        "models": rows,
        "unit": "ECI",
        "scale": "eci",
        "n_models": 50,
        "n_scores": 300,
        "level": 0.9,
        "snapshot": "0123456789ab",
    }
    values = scale_spec(document)["data"]["values"]
    assert [row["name"] for row in values] == [f"m{k}" for k in range(40)]
    assert len({row["label"] for row in values}) == 40


BOXES = st.builds(
    Label,
    text=st.text("abc", min_size=1, max_size=20),
    x=st.floats(-50, 850),
    y=st.floats(-50, 500),
    colour=st.just("black"),
    align=st.sampled_from(["left", "center", "right"]),
)


@given(st.lists(BOXES, max_size=30))
def test_labels_never_overlap(labels):
    kept = [label.box for label in place(labels, WIDTH, HEIGHT)]
    for k, a in enumerate(kept):
        for b in kept[:k]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
