"""A pooled scale for people and programs: from files to abilities and the scores it doubts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.publish.abilities import LEVEL, ability_table, model_rows, notes, unshown
from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.ledger import Ledger
    from headway.scale import Table
    from headway.scale.pooled import Pooled
    from headway.sources.responses import ResponseTable

DOUBTED = 12  # scores that the text names


def fit_pooled(
    data: Path | ResponseTable | None, ledger: Ledger | None, *, own: bool, draws: int = 500
) -> Pooled:
    """Abilities from answers to items, from a table of scores, or from both.

    Parameters
    ----------
    data
        Tidy responses with a column ``benchmark``; None for those of the ledger, if it has any.
    ledger
        The scores; None for none.
    own
        They are a table of the user's own: every score counts.
    draws
        Joint draws.

    Raises
    ------
    DataError
        If the file cannot be read as responses.
    ScaleError
        If there is nothing to fit, or models share no benchmark.
    """
    from headway.lens.items import held_items, read_items
    from headway.scale.pooled import pooled
    from headway.scale.responses import Responses

    scores = None if ledger is None else _scores(ledger, own=own)
    items = None if data is None else read_items(data, ledger)
    if items is None and ledger is not None:
        items = held_items(ledger)
    tests = {} if ledger is None else {b.name: b for b in ledger.benchmarks.values()}
    return pooled(
        None if items is None else Responses.build(items),
        scores,
        chance={name: b.chance for name, b in tests.items() if b.chance is not None},
        ceiling={name: b.ceiling for name, b in tests.items()},
        draws=draws,
    )


def _scores(ledger: Ledger, *, own: bool) -> Table:
    from headway.lens import load, override
    from headway.lens.evidence import corrected, select
    from headway.lens.items import harness_names
    from headway.scale import Table

    if not own:
        return select(override(load("headway"), scale="pooled"), ledger).table
    cells = [
        (result, share)
        for result in ledger.results
        if (share := corrected(result, ledger.benchmarks[result.benchmark])) is not None
    ]
    return Table.build(
        [ledger.models[result.model].name for result, _ in cells],
        [ledger.benchmarks[result.benchmark].name for result, _ in cells],
        [share for _, share in cells],
        n_items=[result.n_items for result, _ in cells],
        imputed=[result.imputed for result, _ in cells],
        setup=harness_names(ledger, (result for result, _ in cells)),
    )


def pooled_document(scale: Pooled) -> dict[str, Any]:
    """The scale as ``headway scale --scale pooled --json`` gives it (docs/schema/pooled.json)."""
    return {
        "scale": scale.name,
        "unit": scale.unit,
        "level": LEVEL,
        "loglik": scale.loglik,
        "gradient": scale.gradient,
        "method": scale.method,
        "gauge": scale.gauge,
        "n_models": len(scale.models),
        "n_benchmarks": len(scale.benchmarks),
        "n_responses": scale.n_responses,
        "n_scores": scale.n_scores,
        "misfit": scale.misfit if scale.n_scores else None,
        "broken": scale.broken if scale.n_scores else None,
        "models": model_rows(scale),
        "benchmarks": [
            {
                "name": name,
                "difficulty": float(scale.difficulty[j]),
                "spread": float(scale.spread[j]),
                "spread_factor": float(scale.spread_factor[j]),
                "slope": float(scale.slope[j]),
                "has_items": bool(scale.has_items[j]),
            }
            for j, name in enumerate(scale.benchmarks)
        ],
        "setups": _setups(scale),
        "doubted": [cell._asdict() | {"harness": cell.harness or None} for cell in scale.doubted],
        "cautions": list(scale.cautions),
    }


def _setups(scale: Pooled) -> dict[str, Any] | None:
    """SDs and effects of harnesses and of models in them, largest first; None without any."""
    import numpy as np

    from headway.scale.ranked import around

    if not scale.setups:
        return None
    value = np.array([effect.value for effect in scale.setups])
    low, high = around(value, np.array([effect.se for effect in scale.setups]), LEVEL)
    rows: list[dict[str, Any]] = [
        {
            "harness": effect.harness,
            "model": effect.model or None,
            "value": effect.value,
            "low": float(low[k]),
            "high": float(high[k]),
        }
        for k, effect in enumerate(scale.setups)
    ]
    rows.sort(key=lambda row: -row["value"])
    return {
        "harness_sd": scale.setup_sds[0],
        "own_sd": scale.setup_sds[1],
        "harnesses": [row for row in rows if row["model"] is None],
        "own": [row for row in rows if row["model"] is not None],
    }


def pooled_text(document: dict[str, Any]) -> str:
    """The most able models, harnesses, the scores that are doubted, and how it was made."""
    parts = [
        ability_table(document),
        _harnesses(document),
        _doubts(document),
        notes(document),
        prose(_closing(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def _harnesses(document: dict[str, Any]) -> str:
    found = document["setups"]
    if not found:
        return ""
    columns = [
        Column("harness", wrap=True, least=20),
        Column(f"adds ({document['unit']})", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    rows = [
        (row["harness"], number(row["value"], 2), span(row["low"], row["high"], 2, join="–"))
        for row in found["harnesses"]
    ]
    spread = (
        f"SD between harnesses {number(found['harness_sd'], 2)}, of a model in one beyond that "
        f"{number(found['own_sd'], 2)} {document['unit']}."
    )
    return table(columns, rows) + "\n" + prose(spread, first="  ")


def _doubts(document: dict[str, Any]) -> str:
    cells = document["doubted"]
    if not cells:
        return ""
    columns = [
        Column("result that is doubted", wrap=True, least=20),
        Column("benchmark", wrap=True, least=16),
        Column("observed", right=True),
        Column("expected", right=True),
        Column("believed", right=True),
    ]
    rows = [
        (
            cell["model"],
            cell["benchmark"],
            f"{cell['observed']:.0%}",
            f"{cell['expected']:.0%}",
            "<1%" if cell["believed"] < 0.01 else f"{cell['believed']:.0%}",
        )
        for cell in cells[:DOUBTED]
    ]
    rest = len(cells) - DOUBTED
    more = f"\n{rest} more with --json." if rest > 0 else ""
    return table(columns, rows) + more


def _closing(document: dict[str, Any]) -> str:
    misfit = (
        ""
        if document["misfit"] is None
        else f" A score misses what its model's others say by {document['misfit']:.2f} logits (SD)."
    )
    return (
        f"{unshown(document)}Scale pooled: {document['n_models']} models, "
        f"{document['n_benchmarks']} benchmarks, {document['n_responses']:,} answers' cells, "
        f"{document['n_scores']:,} scores.{misfit} "
        f"Method: {document['method']}. Gauge: {document['gauge']}."
    )
