"""Harnesses for people and programs: what they do to models, and what the data cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.effects import NONE, spreads
from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.scale.facets import Spread
    from headway.scale.facets.pairs import Pair
    from headway.scale.facets.setups import Comparison, Harness
    from headway.scale.facets.views import Standing, View

SHOWN = 40
WIDE = 10.0  # logits; an SD that may be larger is not known


def setups_document(found: Comparison, left_out: int = 0) -> dict[str, Any]:
    """What ``headway setups --json`` gives.

    Parameters
    ----------
    found
        The comparison.
    left_out
        Rows of the data without an outcome.

    Returns
    -------
    dict
        ``formula``, ``level``, ``common`` (a harness), ``variance``, ``harnesses`` (effects in
        logits), ``pairs`` (differences in shares of the same items), ``models`` (shares of all
        items in the three views), ``sentences`` and ``cautions``.
    """
    missing = f"{left_out:,} row{'' if left_out == 1 else 's'} without an outcome: left out."
    return {
        "formula": found.fit.formula,
        "level": found.fit.level,
        "loglik": found.fit.loglik,
        "common": found.common,
        "n_items": found.n_items,
        "variance": spreads(found.fit),
        "harnesses": [_harness(h) for h in found.harnesses],
        "pairs": [_pair(p) for p in found.pairs],
        "models": [_standing(s) for s in found.standings],
        "sentences": _sentences(found),
        "cautions": [*([missing] if left_out else []), *found.cautions],
    }


def setups_text(document: dict[str, Any]) -> str:
    """Tables of at most 80 columns, then the sentences."""
    notes = [prose(text, first="  ") for text in document["cautions"]]
    parts = [
        *(prose(text) for text in document["sentences"]),
        _harness_table(document),
        _pair_table(document),
        _model_table(document),
        "\n".join(["Before reading these numbers:", *notes]) if notes else "",
        prose(_closing(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def _harness(one: Harness) -> Row:
    return {
        "harness": one.name,
        "value": one.value,
        "low": one.bounds[0],
        "high": one.bounds[1],
        "against": one.against,
        "against_low": one.against_bounds[0],
        "against_high": one.against_bounds[1],
        "models": list(one.models),
        "by_openness": dict(one.by_openness),
    }


def _pair(pair: Pair) -> Row:
    runs = pair.runs or (None, None)
    return {
        "one": pair.one,
        "other": pair.other,
        "group": pair.group,
        "models": list(pair.models),
        "items": pair.items,
        "share_one": pair.share_one,
        "share_other": pair.share_other,
        "difference": pair.difference,
        "low": pair.low,
        "high": pair.high,
        "runs": [run.count if run else None for run in runs],
        "run_sd": [run.sd if run else None for run in runs],
        "above_run_noise": pair.stands if pair.repeated else None,
        "ceiling": pair.ceiling,
    }


def _standing(one: Standing) -> Row:
    row: Row = {"model": one.model, "openness": one.openness}
    views: dict[str, View | None] = {"common": one.common, "own": one.own, "best": one.best}
    for name, view in views.items():
        row[name] = view.value if view else None
        row[f"{name}_low"] = view.low if view else None
        row[f"{name}_high"] = view.high if view else None
        row[f"{name}_harness"] = view.harness if view else None
    row["common_ran"] = one.common.ran
    row["harnesses"] = one.harnesses
    row["best_chance"] = one.best_chance
    return row


def _sentences(found: Comparison) -> list[str]:
    return [_weight(found), *_runs(found), *_ceilings(found)]


def _weight(found: Comparison) -> str:
    sd = {v.term: v for v in found.fit.variance}
    parts = [_differ("models differ", sd.get("model"), "how far ")]
    parts.append(_differ("how one model takes to one harness", sd.get("model:harness")))
    rest = " and ".join(part for part in parts if part)
    harness = sd["harness"]
    if harness.high > WIDE:
        start = "How far harnesses differ is not known"
    elif harness.sd < NONE:
        start = (
            "The average effect of a harness is not told from zero (SD at most "
            f"{number(harness.high, 2)} logits)"
        )
    else:
        start = (
            f"Harnesses differ by {number(harness.sd, 2)} logits (SD, {found.fit.level:.0%} "
            f"interval {span(harness.low, harness.high, 2)})"
        )
    return f"{start}; {rest}. Near 50% solved, 0.1 logits are 2.5 points."


def _differ(what: str, spread: Spread | None, how: str = "") -> str:
    if spread is None:
        return ""
    if spread.high > WIDE:
        return f"{how}{what} is not known"
    if spread.sd < NONE:
        return f"{what} by at most {number(spread.high, 2)}"
    return f"{what} by {number(spread.sd, 2)}"


def _runs(found: Comparison) -> list[str]:
    return [
        f"{pair.group} solves {_percent(pair.share_one)} in {pair.one} and "
        f"{_percent(pair.share_other)} in {pair.other} of the same {pair.items:,} items: "
        f"{_signed(pair.difference)} points ({_points(pair.low, pair.high)}). Whole runs scatter "
        f"by {_scatter(pair)}, so the difference "
        f"{'stands above' if pair.stands else 'is within'} run-to-run noise."
        for pair in found.pairs
        if pair.repeated and not pair.ceiling and pair.models == (pair.group,)
    ]


def _scatter(pair: Pair) -> str:
    sds = [number(100 * (run.sd or 0.0)) for run in pair.runs or ()]
    counts = [str(run.count) for run in pair.runs or ()]
    return f"{' and '.join(sds)} points (SD of {' and '.join(counts)} runs)"


def _ceilings(found: Comparison) -> list[str]:
    return [
        f"{pair.group} solves {_percent(pair.share_one)} in {pair.one} and "
        f"{_percent(pair.share_other)} in {pair.other}: both are at the ceiling, so these items "
        "cannot show what the harness does for it."
        for pair in found.pairs
        if pair.ceiling and pair.models == (pair.group,)
    ]


def _harness_table(document: dict[str, Any]) -> str:
    sides = any(h["by_openness"] for h in document["harnesses"])
    rows = [
        (
            h["harness"],
            number(h["value"], 2),
            span(h["low"], h["high"], 2, join="–"),
            len(h["models"]),
            ", ".join(f"{n} {side}" for side, n in h["by_openness"].items()) or "–",
        )
        for h in document["harnesses"]
    ]
    columns = [
        Column("harness", wrap=True, least=16),
        Column("logit", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
        Column("models", right=True),
        Column("of which", wrap=True, least=12),
    ]
    return table(columns, rows) if sides else table(columns[:-1], [row[:-1] for row in rows])


def _pair_table(document: dict[str, Any]) -> str:
    """Pooled differences from the common harness, in points."""
    rows = [
        (
            _against(p, document["common"]),
            p["group"],
            len(p["models"]),
            f"{p['items']:,}",
            _signed(_turned(p, document["common"])[0]),
            _points(*_turned(p, document["common"])[1:]),
        )
        for p in document["pairs"]
        if document["common"] in {p["one"], p["other"]}
        and [p["group"]] != p["models"]
        and not p["ceiling"]
    ]
    columns = [
        Column(f"against {document['common']}", wrap=True, least=16),
        Column("weights"),
        Column("models", right=True),
        Column("items", right=True),
        Column("points", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    return table(columns, rows) if rows else ""


def _against(pair: Row, common: str) -> str:
    return str(pair["one"] if pair["other"] == common else pair["other"])


def _turned(pair: Row, common: str) -> tuple[float, float, float]:
    if pair["other"] == common:
        return pair["difference"], pair["low"], pair["high"]
    return -pair["difference"], -pair["high"], -pair["low"]


def _model_table(document: dict[str, Any]) -> str:
    rows = [
        (
            row["model"],
            _share(row, "common") + ("" if row["common_ran"] else "*"),
            _share(row, "own"),
            _share(row, "best"),
            row["best_harness"] + ("?" if _open(row) else ""),
        )
        for row in document["models"][:SHOWN]
    ]
    columns = [
        Column("model", wrap=True, least=14),
        Column("common", right=True),
        Column("own", right=True),
        Column("best", right=True),
        Column("best in", wrap=True, least=8),
    ]
    return table(columns, rows)


def _open(row: Row) -> bool:
    sure: bool = row["harnesses"] == 1 or row["best_chance"] >= 0.9
    return not sure


def _share(row: Row, view: str) -> str:
    if row[view] is None:
        return "–"
    low, high = 100 * row[f"{view}_low"], 100 * row[f"{view}_high"]
    return f"{number(100 * row[view], 0)} [{number(low, 0)}, {number(high, 0)}]"


def _closing(document: dict[str, Any]) -> str:
    more = len(document["models"]) - SHOWN
    return (
        f"Per cent of the {document['n_items']:,} item{'s' * (document['n_items'] > 1)} solved: "
        "all models in "
        f"{document['common']} (* never ran there: its own way with it is drawn from what "
        "models show elsewhere), each in its developer's own harness, and each in the best of "
        "those it ran in (? another may be best). Benchmark accuracy: intervals are for "
        "these items; those of differences, paired by item, are for items like these. "
        "Logits of harnesses are for the average model, around the mean of all harnesses."
        + (f" {more} more models with --json or --csv." if more > 0 else "")
    )


def _percent(share: float) -> str:
    return f"{number(100 * share)}%"


def _signed(share: float) -> str:
    return ("+" if share > 0 else "") + number(100 * share)


def _points(low: float, high: float) -> str:
    return span(100 * low, 100 * high)
