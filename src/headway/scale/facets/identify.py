"""What a design can tell, before any fit: its unconnected parts, and what is confounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from headway.scale.facets.blocks import distinct
from headway.scale.facets.columns import Counts, combined, compact
from headway.scale.facets.design import Design
from headway.scale.facets.formula import Formula
from headway.scale.facets.prior import MIDDLE
from headway.scale.table import Floats, Ints

SETUP = ("harness", "effort")  # what makes another setup of the same model
SHOWN = 4
FEW = 5  # attempts per level; see _thin
TWO = 2  # so many levels say next to nothing of their SD


@dataclass(frozen=True)
class Component:
    """Models in their setups that share items, directly or through others.

    Attributes
    ----------
    models, items : tuple of str
        Names, sorted.
    setups : int
        Different (model, setup) pairs.
    cells : int
    """

    models: tuple[str, ...]
    items: tuple[str, ...]
    setups: int
    cells: int


def components(data: Counts, rows: Ints) -> tuple[Component, ...]:
    """Connected parts of the bipartite graph of model×setup and item; the largest comes first.

    Parameters
    ----------
    data : Counts
    rows : (N,) int
        Rows of the data that are fitted.
    """
    setup, part = parts(data, rows)
    models = _within(part, data.model[rows], data.models)
    items = _within(part, data.item[rows], data.items)
    setups = np.bincount(part[np.unique(setup, return_index=True)[1]]).tolist()
    cells = np.bincount(part).tolist()
    found = [Component(*each) for each in zip(models, items, setups, cells, strict=True)]
    return tuple(sorted(found, key=lambda c: (-c.cells, c.models)))


def _within(part: Ints, code: Ints, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Names that occur in each part, sorted."""
    owner, level = np.divmod(distinct(part * len(names) + code), len(names))
    texts = np.array(names, dtype=object)[level].tolist()
    ends = np.cumsum(np.bincount(owner)).tolist()
    return [tuple(sorted(texts[a:b])) for a, b in pairwise([0, *ends])]


def parts(data: Counts, rows: Ints) -> tuple[Ints, Ints]:
    """Pair of model and setup, and connected part, of each row; both (N,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names = tuple(name for name in SETUP if name in data.labels)
    setup = data.model[rows]
    for name in names:
        levels, code = data.labels[name]
        setup = compact(setup * (len(levels) + 1) + code[rows] + 1)
    setup = compact(setup)
    count = int(setup.max()) + 1
    shape = (count + len(data.items),) * 2
    edges = coo_array((np.ones(len(rows)), (setup, count + data.item[rows])), shape=shape)
    label = connected_components(edges, directed=False)[1]
    return setup, compact(label[setup].astype(np.int64))


def notes(
    formula: Formula, data: Counts, design: Design, found: tuple[Component, ...]
) -> tuple[str, ...]:
    """What the design cannot tell, one sentence each."""
    out = list(design.cautions)
    out += _disconnected(found)
    out += _same_levels(design)
    out += _confounded(formula, data, design.rows)
    out += _one_sided(data, design.rows)
    out += _seen_once(formula, data, design.rows)
    out += _thin(data, design)
    out += _two(design)
    return tuple(out)


def listed(names: Sequence[str], shown: int = SHOWN) -> str:
    """``A, B and C``, or ``A, B, C, D and 7 more``."""
    head, rest = list(names[:shown]), len(names) - shown
    if rest > 0:
        return f"{', '.join(head)} and {rest} more"
    return " and ".join([", ".join(head[:-1]), head[-1]] if len(head) > 1 else head)


def _disconnected(found: tuple[Component, ...]) -> list[str]:
    if len(found) == 1:
        return []
    each = "; ".join(f"{listed(c.models)} on {_many(len(c.items), 'item')}" for c in found[:SHOWN])
    more = "; ..." if len(found) > SHOWN else ""
    sentence = (
        f"The data fall into {len(found)} parts that share no item ({each}{more}): levels of one "
        "part cannot be compared with those of another."
    )
    return [sentence]


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _same_levels(design: Design) -> list[str]:
    out = []
    for a, b in combinations(design.terms, 2):
        if len(a.levels) != len(b.levels) or not np.array_equal(a.values, b.values):
            continue
        if len(distinct(a.code * len(b.levels) + b.code)) == len(a.levels):
            out.append(
                f"{a.name} and {b.name} part the data in the same way: their effects cannot be "
                "told apart, and how the variance falls between them is arbitrary."
            )
    return out


def _confounded(formula: Formula, data: Counts, rows: Ints) -> list[str]:
    """Labels and numbers of which one says the other."""
    used = [name for name in formula.names() if name in {*data.labels, "model"}]
    names = list(dict.fromkeys([n for n in (*used, *SETUP) if n in {*data.labels, "model"}]))
    out = []
    for a, b in combinations([n for n in names if n in {"model", "run", "family", *SETUP}], 2):
        both = _codes(data, a, rows), _codes(data, b, rows)
        known = (both[0] >= 0) & (both[1] >= 0)
        x, y = both[0][known], both[1][known]
        if known.any():
            out += _nested(a, b, x, y)
    for number in [name for name in formula.names() if name in data.numbers]:
        out += [
            f"{number} is confounded with {label}: it is the same in all rows of one {label}, so "
            f"its effect is also a difference between {_plural(label)}."
            for label in ("model", *SETUP)
            if label in names and _settled(data.numbers[number][rows], _codes(data, label, rows))
        ]
    return out


def _settled(values: Floats, code: Ints) -> bool:
    """Whether a number is constant within the levels of a label."""
    order = np.lexsort([values, code])
    same = np.diff(code[order]) == 0
    return bool((np.diff(values[order])[same] == 0).all())


def _nested(a: str, b: str, x: Ints, y: Ints) -> list[str]:
    levels = len(distinct(x)), len(distinct(y))
    if min(levels) < 2 or "run" in {a, b}:
        return []  # runs lie within setups by nature
    pairs = len(distinct(x * (int(y.max()) + 1) + y))
    if pairs == max(levels):
        inner, outer = (a, b) if levels[0] >= levels[1] else (b, a)
        sentence = (
            f"{inner} is confounded with {outer}: every {inner} ran with one {outer} only, so "
            f"differences between {_plural(outer)} are also differences between {_plural(inner)}."
        )
        return [sentence]
    return []


def _plural(name: str) -> str:
    return (
        f"{name}es" if name.endswith("s") else f"{name[:-1]}ies" if name[-1] == "y" else f"{name}s"
    )


def _codes(data: Counts, name: str, rows: Ints) -> Ints:
    return data.model[rows] if name == "model" else data.labels[name][1][rows]


def one_sided(data: Counts, rows: Ints, label: str, side: str) -> dict[str, list[str]]:
    """Levels of ``label`` of which all rows have one and the same ``side``: side to levels."""
    if label not in data.labels or side not in data.labels:
        return {}
    sides = data.labels[side][0]
    a, b = _codes(data, label, rows), _codes(data, side, rows)
    known = (a >= 0) & (b >= 0)
    if len(distinct(b[known])) < 2:
        return {}
    levels, seen = np.divmod(distinct(a[known] * len(sides) + b[known]), len(sides))
    alone = np.bincount(levels)[levels] == 1
    out: dict[str, list[str]] = {}
    for k, s in zip(levels[alone].tolist(), seen[alone].tolist(), strict=True):
        out.setdefault(sides[s], []).append(data.labels[label][0][k])
    return out


def _one_sided(data: Counts, rows: Ints) -> list[str]:
    out = []
    for label in SETUP:
        for side, levels in one_sided(data, rows, label, "openness").items():
            other = [s for s in data.labels["openness"][0] if s != side]
            what = label if len(levels) == 1 else _plural(label)
            pronoun = "it does" if len(levels) == 1 else "they do"
            out.append(
                f"{what.capitalize()} {listed(levels)} ran only {side} models: nothing is "
                f"known of what {pronoun} for {listed(other)} ones."
            )
    return out


def _thin(data: Counts, design: Design) -> list[str]:
    trials = float(data.trials[design.rows].sum())
    return [
        f"Levels of {term.name} have {trials / len(term.levels):.1f} attempts on average: with so "
        "few the Laplace approximation understates their SD (in simulations by a third at 2, a "
        "sixth at 3, a fourteenth at 5), and its interval does not know."
        for term in design.terms
        if trials / len(term.levels) < FEW
    ]


def _two(design: Design) -> list[str]:
    return [
        f"{term.name} has {TWO} levels: how far such levels may differ is mostly what is believed "
        f"beforehand (an SD of {MIDDLE:g} logits, give or take a factor of 4)."
        for term in design.terms
        if len(term.levels) == TWO
    ]


def _seen_once(formula: Formula, data: Counts, rows: Ints) -> list[str]:
    out = []
    for label in SETUP:
        if label in data.labels and label in formula.names() and label not in _fixed(formula):
            out += _single_model(data, rows, label)
    for grouping in formula.random:
        if grouping.names == ("item",) or any(n not in _labels(data) for n in grouping.names):
            continue
        levels, code = combined(grouping.names, _labels(data), rows)
        single = np.flatnonzero(np.bincount(code, minlength=len(levels)) == 1)
        lone = [levels[k] for k in single]
        if lone and len(lone) < len(levels):
            out.append(
                f"{listed(lone)} of {grouping.name} {'has' if len(lone) == 1 else 'have'} one "
                "cell only: what is said of it is almost the prior."
            )
    return out


def _single_model(data: Counts, rows: Ints, label: str) -> list[str]:
    levels, code = data.labels[label][0], _codes(data, label, rows)
    model, known = data.model[rows], code >= 0
    ran = distinct(code[known] * len(data.models) + model[known]) // len(data.models)
    lone = [levels[k] for k in np.flatnonzero(np.bincount(ran) == 1)]
    if not lone or model.min() == model.max():
        return []
    one = len(lone) == 1
    what = (label if one else _plural(label)).capitalize()
    verb, whose, it = ("only", "its effect", "it") if one else ("each", "their effects", "them")
    sentence = (
        f"{what} {listed(lone)} ran one model {verb}: {whose} cannot be told from how that model "
        f"takes to {it}."
    )
    return [sentence]


def _fixed(formula: Formula) -> set[str]:
    return {name for names in formula.fixed for name in names}


def _labels(data: Counts) -> dict[str, tuple[tuple[str, ...], Ints]]:
    own = {"model": (data.models, data.model), "item": (data.items, data.item)}
    return {**data.labels, **own}
