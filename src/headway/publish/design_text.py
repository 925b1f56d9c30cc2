"""What a design comes to, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headway.publish.table import Column, prose, table
from headway.publish.words import clean

__all__ = ["plan_text"]

_BASES = {
    "task": "the same model, harness and task",
    "model": "the same model and harness",
    "harness": "the same harness, with any model",
}
_SHOWN = 12


def plan_text(document: Mapping[str, Any]) -> str:
    """The document of ``headway elicit plan`` in words and tables of at most 80 columns."""
    parts = [
        prose(_head(document)),
        _costs(document),
        _list("Not run", [_unrun(each) for each in document["not_runnable"]]),
        _list("What can be compared", list(_compared(document["identifies"]))),
        _list("What cannot be told", document["identifies"]["notes"]),
        _list("Before the first run", [_key(name) for name in document["keys_missing"]]),
        _list("Costs", document["notes"]),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(document: Mapping[str, Any]) -> str:
    runs, done = document["runs"], document["done"]
    currency, cap = document["money"]["currency"], document["cap"]
    said = [f"The design {clean(document['design'])} comes to {_many(runs, 'run')}."]
    if done["runs"]:
        cost = f", for {_rough(done['money'])} {currency}" if done["money"] is not None else ""
        said.append(f"{_many(done['runs'], 'run')} of them {_is(done['runs'])} done{cost}.")
    if not document["costs"]:
        return " ".join([*said, "Nothing is left to run."])
    left = "What is left" if done["runs"] else "They"
    said.append(f"{left} will take {_span(document['tokens'], 'tokens')}")
    said[-1] += f" and cost {_span(document['money'], currency or 'in money')}"
    said[-1] += " (90 % interval)." if document["tokens"]["high"] is not None else "."
    if document["most"] is not None:
        said.append(f"The budgets allow {_rough(document['most'])} {currency} at most.")
    if cap:
        said.append(f"The cap is {cap['limit']:g} {cap['currency']}.")
    return " ".join(said)


def _costs(document: Mapping[str, Any]) -> str:
    rows = document["costs"]
    if not rows:
        return ""
    currency = document["money"]["currency"] or "money"
    columns = [
        Column("model", wrap=True),
        Column("harness", wrap=True),
        Column("runs\nleft", right=True),
        Column("runs\nmeasured", right=True),
        Column("tokens", right=True, wrap=True, least=10),
        Column(currency, right=True, wrap=True, least=10),
        Column("at\nmost", right=True),
    ]
    cells = [
        [
            row["model"],
            row["harness"],
            row["runs"],
            row["measured"],
            _short(row["tokens"]),
            _short(row["money"]),
            _rough(row["most"]),
        ]
        for row in rows
    ]
    bases = {row["basis"] for row in rows if row["basis"]}
    used = "; ".join(_BASES[basis] for basis in _BASES if basis in bases)
    note = prose(f"Measured runs are of {used}.") if used else ""
    return "\n\n".join(part for part in (table(columns, cells), note) if part)


def _unrun(each: Mapping[str, str]) -> str:
    return f"{each['model']} in {each['harness']}: {each['why']}"


def _compared(said: Mapping[str, Any]) -> Iterable[str]:
    for each in said["comparisons"]:
        if each["identified"]:
            which = f"all {each['levels']} with one another"
        else:
            which = "; ".join(_among(levels) for levels in each["classes"])
        yield f"{each['factor']}: {which} ({_many(each['matched'], 'matched pair')} of cells)"
    for pair, count in said["squares"].items():
        if count:
            one, other = pair.split(":")
            yield f"whether what {other} does depends on {one} ({_many(count, 'crossed square')})"


def _among(levels: Sequence[str]) -> str:
    return " with ".join(levels) if len(levels) > 1 else f"{levels[0]} with none"


def _key(name: str) -> str:
    return f"Set {name}: it holds a key, and is not set."


def _span(sums: Mapping[str, Any], unit: str) -> str:
    low, median, high = sums["low"], sums["median"], sums["high"]
    if median is None:
        return f"an unknown number of {unit}" if unit == "tokens" else "an unknown sum"
    return f"{_rough(median)} {unit} ({_rough(low)} to {_rough(high)})"


def _short(sums: Mapping[str, Any]) -> str:
    if sums["median"] is None:
        return "–"
    return f"{_rough(sums['low'])} to {_rough(sums['high'])}"


def _rough(value: float | None) -> str:
    """Two significant digits."""
    if value is None:
        return "–"
    two = float(f"{value:.2g}")
    if two >= 1e6:
        return f"{two / 1e6:g} million"
    return f"{two:,.0f}" if two >= 10 else f"{two:g}"


def _list(name: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    shown = list(items[:_SHOWN])
    if len(items) > _SHOWN:
        shown.append(f"and {len(items) - _SHOWN} more (--json has them all)")
    return "\n".join([f"{name}:", *(prose(text, first="  ", rest="    ") for text in shown)])


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
