"""Curves over spend: real runs with snapshots, what they come to, and the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.elicit.running_tasks import CANARY, asking, calls, play
from tests.elicit.scripted import Turn

from headway.cli import elicit_curve
from headway.elicit.home.curve import Curve, Point, curves, middles
from headway.elicit.record import Ended, Run, Snapshot
from headway.elicit.record.folder import read
from headway.elicit.task import load
from headway.elicit.tokens import Tokens
from headway.errors import RunError
from headway.publish.curve import curve_document, curve_text
from headway.publish.curve_plot import curve_spec

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

# A task with a ladder: each word in `steps` halves what is to be counted; `wrong` spoils it.
TEST = """
steps=$(grep -c step steps)
if grep -q wrong steps; then
  echo '{"reward": 0, "correct": 0}'
else
  echo "{\\"reward\\": 0.$((steps * 3)), \\"correct\\": 1, \\"ratio\\": $((2 ** steps))}"
fi > /logs/verifier/reward.json
"""
LEVELS = (50.0, 150.0, 250.0, 350.0, 450.0)
PROGRAM = asking()


def ladder(*commands: str) -> list[Turn]:
    """Turns of 100 tokens each that write into the file, and one that ends.

    A command waits for the snapshot that its reply brings: what is done in the first moments after
    a reply may be in it or not.
    """
    cost = Tokens(60, 0, 0, 40, 0)
    asked = [calls(PROGRAM, f"sleep 1; {command}") for command in commands]
    return [*(Turn(text="On.", calls=c, tokens=cost) for c in asked), Turn("Done.", tokens=cost)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four runs: three that climb, at different speeds, and one that its budget ends."""
    folder = tmp_path_factory.mktemp("task") / "ladder"
    for name in ("environment/files", "tests"):
        (folder / name).mkdir(parents=True)
    text = '[metadata.headway]\nroot = "host"\n[environment]\nnetwork_mode = "no-network"\n'
    (folder / "task.toml").write_text(text)
    (folder / "instruction.md").write_text("Add steps.\n")
    (folder / "tests/test.sh").write_text(TEST)
    (folder / "environment/files/steps").write_text("")
    task, out = load(folder), tmp_path_factory.mktemp("curve") / "runs"
    scripts = [
        ladder("echo step >> steps", "echo wrong >> steps", "printf 'step\\nstep\\n' > steps"),
        ladder("true", "echo step >> steps", "echo step >> steps"),
        ladder("echo step >> steps", "echo step >> steps", "echo step >> steps"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
        for script in scripts:
            play(out, script, PROGRAM, task, levels=LEVELS)
        play(out, scripts[2][:1], PROGRAM, task, levels=LEVELS, limit=300)
    return out


@pytest.fixture(scope="module")
def runs(made: Path) -> list[Run]:
    return [read(path) for path in sorted(made.iterdir()) if not path.name.startswith(".")]


def points(curve: Curve) -> list[tuple[float, float | None]]:
    return [(point.spent, point.value) for point in curve.points]


def test_a_curve_is_what_the_work_folder_was_worth_at_each_spend(runs: list[Run]):
    """A snapshot is taken when a reply has come, before what it asks for is done."""
    found = {tuple(points(c)) for c in curves(runs) if c.limit > 300}
    assert found == {
        ((100.0, 0.0), (200.0, 0.3), (300.0, 0.0), (400.0, 0.6)),
        ((100.0, 0.0), (200.0, 0.0), (300.0, 0.3), (400.0, 0.6)),
        ((100.0, 0.0), (200.0, 0.3), (300.0, 0.6), (400.0, 0.9)),
    }


def test_snapshots_keep_all_that_the_verifier_told(runs: list[Run]):
    told = [s.rewards for run in runs for s in run.snapshots if s.spent == 200.0]
    assert {"reward": 0.3, "correct": 1, "ratio": 2} in told
    found = {tuple(points(c)) for c in curves(runs, "ratio") if c.limit > 300}
    assert ((100.0, 1.0), (200.0, 2.0), (300.0, None), (400.0, 4.0)) in found


def test_records_of_earlier_versions_are_read():
    """They have snapshots without rewards."""
    old = {"level": 1, "spent": 2, "at": 3, "changed": 0, "score": 0.5, "reason": ""}
    assert Snapshot.model_validate(old).rewards == {}


def test_several_runs_have_a_median_and_the_middle_half(runs: list[Run]):
    found = {m.runs: m for m in middles(curves(runs))}
    assert set(found) == {3}
    bands = [(b.spent, b.n, b.median, b.low, b.high) for b in found[3].bands]
    assert bands == [
        (100.0, 3, 0.0, 0.0, 0.0),
        (200.0, 3, 0.3, pytest.approx(0.15), 0.3),
        (300.0, 3, 0.3, pytest.approx(0.15), pytest.approx(0.45)),
        (400.0, 3, 0.6, 0.6, 0.75),
    ]
    ratios = {b.spent: (b.n, b.median) for b in middles(curves(runs, "ratio"))[0].bands}
    assert ratios[300.0] == (2, 3.0), "what is wrong has no speed-up, and is not among the two"


def a_curve(
    run: str, *pairs: tuple[float, float | None], ended: Ended = "completed", **more: Any
) -> Curve:
    given: dict[str, Any] = {"task": "t", "model": "m", "setup": "s", "unit": "USD", **more}
    given = {
        "status": "partial",
        "findings": (),
        **given,
        "points": tuple(Point(*pair) for pair in pairs),
    }
    return Curve(run, limit=9, ended=ended, **given)


def test_a_run_that_has_ended_goes_on_with_what_it_left():
    short, long = a_curve("a", (1, 0.5)), a_curve("b", (2, 0.1), (4, 0.9))
    (middle,) = middles([short, long])
    assert [(b.spent, b.n, b.median) for b in middle.bands] == [
        (1, 1, 0.5),
        (2, 2, pytest.approx(0.3)),
        (4, 2, pytest.approx(0.7)),
    ]


def test_runs_that_were_tampered_with_are_in_no_median():
    honest = [a_curve("a", (1, 0.5)), a_curve("b", (1, 0.7))]
    tampered = a_curve("c", (1, 1.0), status="tampered")
    assert middles([*honest, tampered]) == middles(honest)
    assert middles([honest[0], tampered]) == ()


def test_runs_of_other_tasks_models_setups_and_units_are_not_mixed():
    kinds = [{}, {"task": "u"}, {"model": "n"}, {"setup": "r"}, {"unit": "seconds"}]
    assert middles([a_curve("a", (1, 0.5), **kind) for kind in kinds]) == ()


def test_the_command_prints_draws_and_keeps_its_form(made: Path, tmp_path: Path, repo: Path):
    picture = tmp_path / "curve.svg"
    document = json.loads(elicit_curve.curve([made], of="ratio", plot=picture, as_json=True))
    form = json.loads((repo / "docs/schema/curve.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(document)
    assert [len(c["points"]) for c in document["curves"]].count(4) == 3
    assert "Times fewer instructions" in picture.read_text(encoding="utf-8")
    text = elicit_curve.curve([made])
    assert "Median of 3 runs" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_number_that_no_run_has_is_refused_by_name(runs: list[Run]):
    with pytest.raises(
        RunError, match=r"number 'speed'; their verifiers tell: correct, ratio, reward"
    ):
        curves(runs, "speed")
    with pytest.raises(RunError, match="No run counts"):
        curves([])


def test_text_says_what_has_no_snapshots_and_what_was_tampered_with():
    found = [a_curve("bare", (3, 0.5)), a_curve("bad", (1, 0.2), (3, 1.0), status="tampered")]
    text = curve_text(curve_document("score", [], found))
    assert "only their end is known: bare" in text
    assert "not in any median: 1" in text


def test_medians_stand_with_and_without_flagged_runs(repo: Path):
    found = [a_curve(name, (1, value)) for name, value in (("a", 0.1), ("b", 0.3))]
    found.append(a_curve("c", (1, 0.9), findings=("too_few_steps",)))
    document = curve_document("score", [], found)
    form = json.loads((repo / "docs/schema/curve.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(json.loads(json.dumps(document)))
    assert document["medians"][0]["bands"][0]["median"] == 0.3
    assert document["flagged"]["runs"] == ["c"]
    assert document["flagged"]["medians"][0]["bands"][0]["median"] == pytest.approx(0.2)
    text = " ".join(curve_text(document).split())
    assert "Without the 1 run in which an audit found something: Median of 2 runs" in text
    assert "An audit found something in: c (too_few_steps)." in text
    assert "flagged" not in curve_document("score", [], found[:2])


def test_a_long_curve_is_thinned_in_text_alone():
    long = a_curve("long", *((k, k / 40) for k in range(1, 41)))
    document = curve_document("score", [], [long])
    assert len(document["curves"][0]["points"]) == 40
    assert "--json has all of them" in curve_text(document)
    assert len(curve_spec(document)["vconcat"]) == 1
