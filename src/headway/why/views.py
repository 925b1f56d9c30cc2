"""The gap with all models in the standard harness, each in its own, and each in its best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headway.scale.table import Floats
from headway.why.contrast import Estimate, contrast
from headway.why.known import OWN, STANDARD
from headway.why.settings import Setting, average

WHOLE = 0.9  # share of the items that a harness must have run to be a candidate for the best


def gaps(settings: Sequence[Setting], level: float) -> dict[str, Estimate | None]:
    """Closed less open in share: ``common``, ``own``, ``best``; None where a side is empty."""
    return {
        "common": _gap(settings, STANDARD, level),
        "own": _gap(settings, OWN, level),
        "best": _best(settings, level),
    }


def _gap(settings: Sequence[Setting], kind: str, level: float) -> Estimate | None:
    return _contrast(
        [
            (mine[0].side, average(ran))
            for mine in _by_model(settings)
            if (ran := [s for s in mine if s.kind == kind])
        ],
        level,
    )


def _best(settings: Sequence[Setting], level: float) -> Estimate | None:
    if len({s.harness for s in settings}) < 2:
        return None
    return _contrast([(mine[0].side, _picked(mine)) for mine in _by_model(settings)], level)


def _picked(mine: Sequence[Setting]) -> Floats:
    """Shares of a model in its best harness, picked on one half of the items, read on the other.

    So the luck that made a harness look best is not in the share that is read.
    """
    size = len(mine[0].won)
    out = np.full(size, np.nan)
    tables = [
        average([s for s in mine if s.harness == h]) for h in sorted({s.harness for s in mine})
    ]
    ran = [int(np.isfinite(t).sum()) for t in tables]
    tables = [t for t, n in zip(tables, ran, strict=True) if n >= WHOLE * max(ran)]
    odd = np.arange(size) % 2 == 1
    for half in (odd, ~odd):
        means = [np.nanmean(t[~half]) if np.isfinite(t[~half]).any() else -1 for t in tables]
        out[half] = tables[int(np.argmax(means))][half]
    return out


def _by_model(settings: Sequence[Setting]) -> list[list[Setting]]:
    names = sorted({s.model for s in settings})
    return [[s for s in settings if s.model == name] for name in names]


def _contrast(found: Sequence[tuple[str | None, Floats]], level: float) -> Estimate | None:
    """Over the items that most models ran, and the models that ran nearly all of those."""
    known = [(side, row) for side, row in found if side is not None]
    if not known:
        return None
    ran = np.isfinite(np.array([row for _, row in known]))
    items = ran.mean(axis=0) > 0.5
    if not items.any():
        return None
    whole = ran[:, items].mean(axis=1) >= WHOLE
    rows = [(s, row[items]) for (s, row), ok in zip(known, whole, strict=True) if ok]
    sides = [np.array([row for side, row in rows if side == n]) for n in ("closed", "open")]
    return contrast(sides, level) if all(len(side) for side in sides) else None
