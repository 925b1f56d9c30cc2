"""Runs brought home: responses that can be fitted, trajectories and results that others read."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.elicit.exchange_rules import check_atif, check_every_eval
from tests.elicit.running_tasks import CANARY, asking, own, play, shell, solving, spending
from tests.elicit.scripted import WHOLE, Call, Turn
from tests.elicit.test_record import made
from tests.elicit.test_transcript import FORMATS, line

from headway.elicit.home.atif import atif
from headway.elicit.home.brought import bring
from headway.elicit.home.responses import Rules, outcome, rows
from headway.elicit.profile import Prompts
from headway.elicit.record import Finding, ModelUsed, SetupUsed, TaskUsed, Verdict
from headway.elicit.record.schema import schema
from headway.elicit.run.plan import Named
from headway.elicit.task import find
from headway.elicit.transcript import Trajectory, entries, parse, steps
from headway.elicit.transcript.trajectory import document
from headway.errors import RunError
from headway.ledger.exporting import write_rows
from headway.scale.responses import Responses
from headway.sources.responses import read_responses

Program = Callable[..., subprocess.CompletedProcess[str]]
linux = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten real runs: two harnesses, two prompts, two tasks, and four ways to end."""
    os.environ["HEADWAY_SCRIPTED_KEY"] = CANARY
    out = tmp_path_factory.mktemp("home") / "runs"
    loop, small = own("standard"), asking()
    brief = {"prompts": Prompts(addition="Be brief."), "named": Named(prompts="brief")}
    for more in ({}, {}, brief):
        play(out, solving(loop), loop, **more)
        play(out, solving(loop), loop, find("word"), **more)
    play(out, solving(small), small)
    play(out, spending(small, "true"), small, limit=250)
    play(out, (), shell("true"))
    play(out, solving(small), small, profile={"name": "gpt-5.5"})
    del os.environ["HEADWAY_SCRIPTED_KEY"]
    return out


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@linux
def test_runs_become_responses_that_are_fitted(headway: Program, runs: Path, tmp_path, repo: Path):
    done = headway("import", runs, "--out", tmp_path / "r.csv", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    form = json.loads((repo / "docs/schema/import.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(told)
    assert (told["runs"], told["responses"]) == (10, 9)
    assert told["by_status"] == {"solved": 5, "unsolved": 4, "missing": 1}
    assert told["by_end"] == {"budget": 1, "completed": 8, "harness_error": 1}
    assert [m["run"] for m in told["missing"]] == [
        one for one in sorted(path.name for path in runs.iterdir()) if "small" in one and
        json.loads((runs / one / "run.json").read_text())["replies"] == 0
    ]  # fmt: skip
    held = table(tmp_path / "r.csv")
    assert len(held) == 10
    # One whole run is the attempts of one number of a model in a setup.
    assert len({row["setup"] for row in held if row["harness"] == "standard"}) == 2
    assert len({row["run"] for row in held if row["harness"] == "standard"}) == 3
    assert {row["prompts"] for row in held} == {"harness", "brief"}
    first = next(row for row in held if row["status"] == "solved" and row["harness"] == "standard")
    assert (first["item"], first["successes"], first["trials"]) == ("headway/lines", "1", "1")
    assert (first["uncached_input"], first["visible_output"], first["reasoning"]) == (
        "250",
        "47",
        "7",
    )
    known = next(row for row in held if row["model"] == "gpt-5.5")
    assert (known["openness"], known["developer"]) == ("closed", "OpenAI")
    formula = "resolved ~ (1|item) + (1|harness) + (1|prompts)"
    fitted = headway("fit", tmp_path / "r.csv", "--formula", formula, "--json")
    assert fitted.returncode == 0, fitted.stderr
    assert json.loads(fitted.stdout)["n_cells"] == 9


@linux
def test_the_table_is_the_same_in_every_form(headway: Program, runs: Path, tmp_path: Path):
    found = rows(bring([runs]), Rules(benchmark="smoke"))
    read = {}
    for name in ("r.csv", "r.parquet", "r.json"):
        table_ = read_responses(write_rows(found, tmp_path / name, list(found[0])))
        assert table_.left_out == 1
        read[name] = {key: values.to_list() for key, values in table_.columns.items()}
    assert read["r.csv"] == read["r.parquet"] == read["r.json"]
    assert {"prompts", "setup", "run", "budget", "openness", "developer"} <= set(read["r.csv"])
    # Attempts that only their labels tell apart are added up, not taken for one.
    scaled = headway("scale", "--scale", "rasch", "--data", tmp_path / "r.parquet", "--json")
    document = json.loads(scaled.stdout)
    assert [item["item"] for item in document["items"]] == ["headway/lines", "headway/word"]
    assert read_counts(tmp_path / "r.csv") == {"headway/lines": (5, 6), "headway/word": (0, 3)}
    setups = headway("setups", tmp_path / "r.csv")
    assert "small" in setups.stdout, setups.stderr


def read_counts(path: Path) -> dict[str, tuple[int, int]]:
    """Successes and trials of each item, as the item scales count them."""
    held = read_responses(path).columns
    cells = Responses.build({k: v for k, v in held.items() if k != "weight"}).by_cell()
    out: dict[str, tuple[int, int]] = {}
    for k, name in enumerate(cells.items):
        here = cells.item == k
        out[name] = (int(cells.successes[here].sum()), int(cells.trials[here].sum()))
    return out


@pytest.mark.parametrize(
    ("changes", "rules", "told"),
    [
        ({}, {}, (1, 1)),
        ({"score": 0.0}, {}, (0, 1)),
        ({"score": 0.6}, {}, (0, 1)),
        ({"score": 0.6}, {"threshold": 0.5}, (1, 1)),
        ({"score": 0.5}, {"threshold": 0.5}, (1, 1)),
        ({"score": None}, {}, None),
        ({"ended": "budget"}, {}, (1, 1)),
        ({"ended": "timeout", "score": 0.0}, {}, (0, 1)),
        ({"ended": "refused", "score": 0.0}, {}, (0, 1)),
        ({"ended": "infra_error"}, {}, None),
        ({"ended": "harness_error"}, {}, (1, 1)),
        ({"ended": "harness_error"}, {"harness_errors": "missing"}, None),
        ({"ended": "harness_error", "replies": 0}, {}, None),
        ({"replies": 0}, {}, None),
        ({"rewards": {"reward": 1.0, "passed": 8, "cases": 10}}, {}, (1, 1)),
        ({"rewards": {"reward": 1.0, "passed": 8, "cases": 10}}, {"cases": True}, (8, 10)),
        ({"rewards": {"reward": 1.0, "passed": 8.5, "cases": 10}}, {"cases": True}, (1, 1)),
        ({"rewards": {"reward": 1.0, "passed": 11, "cases": 10}}, {"cases": True}, (1, 1)),
        ({"rewards": {"reward": 1.0, "passed": 0, "cases": 0}}, {"cases": True}, (1, 1)),
        ({"findings": "tampers"}, {}, (0, 1)),
        ({"findings": "tampers", "score": None}, {"cases": True}, (0, 1)),
        ({"findings": "looks"}, {}, (1, 1)),
    ],
)
def test_a_run_becomes_successes_of_trials(changes: dict, rules: dict, told):
    found = dict(changes)
    if "rewards" in found:
        found["verifier"] = Verdict(score=1.0, reason="", rewards=found.pop("rewards"))
    if kind := found.pop("findings", None):
        tampers = kind == "tampers"
        found["findings"] = (Finding(kind=kind, tampers=tampers, where="x", evidence="y"),)
    assert outcome(made(**found), Rules(**rules)) == told


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1])
def test_a_threshold_that_says_nothing_is_refused(threshold: float):
    with pytest.raises(RunError, match="must be above 0 and at most 1"):
        Rules(threshold)


def written(out: Path, **changes: Any) -> Path:
    """The folder of a run, as one is left."""
    from headway.elicit.record.folder import drafted, finish

    run = made(**changes)
    with drafted(out, run.id) as draft:
        (draft / "note").write_text("as written", encoding="utf-8")
        return finish(draft, run)


def test_setups_are_one_if_all_that_makes_them_is_the_same(tmp_path: Path):
    model = made().model
    changed = {"a": "f" * 64}
    for name, changes in {
        "same-1": {},
        "task": {"task": TaskUsed(name="headway/word", digest="e" * 64, tests_digest="b" * 64)},
        "attempt-2": {"attempt": 2},
        "ran": {"model": ModelUsed(**{**model.model_dump(), "ran": {"other": 1}})},
        "prompts": {"setup": SetupUsed(prompts="brief", prompts_digest=changed["a"])},
        "effort": {"setup": SetupUsed(effort="high")},
        "sampling": {"model": ModelUsed(**{**model.model_dump(), "sampling": "profile"})},
        "seed": {"setup": SetupUsed(seed=3)},
    }.items():
        written(tmp_path, id=name, **changes)
    found = {row["id"]: row for row in rows(bring([tmp_path]), Rules())}
    setups = {name: row["setup"] for name, row in found.items()}
    assert setups["same-1"] == setups["task"] == setups["attempt-2"] == setups["ran"]
    assert setups["seed"] == setups["same-1"]
    others = {setups[name] for name in ("same-1", "prompts", "effort", "sampling")}
    assert len(others) == 4
    assert setups["prompts"].startswith("h+brief-")
    assert found["same-1"]["run"] == found["task"]["run"] != found["attempt-2"]["run"]
    assert found["seed"]["run"] != found["same-1"]["run"]


def test_two_versions_of_a_task_are_two_items(tmp_path: Path):
    written(tmp_path, id="one")
    other = TaskUsed(name="headway/lines", digest="f" * 64, tests_digest="b" * 64)
    written(tmp_path, id="two", task=other)
    assert [row["item"] for row in rows(bring([tmp_path]), Rules())] == [
        "headway/lines@aaaaaa",
        "headway/lines@ffffff",
    ]


def test_what_is_no_run_or_not_as_written_is_said(headway: Program, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="holds no finished run"):
        bring([tmp_path / "empty"])
    with pytest.raises(RunError, match="is no folder"):
        bring([tmp_path / "nothing"])
    place = written(tmp_path / "runs", id="lines-m-h-1")
    shutil.copytree(place, tmp_path / "copy" / place.name)
    brought = bring([tmp_path / "runs", tmp_path / "copy"])
    assert (len(brought.runs), len(brought.again)) == (1, 1)
    written(tmp_path / "other", id="lines-m-h-1", score=0.0)
    with pytest.raises(RunError, match="two different runs of one name"):
        bring([tmp_path / "runs", tmp_path / "other"])
    (place / "note").write_text("another", encoding="utf-8")
    out = tmp_path / "r.csv"
    done = headway("import", tmp_path / "runs", "--out", out)
    assert done.returncode == 2
    assert "note is not as it was when the run ended" in " ".join(done.stderr.split())
    assert not out.exists()
    assert headway("import", tmp_path / "runs", "--out", out, "--keep-altered").returncode == 0
    assert table(out)[0]["flags"] == "altered"
    done = headway("import", tmp_path / "copy", "--out", tmp_path / "r.xls")
    assert (done.returncode, (tmp_path / "r.xls").exists()) == (2, False)


# Trajectories.


def second(format_: str, reply: dict[str, Any]) -> dict[str, Any]:
    """The next request of a harness: what came back, and the result of the call in it."""
    if format_ == "messages":
        result = {"type": "tool_result", "tool_use_id": "call_scripted", "content": "14"}
        say = [{"role": "assistant", "content": reply["content"]},
               {"role": "user", "content": [result]}]  # fmt: skip
        return {"messages": [{"role": "user", "content": "Count."}, *say]}
    if format_ == "chat":
        result = {"role": "tool", "tool_call_id": "call_scripted", "content": "14"}
        told = [reply["choices"][0]["message"], result]
        return {"messages": [{"role": "user", "content": "Count."}, *told]}
    if format_ == "responses":
        result = {"type": "function_call_output", "call_id": "call_scripted", "output": "14"}
        return {"input": [{"role": "user", "content": "Count."}, *reply["output"], result]}
    result = {"functionResponse": {"name": "bash", "response": 14}}
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "Count."}]},
            reply["candidates"][0]["content"],
            {"role": "user", "parts": [result]},
        ]
    }


def first(format_: str) -> dict[str, Any]:
    if format_ == "responses":
        return {"input": "Count."}
    if format_ == "gemini":
        return {"contents": [{"role": "user", "parts": [{"text": "Count."}]}]}
    return {"messages": [{"role": "user", "content": "Count."}]}


def trajectory(*lines: dict[str, Any]) -> Trajectory:
    run = made()
    return Trajectory(run.id, run.started, tuple(entries(steps(map(parse, lines)), run.started)))


@pytest.mark.parametrize("format_", FORMATS)
def test_one_trajectory_whatever_the_wire_format(format_: str):
    turn = Turn(
        text="I look.",
        reasoning="Where?",
        calls=(Call("bash", {"command": "wc"}, id="call_scripted"),),
    )
    whole = WHOLE[format_](turn)
    told = trajectory(
        line(format_, first(format_), json.dumps(whole)),
        line(format_, second(format_, whole), json.dumps(WHOLE[format_](Turn("14."))), exchange=2),
    )
    found = atif(made(), told)
    assert found is not None
    check_atif(found)
    user, called, done = found["steps"]
    assert (user["source"], user["message"]) == ("user", "Count.")
    assert (called["message"], called["reasoning_content"]) == ("I look.", "Where?")
    [call], [result] = called["tool_calls"], called["observation"]["results"]
    assert (call["function_name"], call["arguments"]) == ("bash", {"command": "wc"})
    assert result == {"source_call_id": call["tool_call_id"], "content": "14"}
    assert done["message"] == "14."


def test_side_conversations_and_examples_are_not_the_models_words():
    example = [
        {"role": "user", "content": "Try."},
        {"role": "assistant", "content": "I tried."},
        {"role": "user", "content": "Count."},
    ]
    said = json.dumps(WHOLE["chat"](Turn("14.")))
    told = trajectory(
        line("chat", {"messages": [{"role": "user", "content": "A title, please."}]}, said),
        line("chat", {"messages": example}, said, exchange=2),
        line("chat", {"messages": [*example, {"role": "assistant", "content": "14."},
                                   {"role": "user", "content": "Sure?"}]}, said, exchange=3),
    )  # fmt: skip
    found = atif(made(), told)
    assert found is not None
    check_atif(found)
    assert [step["message"] for step in found["steps"]] == [
        "Try.", "I tried.", "Count.", "14.", "Sure?", "14.",
    ]  # fmt: skip
    copied = [step.get("is_copied_context", False) for step in found["steps"]]
    assert copied == [False, True, False, False, False, False]
    [title] = found["subagent_trajectories"]
    assert [step["message"] for step in title["steps"]] == ["A title, please.", "14."]
    assert title["trajectory_id"] != found["trajectory_id"]


def test_results_in_order_where_the_wire_names_no_calls():
    calls = [{"functionCall": {"name": "bash", "args": {"command": c}}} for c in ("a", "b")]
    reply = {"candidates": [{"content": {"role": "model", "parts": calls}}]}
    results = [{"functionResponse": {"name": "bash", "response": r}} for r in ("1", "2", "3")]
    asked = first("gemini")["contents"]
    told = trajectory(
        line("gemini", {"contents": asked}, json.dumps(reply)),
        line("gemini", {"contents": [*asked, reply["candidates"][0]["content"],
                                     {"role": "user", "parts": results}]}, "{}", exchange=2),
    )  # fmt: skip
    found = atif(made(), told)
    assert found is not None
    check_atif(found)
    step = found["steps"][1]
    names = [call["tool_call_id"] for call in step["tool_calls"]]
    held = [result.get("source_call_id") for result in step["observation"]["results"]]
    assert held == [*names, None]


def test_halves_of_characters_and_names_that_lead_out_do_no_harm(tmp_path: Path):
    said = WHOLE["chat"](Turn("x \ud800", calls=(Call("bash", {"command": "\udfff"}),)))
    body = {"messages": [{"role": "user", "content": "\ud83d"}]}
    told = trajectory(line("chat", body, json.dumps(said)))
    found = atif(made(), told)
    assert found is not None
    assert found["steps"][1]["message"] == "x \ud800"
    assert json.dumps(document(told)).isascii()
    place = written(tmp_path, id="plain")
    record = place / "run.json"
    record.write_text(record.read_text("utf-8").replace('"plain"', '"../../out"'), "utf-8")
    with pytest.raises(RunError, match="is no plain name"):
        bring([place])


def test_nothing_asked_is_no_trajectory():
    assert atif(made(), trajectory()) is None


@linux
def test_real_runs_as_atif(headway: Program, runs: Path, tmp_path: Path, repo: Path):
    out = tmp_path / "atif"
    done = headway("elicit", "export", runs, "--to", "atif", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    form = json.loads((repo / "docs/schema/export.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(form).validate(told)
    assert (len(told["files"]), len(told["left_out"])) == (9, 1)
    for name in told["files"]:
        document = json.loads((out / name).read_text(encoding="utf-8"))
        check_atif(document)
        run = json.loads((runs / document["session_id"] / "run.json").read_text(encoding="utf-8"))
        tokens = run["spending"]["tokens"]
        kinds = ("uncached_input", "cache_read", "cache_write")
        assert document["final_metrics"]["total_prompt_tokens"] == sum(tokens[k] for k in kinds)
        assert document["extra"]["headway"]["status"] == run["status"]
        assert CANARY not in (out / name).read_text(encoding="utf-8")
    again = headway("elicit", "export", runs, "--to", "atif", "--out", out)
    assert again.returncode == 2
    assert "is there already" in " ".join(again.stderr.split())


@linux
def test_real_runs_as_every_eval_ever(headway: Program, runs: Path, tmp_path: Path):
    out = tmp_path / "every"
    words = ("--to", "every-eval-ever", "--out", out, "--name", "smoke", "--organization", "Lab")
    done = headway("elicit", "export", runs, *words)
    assert done.returncode == 0, done.stderr
    found = check_every_eval(out)
    lines = (out / found[0]["detailed_evaluation_results"]["file_path"]).read_text("utf-8")
    first = json.loads(lines.splitlines()[0])
    task = find(first["sample_id"].rpartition("/")[2])
    assert first["input"]["raw"] == task.instruction
    assert first["sample_hash"] == hashlib.sha256(task.instruction.encode()).hexdigest()
    # The loop with two prompts, the small harness with two budgets, and another model in it.
    assert len(found) == 5
    loop = next(d for d in found if d["detailed_evaluation_results"]["total_rows"] == 4)
    score = loop["evaluation_results"][0]["score_details"]
    # Lines solved twice, word never: by hand, tasks are clusters of two.
    assert score["score"] == 0.5
    error = score["uncertainty"]["standard_error"]
    assert error["value"] == pytest.approx((2 / 1 * (1 + 1)) ** 0.5 / 4)
    known = next(d for d in found if d["model_info"]["name"] == "gpt-5.5")
    assert known["model_info"]["id"].startswith("OpenAI/")
    assert known["model_info"]["additional_details"]["model_availability"] == "closed_weights"


@linux
def test_the_trajectory_has_the_agreed_shape(headway: Program, runs: Path, repo: Path):
    form = json.loads((repo / "docs/schema/trajectory.json").read_text(encoding="utf-8"))
    assert form == schema("trajectory"), "out of date: python docs/write_schema.py"
    place = next(path for path in sorted(runs.iterdir()) if "standard" in path.name)
    document = json.loads(headway("elicit", "show", place, "--trajectory", "--json").stdout)
    jsonschema.Draft202012Validator(form).validate(document)
    assert [entry["number"] for entry in document["entries"]] == [1, 2]
    call = document["entries"][0]["reply"]["turn"]["parts"][-1]
    assert (call["kind"], call["name"], call["id"]) == ("call", "bash", "call_1_0")
    page = headway("elicit", "show", place, "--trajectory").stdout
    assert page.startswith("[1] at ")
    assert "  | I count." in page
