"""Many abilities for people and programs: one per domain, their correlations, a weighted sum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.publish.abilities import LEVEL, SHOWN, notes, unshown
from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.scale.domains import Domains
    from headway.sources.responses import ResponseTable


def fit_domains(
    data: Path | ResponseTable | None, name: str, by: str, *, draws: int = 500
) -> Domains:
    """One ability per value of a label of the items.

    Parameters
    ----------
    data
        Tidy responses with that label.
    name
        ``two_pl``, or ``rasch`` for items with slope 1.
    by
        The column, such as ``benchmark``.
    draws
        Joint draws.

    Raises
    ------
    DataError
        If there is no file, or it cannot be read as responses.
    ScaleError
        If another scale is asked for, the column is not there, or an item has two domains.
    """
    from headway.errors import DataError, ScaleError
    from headway.scale.domains import domains
    from headway.scale.responses import Responses
    from headway.sources.responses import table_of

    if name not in {"two_pl", "rasch"}:
        raise ScaleError(f"Domains go with --scale two_pl or rasch, not {name!r}.")
    if data is None:
        raise DataError("Domains are fitted to answers to single items: pass --data RESPONSES.")
    responses = Responses.build(table_of(data).columns)
    return domains(responses, by, slopes=name == "two_pl", draws=draws)


def domains_document(scale: Domains, name: str) -> dict[str, Any]:
    """The fit as ``headway scale --domains --json`` gives it (``docs/schema/domains.json``)."""
    total = scale.total()
    low, high = total.interval(LEVEL)
    order = sorted(range(len(scale.models)), key=lambda k: (-total.value[k], scale.models[k]))
    return {
        "scale": name,
        "unit": scale.unit,
        "level": LEVEL,
        "loglik": scale.loglik,
        "method": scale.method,
        "gauge": scale.gauge,
        "n_models": len(scale.models),
        "n_items": sum(scale.items),
        "n_responses": scale.n_responses,
        "total": {"words": total.words, "weights": dict(total.weights)},
        "domains": [
            {"name": d, "items": scale.items[k], "reliability": float(scale.reliability[k])}
            for k, d in enumerate(scale.domains)
        ],
        "correlations": _correlations(scale),
        "models": [
            {
                "name": scale.models[m],
                "total": {
                    "value": float(total.value[m]),
                    "low": float(low[m]),
                    "high": float(high[m]),
                },
                "domains": _abilities(scale, m),
            }
            for m in order
        ],
        "cautions": list(scale.cautions),
    }


def _correlations(scale: Domains) -> list[Row]:
    low, high = scale.correlation_interval(LEVEL)
    names = scale.domains
    return [
        {
            "a": names[i],
            "b": names[j],
            "value": float(scale.correlation[i, j]),
            "low": float(low[i, j]),
            "high": float(high[i, j]),
        }
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]


def _abilities(scale: Domains, m: int) -> list[Row]:
    low, high = scale.interval(LEVEL)
    return [
        {
            "domain": name,
            "value": float(scale.ability[m, k]),
            "low": float(low[m, k]),
            "high": float(high[m, k]),
            "answered": bool(scale.answered[m, k]),
        }
        for k, name in enumerate(scale.domains)
    ]


def domains_rows(document: dict[str, Any]) -> list[Row]:
    """One row per model and domain, for CSV."""
    return [{"model": row["name"], **one} for row in document["models"] for one in row["domains"]]


def domains_text(document: dict[str, Any]) -> str:
    """The weighted sum and the abilities behind it, the correlations, and what they are."""
    parts = [
        _model_table(document),
        _correlation_table(document),
        _reliability_table(document),
        notes(document),
        prose(_closing(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def _model_table(document: dict[str, Any]) -> str:
    names = [d["name"] for d in document["domains"]]
    columns = [
        Column("model", wrap=True, least=16),
        Column("sum", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
        *(Column(f"({k})", right=True) for k in range(1, len(names) + 1)),
    ]
    rows = [
        (
            row["name"],
            number(row["total"]["value"], 2),
            span(row["total"]["low"], row["total"]["high"], 2, join="–"),
            *(number(one["value"], 2) if one["answered"] else "–" for one in row["domains"]),
        )
        for row in document["models"][:SHOWN]
    ]
    key = ", ".join(f"({k}) {name}" for k, name in enumerate(names, 1))
    return table(columns, rows) + "\n" + prose(f"{key}. A dash: no answers there.", first="  ")


def _correlation_table(document: dict[str, Any]) -> str:
    if not document["correlations"]:
        return ""
    columns = [
        Column("domain", wrap=True),
        Column("domain", wrap=True),
        Column("correlation", right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    rows = [
        (c["a"], c["b"], number(c["value"], 2), span(c["low"], c["high"], 2, join="–"))
        for c in document["correlations"]
    ]
    return table(columns, rows)


def _reliability_table(document: dict[str, Any]) -> str:
    columns = [
        Column("domain", wrap=True),
        Column("items", right=True),
        Column("reliability", right=True),
    ]
    rows = [(d["name"], d["items"], number(d["reliability"], 2)) for d in document["domains"]]
    return table(columns, rows)


def _closing(document: dict[str, Any]) -> str:
    return (
        f"{unshown(document)}The sum is {document['total']['words']}. "
        f"Scale {document['scale']} per domain: {document['n_models']} models, "
        f"{document['n_items']} items, {document['n_responses']:,} cells. "
        f"Method: {document['method']}. Gauge: {document['gauge']}."
    )
