"""Answers as data: the JSON document, flat rows, and what their picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.errors import GapError
from headway.publish.axes import FrontierData
from headway.publish.words import day, distance, group, interval, says

if TYPE_CHECKING:
    from headway.lens import Answer, Asked

Row = dict[str, Any]


def gap_document(asked: Asked, *, widening: bool = False) -> Row:
    """All answers as ``headway gap --json`` gives them (``docs/schema/gap.json``).

    With ``widening`` each answer also has the slopes of its gap by start date.
    """
    document: Row = {
        "snapshot": asked.snapshot,
        "as_of": max(answer.as_of for answer in asked.answers).isoformat(),
        "answers": [answer.to_dict() for answer in asked.answers],
    }
    if widening:
        for row, answer in zip(document["answers"], asked.answers, strict=True):
            slopes = answer.widening
            row["widening"] = None if slopes is None else slopes.model_dump(mode="json")
    if asked.unanswered:
        document["unanswered"] = [{"lens": name, "reason": why} for name, why in asked.unanswered]
    return document


def gap_rows(asked: Asked) -> list[Row]:
    """One flat row per answer, for CSV; a bound that is not known is empty."""
    return [_row(answer, asked.snapshot) for answer in asked.answers]


def _row(answer: Answer, snapshot: str) -> Row:
    claim, placebo = answer.claim, answer.placebo or (None, None)
    return {
        "lens": answer.lens.name,
        "leaders": answer.leaders,
        "followers": answer.followers,
        "rule": answer.rule,
        "months": answer.months.median,
        "months_low": answer.months.low,
        "months_high": answer.months.high,
        "level": answer.months.level,
        "at_least": answer.at_least,
        "censored": answer.censored,
        "settled": answer.settled,
        "sampling_low": answer.sampling.low,
        "sampling_high": answer.sampling.high,
        "placebo_low": placebo[0],
        "placebo_high": placebo[1],
        "points": answer.points.median,
        "points_low": answer.points.low,
        "points_high": answer.points.high,
        "unit": answer.unit,
        "n_models": answer.n_models,
        "n_scores": answer.n_scores,
        "n_unknown": answer.n_unknown,
        "as_of": answer.as_of.isoformat(),
        "claim": says(claim) if claim else None,
        "claim_source": claim.source if claim else None,
        "changed": "; ".join(answer.lens.overrides),
        "cautions": " ".join(answer.cautions),
        "snapshot": snapshot,
    }


def frontier_data(answer: Answer, snapshot: str) -> FrontierData:
    """What :func:`headway.publish.frontier.frontier_spec` draws of an answer.

    Raises
    ------
    GapError
        If its rule reads scores as they are: without a scale there are no frontiers.
    """
    shown = answer.frontiers
    if not shown:
        raise GapError(
            f"The lens {answer.lens.name!r} has no scale and so no frontiers to draw: "
            "name another one first with --lens, or pass --scale."
        )
    days = [row["date"] for row in shown["bands"]] or [row["date"] for row in shown["models"]]
    return FrontierData(
        title=distance(answer.leaders, answer.followers, answer.months, at_least=answer.at_least),
        subtitle=(
            f"{interval(answer.months)}; lens {answer.lens.name}, rule {answer.rule}, "
            f"data to {day(answer.as_of)}. Points are models, lines the best so far with their "
            "90% bands; dashes join a leader's record to the first follower that reached it."
        ),
        leaders=group(answer.leaders),
        followers=group(answer.followers),
        unit=shown["unit"],
        models=tuple(shown["models"]),
        bands=tuple(shown["bands"]),
        pairs=tuple(shown["pairs"]),
        start=min(days, default=answer.as_of.isoformat()),
        end=answer.as_of.isoformat(),
        since=shown["start"],
        snapshot=snapshot,
    )
