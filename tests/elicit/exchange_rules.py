"""What ATIF and Every Eval Ever ask of a file, by their own field rules.

ATIF: the fields of ``harbor.models.trajectories`` in Harbor 0.26. Every Eval Ever: the fields that
its two schemas of version 0.3.0 require, and what its validator asks beyond them. Both packages
need a newer Python than these tests; what is written was passed through both once, by hand.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

_TRAJECTORY = {
    "schema_version", "session_id", "trajectory_id", "agent", "steps", "notes", "final_metrics",
    "continued_trajectory_ref", "extra", "subagent_trajectories",
}  # fmt: skip
_STEP = {
    "step_id", "timestamp", "source", "model_name", "reasoning_effort", "message",
    "reasoning_content", "tool_calls", "observation", "metrics", "is_copied_context",
    "llm_call_count", "extra",
}  # fmt: skip
_AGENT_ONLY = {"model_name", "reasoning_effort", "reasoning_content", "tool_calls", "metrics"}
_METRICS = {
    "prompt_tokens", "completion_tokens", "cached_tokens", "cost_usd", "prompt_token_ids",
    "completion_token_ids", "logprobs", "extra",
}  # fmt: skip
_FINAL = {
    "total_prompt_tokens", "total_completion_tokens", "total_cached_tokens", "total_cost_usd",
    "total_steps", "extra",
}  # fmt: skip
_UUID4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def check_atif(document: dict[str, Any], *, embedded: bool = False) -> None:
    """Whether a document is a trajectory."""
    assert set(document) <= _TRAJECTORY
    assert document["schema_version"] == "ATIF-v1.7"
    assert isinstance(document["agent"]["name"], str)
    assert isinstance(document["agent"]["version"], str)
    assert set(document["agent"]) <= {"name", "version", "model_name", "tool_definitions", "extra"}
    assert set(document["final_metrics"]) <= _FINAL
    assert document["final_metrics"]["total_steps"] == len(document["steps"]) >= 1
    for number, step in enumerate(document["steps"], start=1):
        assert step["step_id"] == number
        _check_step(step)
    beside = document.get("subagent_trajectories", [])
    assert not (embedded and beside)
    names = [one["trajectory_id"] for one in beside]
    assert len(set(names)) == len(names)
    for one in beside:
        check_atif(one, embedded=True)


def _check_step(step: dict[str, Any]) -> None:
    assert set(step) <= _STEP
    assert step["source"] in {"system", "user", "agent"}
    assert isinstance(step["message"], str)
    assert step["source"] == "agent" or not _AGENT_ONLY & set(step)
    assert dt.datetime.fromisoformat(step["timestamp"]).tzinfo is not None
    calls = step.get("tool_calls", [])
    for call in calls:
        assert set(call) == {"tool_call_id", "function_name", "arguments"}
        assert isinstance(call["arguments"], dict)
    names = {call["tool_call_id"] for call in calls}
    assert len(names) == len(calls)
    for result in step.get("observation", {"results": []})["results"]:
        assert set(result) <= {"source_call_id", "content", "subagent_trajectory_ref", "extra"}
        assert result.get("source_call_id") in {None, *names}
    assert set(step.get("metrics", {})) <= _METRICS


def check_every_eval(folder: Path) -> list[dict[str, Any]]:
    """Whether all files of a folder are evaluations and their samples; the evaluations."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    aggregates = [path for path in files if path.suffix == ".json"]
    assert len(files) == 2 * len(aggregates) > 0
    return [_check_evaluation(folder, path) for path in aggregates]


def _check_evaluation(folder: Path, path: Path) -> dict[str, Any]:
    place = path.relative_to(folder).as_posix()
    assert re.fullmatch(rf"data/[^/]+/[^/]+/[^/]+/{_UUID4}\.json", place)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert set(document) == {
        "schema_version", "evaluation_id", "evaluation_timestamp", "retrieved_timestamp",
        "source_metadata", "eval_library", "model_info", "evaluation_results",
        "detailed_evaluation_results",
    }  # fmt: skip
    assert document["schema_version"] == "0.3.0"
    model, details = document["model_info"], document["model_info"]["additional_details"]
    assert details["deployment_type"] in {"self_deployed", "externally_managed", "unknown"}
    assert details["model_availability"] in {"open_weights", "closed_weights", "unknown"}
    assert all(isinstance(value, str) for value in details.values())
    if "/" in model["id"]:
        assert place.split("/")[2:4] == model["id"].split("/", 1)
    name, rest = document["evaluation_id"].split("/", 1)
    assert name
    assert rest == f"{model['id']}/{document['retrieved_timestamp']}"
    [result] = document["evaluation_results"]
    assert result["source_data"]["source_type"] == "other"
    metric = result["metric_config"]
    score = result["score_details"]["score"]
    assert metric["score_type"] == "continuous"
    assert metric["lower_is_better"] is False
    assert metric["min_score"] <= score <= metric["max_score"]
    _check_samples(folder, place, document, score)
    return document


def _check_samples(folder: Path, place: str, document: dict[str, Any], score: float) -> None:
    held = document["detailed_evaluation_results"]
    assert held["file_path"] == place.removesuffix(".json") + "_samples.jsonl"
    lines = (folder / held["file_path"]).read_text(encoding="utf-8").splitlines()
    samples = [json.loads(line) for line in lines]
    assert held["total_rows"] == len(samples) >= 1
    for sample in samples:
        assert sample["schema_version"] == "0.3.0"
        assert sample["evaluation_id"] == document["evaluation_id"]
        assert sample["model_id"] == document["model_info"]["id"]
        assert sample["interaction_type"] == "agentic"
        assert sample["output"] is None
        assert [m["turn_idx"] for m in sample["messages"]] == list(range(len(sample["messages"])))
        assert sample["evaluation"]["num_turns"] >= 1
        assert all(isinstance(value, str) for value in sample["metadata"].values())
        for message in sample["messages"]:
            for call in message["tool_calls"] or ():
                assert set(call) == {"id", "name", "arguments"}
                assert all(isinstance(value, str) for value in call["arguments"].values())
        usage = sample["token_usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    mean = sum(sample["evaluation"]["score"] for sample in samples) / len(samples)
    assert abs(mean - score) < 1e-12
