"""Finished runs as responses: one row a run, as ``headway fit`` and the item scales read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from headway.elicit.home.brought import Brought
from headway.elicit.home.setups import setup_of, whole_run
from headway.elicit.record import Run
from headway.elicit.run.opened import Opened
from headway.errors import RunError, UnknownNameError

__all__ = ["Row", "Rules", "cautions", "outcome", "rows", "summary"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a run becomes successes of trials.

    Attributes
    ----------
    threshold : float
        A run is one trial, and a success if its score is at least this.
    cases : bool
        Instead, where the verifier's numbers hold ``passed`` and ``cases``, these are successes
        and trials. Cases of one run share its luck, so intervals come out too narrow.
    harness_errors : {'attempts', 'missing'}
        What a run is in which the harness failed after the first reply.
    benchmark : str or None
        Name of the benchmark that the tasks are items of.
    flagged : {'counted', 'missing', 'believed'}
        What a run is in which an audit found something: *counted*, where a run that was tampered
        with is no success and any other as scored; *missing*; or *believed*, as scored whatever was
        found.
    """

    threshold: float = 1.0
    cases: bool = False
    harness_errors: Literal["attempts", "missing"] = "attempts"
    benchmark: str | None = None
    flagged: Literal["counted", "missing", "believed"] = "counted"

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise RunError(f"The threshold {self.threshold:g} must be above 0 and at most 1.")


def outcome(run: Run, rules: Rules) -> tuple[int, int] | None:
    """Successes and trials of a run; None is missing, which is not zero.

    A run that was tampered with is no success whatever its score, unless the rules say otherwise;
    one that its budget or its time ended keeps its score. A failure of a server or of the machine
    is missing, and so is a run without a single reply, or without a score.
    """
    if run.flagged and rules.flagged == "missing":
        return None
    if run.status == "tampered" and rules.flagged == "counted":
        return 0, 1
    if run.as_scored == "missing" or run.score is None:
        return None
    if run.ended == "harness_error" and rules.harness_errors == "missing":
        return None
    if rules.cases and (told := _cases(run.verifier.rewards)):
        return told
    return int(run.score >= rules.threshold), 1


def _cases(rewards: Mapping[str, float]) -> tuple[int, int] | None:
    passed, cases = rewards.get("passed"), rewards.get("cases")
    if passed is None or cases is None or not 0 <= passed <= cases or cases < 1:
        return None
    return (int(passed), int(cases)) if passed == int(passed) and cases == int(cases) else None


def rows(brought: Brought, rules: Rules) -> list[Row]:
    """One row a run, all with the same columns; empty (None) is unknown.

    Items are tasks. A task that stands in several versions under one name is several items, of
    which each has the beginning of its hash behind the name.
    """
    versions = _versions(brought.runs)
    return [
        _row(one.run, rules, several=len(versions[one.run.task.name]) > 1, marks=_flags(one))
        for one in brought.opened
    ]


def _row(run: Run, rules: Rules, *, several: bool, marks: list[str]) -> Row:
    told = outcome(run, rules)
    tokens, spent = run.spending.tokens, run.spending
    of = known(run.model.profile)
    return {
        "model": run.model.profile,
        "benchmark": rules.benchmark,
        "item": f"{run.task.name}@{run.task.digest[:6]}" if several else run.task.name,
        "harness": run.harness.name,
        "prompts": run.setup.prompts,
        "effort": run.setup.effort,
        "temperature": run.setup.temperature,
        "budget": run.budget.limit,
        "setup": setup_of(run),
        "run": whole_run(run),
        "date": run.started.date().isoformat(),
        "successes": told[0] if told else None,
        "trials": told[1] if told else None,
        "score": run.score,
        "status": run.status,
        "ended": run.ended,
        "flags": "; ".join(marks) or None,
        "findings": "; ".join(sorted({finding.kind for finding in run.findings})) or None,
        **{kind: getattr(tokens, kind) for kind in _KINDS},
        "spent": spent.spent,
        "unit": spent.unit,
        "money": spent.money,
        "currency": spent.currency,
        "seconds": round(run.seconds, 3),
        "replies": run.replies,
        **of,
        "id": run.id,
    }


_KINDS = ("uncached_input", "cache_read", "cache_write", "visible_output", "reasoning")


def _flags(one: Opened) -> list[str]:
    run = one.run
    marks = [
        ("altered", bool(one.altered)),
        ("tampered", run.status == "tampered"),
        ("not as declared", not run.model.as_declared),
        ("harness error", run.ended == "harness_error" and run.counts),
        ("tokens estimated", run.spending.tokens.estimated),
    ]
    kinds = dict.fromkeys(finding.kind for finding in run.findings)
    return [*(name for name, true in marks if true), *kinds]


def known(profile: str) -> dict[str, str | None]:
    """What the shipped ledger knows of a model of this name; nothing is guessed."""
    from headway.ledger import find_model, load

    try:
        model = find_model(load(), profile)
    except UnknownNameError:
        return {"openness": None, "developer": None}
    weights = None if model.weights == "unknown" else model.weights
    return {"openness": weights, "developer": model.organization}


def summary(brought: Brought, found: list[Row], rules: Rules) -> dict[str, Any]:
    """What was brought home, and by which rules (docs/schema/import.json, without ``file``)."""
    missing = [run for run in brought.runs if outcome(run, rules) is None]
    return {
        "runs": len(brought.runs),
        "responses": len(brought.runs) - len(missing),
        "by_status": dict(sorted(Counter(run.status for run in brought.runs).items())),
        "by_end": dict(sorted(Counter(run.ended for run in brought.runs).items())),
        "models": sorted({row["model"] for row in found}),
        "harnesses": sorted({row["harness"] for row in found}),
        "setups": sorted({row["setup"] for row in found}),
        "items": sorted({row["item"] for row in found}),
        "flagged": _flagged(brought.runs, rules),
        "missing": [{"run": run.id, "why": _missing(run, rules)} for run in missing],
        "altered": list(brought.altered),
        "again": len(brought.again),
        "rules": {
            "threshold": rules.threshold,
            "cases": rules.cases,
            "harness_errors": rules.harness_errors,
            "flagged": rules.flagged,
        },
        "cautions": list(cautions(brought, rules)),
    }


def _flagged(runs: Sequence[Run], rules: Rules) -> dict[str, Any]:
    """Runs in which an audit found something, and the responses with and without them."""
    flagged = [run for run in runs if run.flagged]
    kinds = Counter(kind for run in flagged for kind in {found.kind for found in run.findings})
    counted = replace(rules, flagged="counted")
    rest = [run for run in runs if not run.flagged]
    return {
        "runs": len(flagged),
        "tampered": sum(run.status == "tampered" for run in flagged),
        "by_kind": dict(sorted(kinds.items())),
        "with": _sums(runs, counted),
        "without": _sums(rest, counted),
    }


def _sums(runs: Iterable[Run], rules: Rules) -> dict[str, int]:
    told = [found for run in runs if (found := outcome(run, rules))]
    return {
        "responses": len(told),
        "successes": sum(won for won, _ in told),
        "trials": sum(tried for _, tried in told),
    }


def _missing(run: Run, rules: Rules) -> str:
    if run.flagged and rules.flagged == "missing":
        return f"flagged: {', '.join(sorted({found.kind for found in run.findings}))}."
    if run.ended == "harness_error" and run.counts and rules.harness_errors == "missing":
        return f"harness_error, which is missing here. {run.reason}"
    if run.counts:
        return f"no score. {run.verifier.reason}"
    return f"{run.ended}. {run.reason}"


def cautions(brought: Brought, rules: Rules) -> Iterator[str]:
    """What a reader should know before fitting anything to these responses."""
    runs = brought.runs
    if changed := [run for run in runs if not run.model.as_declared]:
        yield f"In {len(changed)} runs the model or its sampling was not as declared."
    if brought.altered:
        yield f"{len(brought.altered)} folders were altered since their runs ended."
    units = sorted({run.spending.unit for run in runs})
    if len(units) > 1:
        yield f"Budgets are in {' and '.join(units)}: the column budget is no single quantity."
    for name, versions in sorted(_versions(runs).items()):
        if len(versions) > 1:
            yield f"The task {name} stands in {len(versions)} versions, which are items apart."
    if rules.cases:
        yield "Cases of one run share its luck: intervals of what is fitted are too narrow."
    if errors := [run for run in runs if run.ended == "harness_error" and run.counts]:
        yield (
            f"{len(errors)} runs ended as harness_error after a reply and are "
            f"{'attempts' if rules.harness_errors == 'attempts' else 'missing'} here; see the "
            "answer both ways (--harness-errors)."
        )


def _versions(runs: Iterable[Run]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for run in runs:
        found.setdefault(run.task.name, set()).add(run.task.digest)
    return found
