"""The checks of an item scale for people: sentences first, then the worst of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headway.publish.listing import Row
from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

SHOWN = 5
POOR, GOOD = 0.8, 0.95  # reliabilities in words
SMALL = 0.5  # standard errors that nobody need know of
REPEATED = 1.3  # mean infit of items with repeated trials that is told
LOUD = 3.0  # standard errors by which one step may move before it is told


def diagnose_text(document: dict[str, Any]) -> str:
    """A short report of at most 80 columns."""
    parts = [
        *(prose(sentence) for sentence in sentences(document)),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        _worst(document, "models", "model"),
        _worst(document, "items", "item"),
        *(_shift_table(document, shift) for shift in document["shifts"]),
        _pair_table(document),
        _surprise_table(document),
    ]
    return "\n\n".join(part for part in parts if part)


def sentences(document: dict[str, Any]) -> list[str]:
    """What the checks say, most general first."""
    out = [_opening(document), _precision(document), _misfit(document), *_repeats(document)]
    out += [*_unjudged(document), *_dimensions(document), *_pairs(document)]
    out += [_shift_words(document, shift) for shift in document["shifts"]]
    out += [*_dropped(document), *_lost(document), *_unsettled(document), *document["words"]]
    return out


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _opening(d: dict[str, Any]) -> str:
    gone = d["missing"]
    missing = "none missing" if gone == 0 else f"{max(gone, 0.001):.1%} missing"
    return (
        f"Scale {d['scale']} of {_count(d['n_models'], 'model')} and "
        f"{_count(d['n_items'], 'item')}: {_count(d['n_responses'], 'cell')}, {missing}."
    )


def _precision(d: dict[str, Any]) -> str:
    m = d["precision"]["models"]
    worth = m["reliability"]
    how = "well" if worth >= GOOD else "fairly" if worth >= POOR else "poorly"
    strata = m["strata"]
    levels = ", too little to part them"
    if strata is None or strata >= 2:
        levels = "" if strata is None else f", enough for about {strata:.0f} levels"
    items = d["precision"]["items"]["reliability"]
    return (
        f"Models are told apart {how}: {worth:.1%} of the variance of their abilities is not "
        f"error{levels}; of the items' difficulties it is {items:.0%}."
    )


def _misfit(d: dict[str, Any]) -> str:
    rate = d["rate"]
    count = {"items": d["n_judged"], "models": d["n_models"]}
    told = [what for what in count if count[what]]
    loud, calm = (
        " and ".join(f"{_off(d[w], rate, noisy=n):,} of {count[w]:,} {w}" for w in told)
        for n in (True, False)
    )
    return (
        f"Noisier than the curve allows are {loud}, at a false discovery rate of {rate:.0%}; more "
        f"regular than chance are {calm}."
    )


def noisy(row: Row) -> bool:
    """Whether a misfit is noise rather than too much order."""
    return _loudest(row) > 0


def _loudest(row: Row) -> float:
    """The standardised mean square that is further from what is expected."""
    return float(max((row["infit_z"] or 0.0, row["outfit_z"] or 0.0), key=abs))


def _off(rows: Sequence[Row], rate: float, *, noisy: bool = True) -> int:
    return sum((row["q"] or 1.0) < rate and _noisy(row) == noisy for row in rows)


_noisy = noisy


def _dimensions(d: dict[str, Any]) -> list[str]:
    it = d["dimensions"]
    if it is None:
        return ["With a single item or model nothing can be said of dimensions."]
    if not it["extra"]:
        none = "Parallel analysis of the residuals finds no second ability"
        return [f"{none} (chance of as large a first eigenvalue: {number(it['p'], 2)})."]
    many = len(it["eigenvalues"])
    count = f"{it['extra']} or more" if it["extra"] == many else str(it["extra"])
    more = "dimension" if it["extra"] == 1 else "dimensions"
    low, high = _ends(it["loadings"])
    sentence = (
        f"Residuals hold {count} {more} beyond one ability (parallel analysis; chance at most "
        f"{number(it['p'], 3)}). The first sets {it['of']} {high} against {low}: a single number "
        "is a weighted mixture of abilities."
    )
    return [sentence]


def _ends(loadings: Sequence[Row]) -> tuple[str, str]:
    known = sorted((r for r in loadings if r["loading"] is not None), key=lambda r: r["loading"])
    low, high = ([r["name"] for r in rows] for rows in (known[:2], known[::-1][:2]))
    return " and ".join(low), " and ".join(high)


def _pairs(d: dict[str, Any]) -> list[str]:
    if d["pairs"] is None:
        return []
    worst = [row for row in d["pairs"]["worst"] if row["q"] < d["rate"]]
    tests = d["pairs"]["tests"]
    if not tests:
        few = "No two items share three models: ties between items cannot be seen."
        return [few] if d["n_judged"] else []
    if not worst:
        return [f"None of {tests:,} pairs of items goes together beyond ability."]
    least = "At least " if len(worst) == len(d["pairs"]["worst"]) else ""
    plain = f"{len(worst)} of {tests:,} pairs of items go together, or against each other,"
    return [f"{least}{plain} beyond ability: no separate evidence, so intervals are too narrow."]


def _shift_words(d: dict[str, Any], shift: dict[str, Any]) -> str:
    who = f"{shift['label']} {shift['group']}"
    known, total = shift["identified"], len(shift["items"])
    rest = total - known
    why = "identified" if d["n_judged"] == total else "identified, or not judged"
    gone = f" On {_count(rest, 'item')} it is not {why}." if rest else ""
    if not known:
        return f"On no item can a shift for {who} be identified or judged."
    found = [row for row in shift["items"] if row["q"] is not None and row["q"] < d["rate"]]
    if not found:
        none = f"None of {_count(known, 'item')} is easier or harder for {who} than ability says"
        return f"{none}.{gone}"
    easy = sum(row["shift"] > 0 for row in found)
    return (
        f"{_count(len(found), 'item')} of {known:,} {'is' if len(found) == 1 else 'are'} not the "
        f"same for {who} at equal ability: {easy} easier, {len(found) - easy} harder.{gone}"
    )


def _dropped(d: dict[str, Any]) -> list[str]:
    return [_loss(what, rows[0]) for what, rows in d["dropped"].items() if rows]


def _lost(d: dict[str, Any]) -> list[str]:
    """The model that the others lean on most, by way of the items."""
    if not d["lost_models"]:
        return []
    row = d["lost_models"][0]
    item = max(d["lost_models"], key=lambda r: abs(r["item_errors"]))
    items = (
        f"the difficulty of {item['item']} leans most on one model, {item['name']}: without it "
        f"it would move by {number(abs(item['item_errors']))} standard errors."
    )
    return [f"{_loss('model', row)[:-1]}; {items}"]


def _loss(what: str, row: Row) -> str:
    size = f"{number(abs(row['by']), 2)}, or {number(abs(row['errors']))} standard errors"
    if abs(row["errors"]) < SMALL:
        return f"No single {what} matters much: without it no ability moves by more than {size}."
    where = "up" if row["by"] > 0 else "down"
    return (
        f"Without {what} {row['name']}, {row['model']} would move {where} by {size}: no other "
        f"{what} weighs as much."
    )


def _repeats(d: dict[str, Any]) -> list[str]:
    """Trials of one cell that agree more than chance."""
    if d["n_trials"] <= d["n_responses"]:
        return []
    known = [row["infit"] for row in d["items"] if row["infit_z"] is not None]
    excess = sum(known) / max(len(known), 1)
    if excess < REPEATED:
        return []
    sentence = (
        f"Trials of one cell are alike: residuals vary {number(excess)} times as much as those of "
        "independent trials, so intervals are too narrow by about the root of that."
    )
    return [sentence]


def _unjudged(d: dict[str, Any]) -> list[str]:
    """Items of many models that answered few: residuals say nothing true of them."""
    gone = d["n_items"] - d["n_judged"]
    if not gone:
        return []
    each = d["n_responses"] / d["n_models"]
    sentence = (
        f"Models answered about {each:.0f} items each: their abilities are too uncertain for the "
        f"residuals of {_count(gone, 'item')} to be judged. Fit, shifts and ties of these are not "
        "told."
    )
    return [sentence]


def _unsettled(d: dict[str, Any]) -> list[str]:
    if d["unsettled"] < LOUD:
        return []
    sentence = (
        f"One more step would move an ability by {number(d['unsettled'])} standard errors: the fit "
        "has not settled, or items with few answers pull it."
    )
    return [sentence]


def _worst(d: dict[str, Any], what: str, name: str) -> str:
    rows = [row for row in d[what] if row["q"] is not None and row["q"] < d["rate"]]
    if not rows:
        return ""
    # What is noisier than it should be matters more than what is tidier.
    rows.sort(key=lambda r: (_loudest(r) < 0, -abs(_loudest(r))))
    columns = [
        Column(f"worst-fitting {what}", wrap=True, least=20),
        Column("solved", right=True),
        Column("expected", right=True),
        Column("infit", right=True),
        Column("z", right=True),
        Column("outfit", right=True),
        Column("z", right=True),
    ]
    cells = [
        (
            row[name],
            f"{row['observed']:.0%}",
            f"{row['expected']:.0%}",
            number(row["infit"], 2),
            number(row["infit_z"]),
            number(row["outfit"], 2),
            number(row["outfit_z"]),
        )
        for row in rows[:SHOWN]
    ]
    return table(columns, cells)


def _shift_table(d: dict[str, Any], shift: dict[str, Any]) -> str:
    rows = [row for row in shift["items"] if row["q"] is not None and row["q"] < d["rate"]]
    if not rows:
        return ""
    rows.sort(key=lambda r: r["p"])
    columns = [
        Column(f"easier (+) or harder (−) for {shift['group']}", wrap=True, least=20),
        Column("logits", right=True),
        Column(f"{d['level']:.0%} interval", right=True),
        Column("FDR", right=True),
    ]
    cells = [
        (
            row["item"],
            number(row["shift"]),
            span(row["low"], row["high"], join="–"),
            _rate(row["q"]),
        )
        for row in rows[:SHOWN]
    ]
    return table(columns, cells)


def _pair_table(d: dict[str, Any]) -> str:
    rows = [row for row in (d["pairs"] or {"worst": []})["worst"] if row["q"] < d["rate"]]
    columns = [
        Column("item", wrap=True, least=16),
        Column("and item", wrap=True, least=16),
        Column("models", right=True),
        Column("Q3", right=True),
        Column("FDR", right=True),
    ]
    cells = [
        (r["first"], r["second"], r["shared"], number(r["q3"], 2), _rate(r["q"]))
        for r in rows[:SHOWN]
    ]
    return table(columns, cells) if cells else ""


def _surprise_table(d: dict[str, Any]) -> str:
    columns = [
        Column("least expected: model", wrap=True, least=16),
        Column("item", wrap=True, least=16),
        Column("solved", right=True),
        Column("chance", right=True),
    ]
    cells = [
        (row["model"], row["item"], f"{row['successes']:g} of {row['trials']:g}", _chance(row))
        for row in d["surprises"][:SHOWN]
    ]
    return table(columns, cells)


def _chance(row: Row) -> str:
    p = row["chance"]
    return "< 0.1%" if p < 0.001 else "> 99.9%" if p > 0.999 else f"{p:.1%}"


def _rate(q: float) -> str:
    return "< 0.001" if q < 0.001 else number(q, 3)
