"""A crossed fit for people and programs: SDs, fixed effects, levels, and what cannot be said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headway.publish.listing import Row
    from headway.scale.bayes import SampledFacets
    from headway.scale.facets import Facets
    from headway.scale.facets.identify import Component

SHOWN = 12
NONE = 0.02  # an SD below this, in logits, is none
_ASIDE = {"item", "cluster"}


def fit_document(fit: Facets | SampledFacets, left_out: int = 0) -> dict[str, Any]:
    """The fit as ``headway fit --json`` gives it (``docs/schema/fit.json``).

    Parameters
    ----------
    fit
        A fitted formula.
    left_out
        Rows of the data without an outcome.
    """
    missing = f"{left_out:,} row{'' if left_out == 1 else 's'} without an outcome: left out."
    return {
        "formula": fit.formula,
        "level": fit.level,
        "loglik": fit.loglik,
        "gradient": fit.gradient,
        "n_cells": len(fit.design.trials),
        "intercept": fit.fixed[0].value,
        "variance": spreads(fit),
        "fixed": [
            {"term": e.term, "value": e.value, "low": e.low, "high": e.high} for e in fit.fixed
        ],
        "levels": {v.term: _levels(fit, v.term) for v in fit.variance},
        "components": [_component(part) for part in fit.components],
        "cautions": [*([missing] if left_out else []), *fit.cautions],
    }


def spreads(fit: Facets | SampledFacets) -> list[Row]:
    """SDs of all terms; ``high`` is None where the data set no upper bound."""
    return [
        {"term": v.term, "sd": v.sd, "low": v.low, "high": v.high if v.high < math.inf else None}
        for v in fit.variance
    ]


def fit_rows(document: dict[str, Any]) -> list[Row]:
    """One row per level of every term, for CSV."""
    return [
        {"term": term, **level} for term, levels in document["levels"].items() for level in levels
    ]


def fit_text(document: dict[str, Any]) -> str:
    """The fit in tables of at most 80 columns, with the sentences that go with it."""
    levels = [
        _level_table(term, document)
        for term in document["levels"]
        if term not in _ASIDE  # thousands of items are for a program
    ]
    notes = "\n".join(prose(text, first="  ") for text in document["cautions"])
    parts = [
        prose(document["formula"]),
        prose(_opening(document)),
        _variance_table(document),
        _fixed_table(document),
        *levels,
        notes,
        prose(_closing(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def _levels(fit: Facets | SampledFacets, term: str) -> list[Row]:
    names, modes, sds = fit.levels(term)
    values = (modes, sds, *fit.bounds(term))
    keys = ("level", "mode", "sd", "mean", "low", "high")
    rows = [
        dict(zip(keys, row, strict=True))
        for row in zip(names, *(x.tolist() for x in values), strict=True)
    ]
    return sorted(rows, key=lambda row: (-row["mean"], row["level"]))


def _component(part: Component) -> Row:
    return {
        "models": list(part.models),
        "items": list(part.items),
        "setups": part.setups,
        "cells": part.cells,
    }


def _opening(document: dict[str, Any]) -> str:
    ranked = sorted(document["variance"], key=lambda v: -v["sd"])
    shares = ", ".join(f"{v['term']} {number(v['sd'], 2)}" for v in ranked)
    return (
        f"Spread of the effects in logits, largest first: {shares}. A step of one logit "
        "multiplies the odds of success by 2.7."
    )


def _variance_table(document: dict[str, Any]) -> str:
    rows = [
        (
            v["term"],
            len(document["levels"][v["term"]]),
            number(v["sd"], 2),
            f"{number(v['low'], 2)} or more"
            if v["high"] is None
            else span(v["low"], v["high"], 2, join="–"),
        )
        for v in document["variance"]
    ]
    columns = [
        Column("random effect", wrap=True),
        Column("levels", right=True),
        Column("SD", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    return table(columns, rows)


def _fixed_table(document: dict[str, Any]) -> str:
    rows = [
        (_per(e["term"]), number(e["value"], 2), span(e["low"], e["high"], 2, join="–"))
        for e in document["fixed"]
    ]
    columns = [
        Column("fixed effect", wrap=True),
        Column("logit", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    return table(columns, rows)


def _per(term: str) -> str:
    return f"{term} (per doubling)" if term == "budget" else term


def _level_table(term: str, document: dict[str, Any]) -> str:
    rows, level = document["levels"][term], document["level"]
    if term == "model" and len(document["components"]) > 1:
        return "\n\n".join(
            _one_table(f"{term} (part {k})", level, [r for r in rows if r["level"] in names])
            for k, names in enumerate((c["models"] for c in document["components"]), 1)
        )
    return _one_table(term, level, rows)


def _one_table(term: str, level: float, rows: Sequence[Row]) -> str:
    shown = rows if len(rows) <= SHOWN else [*rows[: SHOWN // 2], *rows[-SHOWN // 2 :]]
    cells = [
        (row["level"], number(row["mean"], 2), span(row["low"], row["high"], 2, join="–"))
        for row in shown
    ]
    if len(rows) > SHOWN:
        cells.insert(SHOWN // 2, (f"... {len(rows) - SHOWN} more with --json or --csv", "", ""))
    columns = [
        Column(term, wrap=True, least=20),
        Column("logit", right=True),
        Column(f"{level:.0%} interval", right=True),
    ]
    return table(columns, cells)


def _closing(document: dict[str, Any]) -> str:
    cells = f"from {document['n_cells']:,} cells"
    if document["loglik"] is None:
        how = f"Sampled posterior {cells}: medians of SDs, means of effects."
    else:
        how = (
            f"Laplace log-likelihood {number(document['loglik'], 1)} {cells}, highest at these "
            "SDs; the intervals of all effects take in what is not known of them."
        )
    return (
        f"{how} Levels are in logits, around the mean of their term; each is drawn towards it as "
        "far as its cells leave it uncertain."
    )
