"""Predictions for one model: cells, scores imputed from parts, items still needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.publish.fitted import Name, fitted
from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.scale.predict import Need, Score, Worlds
    from headway.scale.predict.scores import Estimate
    from headway.sources.responses import ResponseTable

SHOWN = 5


def predict_document(
    data: Path | ResponseTable,
    name: Name,
    model: str,
    *,
    benchmark: str | None = None,
    against: str | None = None,
    width: float | None = None,
    level: float = 0.9,
) -> dict[str, Any]:
    """What ``headway predict --json`` gives (``docs/schema/predict.json``).

    Parameters
    ----------
    data
        Tidy responses.
    name
        ``two_pl``, ``rasch`` or ``three_pl``.
    model
        The model that is predicted.
    benchmark
        Only this benchmark; by default each of them.
    against
        Another model: the width is then of the difference of the two.
    width
        Half-width for which the items still needed are told.
    level
        Of all intervals.

    Raises
    ------
    DataError, ScaleError, UnknownNameError
        If the file, the fit or a name is wrong.
    """
    from headway.scale.diagnose import look_at
    from headway.scale.predict import cells, items_needed, items_of, new_item, score, worlds
    from headway.scale.predict.plan import information
    from headway.scale.predict.scores import place_of

    scale, responses = fitted(data, name, draws=1000)
    world = worlds(look_at(scale, responses), responses)
    place = place_of(world, model)
    low, high = scale.interval(level)
    levels = responses.labels["benchmark"][0] if "benchmark" in responses.labels else ()
    names: list[str | None] = [benchmark] if benchmark else [*levels] or [None]
    models = (model, against) if against else (model,)
    chances = cells(world, model, items_of(world, benchmark), level=level)
    need = None if width is None else items_needed(world, models, width, level=level)
    return {
        "model": model,
        "scale": scale.name,
        "unit": scale.unit,
        "level": level,
        "ability": {
            "value": float(scale.ability[place]),
            "low": float(low[place]),
            "high": float(high[place]),
        },
        "taste": world.taste.spread,
        "benchmarks": [
            {"benchmark": b, **_score(score(world, model, items_of(world, b), level=level))}
            for b in names
        ],
        "new_item": _estimate(new_item(world, model, level=level)),
        "need": None if need is None else _need(need, models),
        "cells": _cells(world, chances, information(world, place)),
        "cautions": list(scale.cautions),
    }


def predict_text(document: dict[str, Any]) -> str:
    """Sentences, a row a benchmark, and the cells nearest to even."""
    parts = [
        *(prose(sentence) for sentence in sentences(document)),
        _score_table(document),
        _cell_table(document),
        prose(_closing(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def sentences(document: dict[str, Any]) -> list[str]:
    """What is predicted, in words."""
    d = document
    at, new = d["ability"], d["new_item"]
    place = f"{number(at['value'], 2)} {d['unit']}s ({d['level']:.0%} interval"
    opening = (
        f"{d['model']} stands at {place} {span(at['low'], at['high'], 2)}). It solves a new item "
        f"of the usual kind with a chance of {_percent(new['mean'])}; by item that chance runs "
        f"from {_percent(new['low'])} to {_percent(new['high'])}."
    )
    out = [opening]
    if len(d["benchmarks"]) == 1:
        out.append(_one(d["benchmarks"][0]))
    if d["taste"] > 0:
        out.append(
            "Models take to a benchmark more or less than their ability says, with an SD of "
            f"{number(d['taste'], 2)} logits: it is in these intervals."
        )
    if d["need"]:
        out.append(_need_words(d))
    return out


def _one(row: dict[str, Any]) -> str:
    where = f" of {row['benchmark']}" if row["benchmark"] else ""
    score, rest = row["score"], row["items"] - row["run"]
    if row["run"] == 0:
        ran = f"It ran none of the {row['items']:,} items{where}."
    else:
        ran = (
            f"It ran {row['run']:,} of {row['items']:,} items{where} and solved "
            f"{_percent(row['observed'])} of those."
        )
    if not rest:
        return f"{ran} Nothing is imputed."
    return (
        f"{ran} One run of all of them would score {_percent(score['mean'])} (interval "
        f"{_percents(score)}); {rest:,} answers are imputed, which adds an SD of "
        f"{number(100 * row['imputation'])} points."
    )


def _need_words(d: dict[str, Any]) -> str:
    need = d["need"]
    what = "the difference" if len(need["models"]) == 2 else "its ability"
    pair = f" of {' and '.join(need['models'])}" if len(need["models"]) == 2 else ""
    now = f"The interval of {what}{pair} is ± {number(need['now'], 2)} now"
    goal = f"± {number(need['half_width'], 2)}"
    if need["usual"] == 0:
        return f"{now}: {goal} is reached."
    if need["usual"] is None:
        usual = "more items than can be said"
    else:
        usual = f"about {_rounded(need['usual'])} more items of the usual kind"
    left = f"the {need['unrun']:,} items of these data that are unrun"
    if not need["unrun"]:
        return f"{now}; {goal} needs {usual}, none of which these data hold."
    if need["chosen"] is None:
        return f"{now}; {goal} needs {usual}. All of {left} do not suffice."
    return f"{now}; {goal} needs {usual}, or {need['chosen']:,} well chosen among {left}."


def _rounded(count: int) -> str:
    """Two digits: a plan has no more."""
    size = max(len(str(count)) - 2, 0)
    return f"{round(count, -size):,}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _percents(of: dict[str, float]) -> str:
    return f"{_percent(of['low'])} to {_percent(of['high'])}"


def _score_table(d: dict[str, Any]) -> str:
    columns = [
        Column("benchmark", wrap=True, least=12),
        Column("items", right=True),
        Column("run", right=True),
        Column("solved", right=True),
        Column("score of\none run", right=True),
        Column("benchmark\naccuracy", right=True),
        Column("generalised\naccuracy", right=True),
    ]
    rows = [
        (
            row["benchmark"] or "all items",
            f"{row['items']:,}",
            f"{row['run']:,}",
            "–" if row["observed"] is None else _percent(row["observed"]),
            *(f"{_percent(row[k]['mean'])} ({_pair(row[k])})" for k in KINDS),
        )
        for row in d["benchmarks"]
    ]
    return table(columns, rows)


KINDS = ("score", "benchmark_accuracy", "generalised_accuracy")


def _pair(of: dict[str, float]) -> str:
    return f"{100 * of['low']:.0f}–{100 * of['high']:.0f}"


def _cell_table(d: dict[str, Any]) -> str:
    unrun = [row for row in d["cells"] if not row["run"]]
    unrun.sort(key=lambda row: -row["tells"])
    columns = [
        Column("unrun items that would tell most", wrap=True, least=24),
        Column("chance", right=True),
        Column(f"{d['level']:.0%} interval", right=True),
    ]
    rows = [(r["item"], _percent(r["chance"]), _percents(r)) for r in unrun[:SHOWN]]
    return table(columns, rows) if rows else ""


def _closing(d: dict[str, Any]) -> str:
    return (
        "Score of one run: answers that were run count as they were. Benchmark accuracy: mean "
        "chance on these fixed items. Generalised accuracy: on all items like them, of which these "
        f"are a sample. Intervals are of {d['level']:.0%} and hold the uncertainty of ability and "
        f"items. Scale {d['scale']}."
    )


def _score(of: Score) -> dict[str, Any]:
    return {
        "items": of.items,
        "run": of.run,
        "observed": of.observed,
        "score": _estimate(of.score),
        "benchmark_accuracy": _estimate(of.benchmark),
        "generalised_accuracy": _estimate(of.generalised),
        "imputation": of.imputation,
    }


def _estimate(of: Estimate) -> dict[str, float]:
    return {"mean": of.mean, "low": of.low, "high": of.high, "sd": of.sd}


def _need(need: Need, models: Sequence[str]) -> dict[str, Any]:
    keys = ("half_width", "now", "usual", "chosen", "unrun")
    return {"models": list(models)} | {key: getattr(need, key) for key in keys}


def _cells(world: Worlds, chances: Any, tells: Any) -> list[dict[str, Any]]:
    columns = (chances.items, chances.mean, chances.low, chances.high, chances.run)
    return [
        {
            "item": world.scale.items[k],
            "chance": float(mean),
            "low": float(low),
            "high": float(high),
            "run": bool(run),
            "tells": float(tells[k]),
        }
        for k, mean, low, high, run in zip(*columns, strict=True)
    ]
