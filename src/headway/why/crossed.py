"""The same change of the gap from crossed effects, in logits, with and without the date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets import facets
from headway.scale.facets.columns import Cells
from headway.scale.facets.result import Effect
from headway.scale.table import Floats, Ints
from headway.why.known import STANDARD
from headway.why.settings import Setting

RANDOM = "(1|model) + (1|harness) + (1|model:harness) + (1|item)"


@dataclass(frozen=True)
class Logits:
    """Closed less open, and the change of it, in logits; ``dated`` has the date as a slope."""

    gap: Effect
    change: Effect
    dated: Effect | None
    per_month: Effect | None


def crossed(settings: Sequence[Setting], kind: str, level: float = 0.9) -> Logits | None:
    """Fit openness, kind of harness and their product to all cells of the two kinds.

    Parameters
    ----------
    settings
        Those of unknown openness are left out.
    kind
        ``own`` or ``other``, against ``standard``.

    Returns
    -------
    Logits or None
        None where one of the four combinations of side and kind never ran, or the fit has no
        finite answer.
    """
    used = [s for s in settings if s.side is not None and s.kind in {STANDARD, kind}]
    if len({(s.side, s.kind == kind) for s in used}) < 4:
        return None
    data = cells_of(used, kind)
    try:
        plain = _effects(data, "closed + changed + product", level)
        dated = _effects(data, "closed + changed + product + months", level) if _dated(used) else {}
    except ScaleError:
        return None
    return Logits(plain["closed"], plain["product"], dated.get("product"), dated.get("months"))


def cells_of(used: Sequence[Setting], kind: str) -> Cells:
    """Settings as cells with the numbers ``closed``, ``changed``, ``product`` and ``months``."""
    models = tuple(sorted({s.model for s in used}))
    harnesses = tuple(sorted({s.harness for s in used}))
    where = [np.flatnonzero(s.tried > 0) for s in used]
    size = [len(w) for w in where]
    closed = np.repeat([float(s.side == "closed") for s in used], size)
    changed = np.repeat([float(s.kind == kind) for s in used], size)
    code: Ints = np.repeat([harnesses.index(s.harness) for s in used], size).astype(np.int64)
    months: Floats = np.repeat([s.months for s in used], size)
    return Cells(
        models=models,
        items=tuple(map(str, range(len(used[0].won)))),
        model=np.repeat([models.index(s.model) for s in used], size).astype(np.int64),
        item=np.concatenate(where).astype(np.int64),
        successes=np.concatenate([s.won[w] for s, w in zip(used, where, strict=True)]),
        trials=np.concatenate([s.tried[w] for s, w in zip(used, where, strict=True)]),
        labels={"harness": (harnesses, code)},
        numbers={
            "closed": closed,
            "changed": changed,
            "product": closed * changed,
            "months": months,
        },
    )


def _dated(used: Sequence[Setting]) -> bool:
    months = np.array([s.months for s in used])
    return bool(np.isfinite(months).all() and np.ptp(months) > 1)


def _effects(data: Cells, fixed: str, level: float) -> dict[str, Effect]:
    fit = facets(data, f"resolved ~ {fixed} + {RANDOM}", level=level)
    return {effect.term: effect for effect in fit.fixed}
