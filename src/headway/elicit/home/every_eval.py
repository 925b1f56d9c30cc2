"""Runs as evaluation results in the schema of Every Eval Ever, version 0.3.0.

Written by the fields of ``eval.schema.json`` and ``instance_level_eval.schema.json`` of the package
every-eval-ever 0.3.0 (PyPI; github.com/evaleval/every_eval_ever) and by what its validator asks of
paths, companions and scores. One evaluation is a model in a setup over tasks; a sample is a run.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from headway.elicit.home.responses import known
from headway.elicit.home.samples import sample
from headway.elicit.home.setups import setup_of
from headway.elicit.record import Run
from headway.elicit.run.opened import Opened

__all__ = ["VERSION", "About", "Evaluation", "evaluations"]

VERSION = "0.3.0"
_METRIC = "headway.mean_score"
_DESCRIPTION = (
    "Mean over runs of the verifier's score (0 to 1, pristine tests in a fresh sandbox). A run "
    "that was tampered with is 0; runs that failed for a server or the machine, without a reply or "
    "without a score are missing and left out."
)


@dataclass(frozen=True, slots=True)
class About:
    """What the runs do not say: what the tasks are called together, who ran them, and the time."""

    name: str
    organization: str
    now: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: the path of its file, and that and the file of samples as JSON."""

    path: str
    document: dict[str, Any]
    samples: str


def evaluations(opened: Sequence[Opened], about: About) -> tuple[list[Evaluation], list[Run]]:
    """All runs as evaluations, one for each model in each setup; and the runs that are missing."""
    groups: dict[tuple[str, str], list[Opened]] = {}
    missing = []
    for one in opened:
        if _score(one.run) is None or not any(e.reply for e in one.entries()):
            missing.append(one.run)
        else:
            groups.setdefault((one.run.model.profile, setup_of(one.run)), []).append(one)
    return [_evaluation(held, setup, about) for (_, setup), held in sorted(groups.items())], missing


def _score(run: Run) -> float | None:
    if run.status == "tampered":
        return 0.0
    return run.score if run.counts else None


def _evaluation(held: list[Opened], setup: str, about: About) -> Evaluation:
    runs = [one.run for one in held]
    model = _model(runs[0])
    developer, _, name = model["id"].rpartition("/")
    place = f"data/{_part(about.name)}/{_part(developer or 'unknown')}/{_part(name)}/{_uuid(runs)}"
    evaluation = f"{about.name}@{setup}/{model['id']}/{about.now}"
    shared = {
        "schema_version": VERSION,
        "evaluation_id": evaluation,
        "model_id": model["id"],
        "evaluation_name": about.name,
        "evaluation_result_id": _METRIC,
    }
    lines = [json.dumps({**shared, **sample(one, _score(one.run) or 0.0)}) for one in held]
    samples = "".join(f"{line}\n" for line in lines)
    document = {
        "schema_version": VERSION,
        "evaluation_id": evaluation,
        "evaluation_timestamp": min(run.started for run in runs).isoformat(),
        "retrieved_timestamp": str(about.now),
        "source_metadata": {
            "source_name": "Headway",
            "source_type": "evaluation_run",
            "source_organization_name": about.organization,
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "headway", "version": runs[0].versions.get("headway", "unknown")},
        "model_info": model,
        "evaluation_results": [_result(runs, setup, about)],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": f"{place}_samples.jsonl",
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(samples.encode()).hexdigest(),
            "total_rows": len(lines),
        },
    }
    return Evaluation(f"{place}.json", document, samples)


def _model(run: Run) -> dict[str, Any]:
    """The model by the id that its repository has, as far as that is known."""
    of = known(run.model.profile)
    developer, asked = of["developer"], run.model.asked
    availability = {"open": "open_weights", "closed": "closed_weights"}
    return {
        "name": run.model.profile,
        "id": asked if "/" in asked or developer is None else f"{developer}/{asked}",
        **({"developer": developer} if developer else {}),
        "additional_details": {
            # Records do not say where the server stood.
            "deployment_type": "unknown",
            "model_availability": availability.get(of["openness"] or "", "unknown"),
            "profile_digest": run.model.digest,
            "ran": json.dumps(run.model.ran),
            "as_declared": str(run.model.as_declared).lower(),
        },
    }


def _result(runs: list[Run], setup: str, about: About) -> dict[str, Any]:
    scores = [_score(run) or 0.0 for run in runs]
    mean = sum(scores) / len(scores)
    tampered = sum(run.status == "tampered" for run in runs)
    tasks = sorted({run.task.name for run in runs})
    return {
        "evaluation_result_id": _METRIC,
        "evaluation_name": about.name,
        "source_data": {
            "dataset_name": about.name,
            "source_type": "other",
            "additional_details": {"tasks": json.dumps(tasks)},
        },
        "metric_config": {
            "evaluation_description": _DESCRIPTION,
            "metric_id": _METRIC,
            "metric_name": "Mean score",
            "metric_kind": "mean_score",
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": {
            "score": mean,
            "details": {"setup": setup, "tampered": str(tampered), "tasks": str(len(tasks))},
            "uncertainty": _uncertainty(runs, scores, mean),
        },
        "generation_config": _generation(runs[0], setup),
    }


def _uncertainty(runs: list[Run], scores: list[float], mean: float) -> dict[str, Any]:
    """Spread of runs, and the error of the mean with tasks as clusters: their runs are alike."""
    count = len(scores)
    found: dict[str, Any] = {"num_samples": count}
    if count > 1:
        found["standard_deviation"] = (sum((s - mean) ** 2 for s in scores) / (count - 1)) ** 0.5
    sums: dict[str, float] = {}
    for run, score in zip(runs, scores, strict=True):
        sums[run.task.digest] = sums.get(run.task.digest, 0.0) + score - mean
    tasks = len(sums)
    if tasks > 1:
        value = (tasks / (tasks - 1) * sum(s**2 for s in sums.values())) ** 0.5 / count
        found["standard_error"] = {"value": value, "method": "analytic, clustered by task"}
    return found


def _generation(run: Run, setup: str) -> dict[str, Any]:
    kinds = {"tokens": "token_limit", "time": "time_limit"}
    limit = {kinds[run.budget.kind]: int(run.budget.limit)} if run.budget.kind in kinds else {}
    told = {
        "setup": setup,
        "harness": run.harness.name,
        "harness_version": run.harness.version or "unknown",
        "harness_digest": run.harness.digest,
        "sampling": run.model.sampling,
        "prompts": run.setup.prompts,
        "effort": run.setup.effort or "unstated",
        "budget": run.budget.model_dump_json(exclude_none=True),
    }
    return {
        "generation_args": {
            "execution_command": shlex.join(run.harness.command),
            "agentic_eval_config": {"additional_details": told},
            "eval_limits": limit,
            "sandbox": {"type": "bubblewrap"},
            "max_attempts": 1,
        }
    }


def _uuid(runs: Iterable[Run]) -> str:
    """The same name for the same runs: a UUID of the shape that is asked for, made of a hash."""
    text = "\n".join(sorted(run.model_dump_json() for run in runs))
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def _part(name: str) -> str:
    """A name as one part of a path on any system."""
    plain = "".join("_" if c in '<>:"\\|?*/' or ord(c) < 32 else c for c in name).strip(" .")
    return plain if plain not in {"", "data"} else "unknown"
