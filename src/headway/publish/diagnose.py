"""The checks of an item scale as a document for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headway.publish.listing import Row

if TYPE_CHECKING:
    from headway.scale.diagnose import Diagnosis
    from headway.scale.diagnose.leverage import Leverage
    from headway.scale.diagnose.misfit import Misfit
    from headway.scale.diagnose.precision import Precision
    from headway.scale.diagnose.shifts import Shifts

RATE = 0.1  # false discovery rate at which something counts as found
DROPPED = 10  # items whose loss is told


def diagnose_document(found: Diagnosis, *, level: float = 0.9) -> dict[str, Any]:
    """What ``headway diagnose --json`` gives (``docs/schema/diagnose.json``).

    Parameters
    ----------
    found
        The checks.
    level
        Of the intervals of shifts.
    """
    from headway.scale.diagnose.look import judged

    look = found.look
    scale = look.scale
    return {
        "scale": scale.name,
        "method": scale.method,
        "gauge": scale.gauge,
        "level": level,
        "rate": RATE,
        "n_models": look.n_models,
        "n_items": look.n_items,
        "n_responses": len(look.error),
        "n_trials": float(look.tried.sum()),
        "n_judged": int(judged(look).sum()),
        "missing": 1 - len(look.error) / (look.n_models * look.n_items),
        "models": _fit_rows(found.models, {"model": scale.models, "value": scale.ability}),
        "items": _fit_rows(found.items, {"item": scale.items, "a": scale.a, "b": scale.b}),
        "shifts": [_shift(s) for s in found.shifts],
        "pairs": _pairs(found),
        "dimensions": _dimensions(found),
        "precision": {
            what: _precision(p)
            for what, p in zip(("models", "items"), found.precision, strict=True)
        },
        "dropped": {what: _dropped(found, lever) for what, lever in found.dropped.items()},
        "lost_models": _lost(found),
        "answers": _answers(found),
        "surprises": _surprises(found),
        "unsettled": found.unsettled,
        "words": list(found.words),
        "cautions": list(scale.cautions),
    }


def plain(value: object) -> object:
    """A value that JSON can hold: unknown is null."""
    if isinstance(value, str):
        return value
    if float(value).is_integer() and not isinstance(value, float):  # type: ignore[arg-type]
        return int(value)  # type: ignore[call-overload]
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def _rows(columns: Mapping[str, Any]) -> list[Row]:
    return [
        {key: plain(value) for key, value in zip(columns, row, strict=True)}
        for row in zip(*columns.values(), strict=True)
    ]


def _fit_rows(fit: Misfit, first: dict[str, Any]) -> list[Row]:
    own = ("cells", "missing", "observed", "expected", "infit", "outfit")
    columns = first | {key: getattr(fit, key) for key in (*own, "infit_z", "outfit_z", "q")}
    return _rows(columns)


def _shift(found: Shifts) -> dict[str, Any]:
    known = {
        "item": found.items,
        "inside": found.inside,
        "outside": found.outside,
        "shift": found.shift,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "q": found.q,
    }
    return {
        "label": found.label,
        "group": found.group,
        "identified": len(found.identified),
        "items": _rows(known),
    }


def _pairs(found: Diagnosis) -> dict[str, Any] | None:
    if found.pairs is None:
        return None
    pairs, names = found.pairs, found.look.scale.items
    columns = {
        "first": [names[k] for k in pairs.first],
        "second": [names[k] for k in pairs.second],
        "shared": pairs.shared,
        "q3": pairs.q3,
        "p": pairs.p,
        "q": pairs.q,
    }
    return {"tests": pairs.tests, "worst": _rows(columns)}


def _dimensions(found: Diagnosis) -> dict[str, Any] | None:
    if found.dimensions is None:
        return None
    it, scale = found.dimensions, found.look.scale
    names = scale.models if it.of == "models" else scale.items
    return {
        "of": it.of,
        "extra": it.extra,
        "p": it.p,
        "eigenvalues": _rows({"observed": it.observed, "usual": it.usual, "limit": it.limit}),
        "loadings": _rows({"name": names, "loading": it.loadings}),
    }


def _precision(of: Precision) -> Row:
    keys = ("spread", "error", "reliability", "separation", "strata")
    return {key: plain(float(getattr(of, key))) for key in keys}


def _dropped(found: Diagnosis, lever: Leverage) -> list[Row]:
    order = sorted(range(len(lever.names)), key=lambda k: -lever.moves[k])[:DROPPED]
    models = found.look.scale.models
    return [
        {
            "name": lever.names[k],
            "model": models[lever.whose[k]],
            "by": float(lever.by[k]),
            "errors": float(lever.errors[k]),
        }
        for k in order
    ]


def _lost(found: Diagnosis) -> list[Row] | None:
    """Models without which another ability would move most, in its standard errors."""
    if found.loss is None:
        return None
    loss, scale = found.loss, found.look.scale
    order = sorted(range(len(loss.by)), key=lambda k: -abs(loss.errors[k]))[:DROPPED]
    return [
        {
            "name": scale.models[k],
            "model": scale.models[loss.whose[k]],
            "by": float(loss.by[k]),
            "errors": float(loss.errors[k]),
            "item": scale.items[loss.item[k]],
            "item_by": float(loss.item_by[k]),
            "item_errors": float(loss.item_errors[k]),
        }
        for k in order
    ]


def _answers(found: Diagnosis) -> list[Row]:
    rows = zip(found.answers.cells, found.answers.by, strict=True)
    return [{**_cell(found, int(n)), "by": float(by)} for n, by in rows]


def _surprises(found: Diagnosis) -> list[Row]:
    from headway.scale.diagnose.report import residual

    z = residual(found.look)
    return [{**_cell(found, int(n)), "residual": float(z[n])} for n in found.surprises]


def _cell(found: Diagnosis, n: int) -> Row:
    look = found.look
    return {
        "model": look.scale.models[look.model[n]],
        "item": look.scale.items[look.item[n]],
        "successes": float(look.won[n]),
        "trials": float(look.tried[n]),
        "chance": float(look.chance[n]),
    }
