"""What the plot of a gap draws: models, records, the band of each frontier, matched pairs."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from headway.gap.frontier import frontiers as records_of
from headway.gap.world import MONTH, World
from headway.lens.evidence import Selection
from headway.lens.worlds import Worlds
from headway.scale import Scale
from headway.scale.table import Bools, Floats


def picture(selection: Selection, scale: Scale, worlds: Worlds) -> dict[str, Any]:
    """Rows for the plot, as plain JSON values."""
    lead, follow = records_of(worlds.point)
    records = {int(k) for group in (lead, follow) for k in group.model[0, : group.count[0]]}
    return {
        "unit": scale.unit,
        "start": date.fromordinal(worlds.point.start).isoformat(),
        "end": date.fromordinal(worlds.point.end).isoformat(),
        "models": _models(selection, scale, worlds.point, records),
        "bands": _bands(worlds.measured),
        "pairs": _pairs(selection, worlds.point),
    }


def _models(
    selection: Selection, scale: Scale, point: World, records: set[int]
) -> list[dict[str, Any]]:
    low, high = scale.interval()
    group = np.where(point.leader[0], "leaders", np.where(point.follower[0], "followers", ""))
    return [
        {
            "name": model.name,
            "date": date.fromordinal(int(point.day[0, k])).isoformat(),
            "ability": round(float(scale.ability[k]), 3),
            "low": round(float(low[k]), 3),
            "high": round(float(high[k]), 3),
            "group": str(group[k]),
            "record": k in records,
        }
        for k, model in enumerate(selection.models)
        if group[k] and point.day[0, k] <= point.end
    ]


def _bands(world: World) -> list[dict[str, Any]]:
    out = []
    for name, group in (("leaders", world.leader), ("followers", world.follower)):
        # A frontier moves only on the days of its own models.
        days = np.unique(world.day[0][group.any(axis=0)])
        days = np.append(days[days < world.end], world.end)
        top = _tops(world, group, days)
        for day, column in zip(days, top.T, strict=True):
            if not np.isfinite(column).all():
                continue
            low, median, high = np.quantile(column, [0.05, 0.5, 0.95])
            out.append(
                {
                    "date": date.fromordinal(int(day)).isoformat(),
                    "group": name,
                    "low": round(float(low), 3),
                    "median": round(float(median), 3),
                    "high": round(float(high), 3),
                }
            )
    return out


def _tops(world: World, group: Bools, days: np.ndarray[Any, Any]) -> Floats:
    """Frontier (S, D) of a group on each day; -inf before its first model."""
    return np.stack(
        [np.where(group & (world.day <= day), world.ability, -np.inf).max(axis=1) for day in days],
        axis=1,
    )


def _pairs(selection: Selection, point: World) -> list[dict[str, Any]]:
    """Each leader record with the first follower at or above it."""
    lead, follow = records_of(point)
    out = []
    ability, day = point.ability[0], point.day[0]
    for l_ in lead.model[0, : lead.count[0]]:
        reached = [f for f in follow.model[0, : follow.count[0]] if ability[f] >= ability[l_]]
        if not reached:
            continue
        f = min(reached, key=lambda k: int(day[k]))
        out.append(
            {
                "leader": selection.models[int(l_)].name,
                "follower": selection.models[int(f)].name,
                "level": round(float(ability[l_]), 3),
                "leader_date": date.fromordinal(int(day[l_])).isoformat(),
                "follower_date": date.fromordinal(int(day[f])).isoformat(),
                "months": round(float(day[f] - day[l_]) / MONTH, 2),
            }
        )
    return out
