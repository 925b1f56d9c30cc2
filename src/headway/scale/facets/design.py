"""A formula and data as arrays: which level every cell has in every term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.blocks import Layout
from headway.scale.facets.columns import Columns, Counts, combined, number
from headway.scale.facets.formula import Formula, Grouping, known
from headway.scale.table import Floats, Ints

LARGEST = 8_000  # levels besides those of the largest term: a dense system of half a gigabyte


@dataclass(frozen=True, eq=False)
class Term:
    """One random effect.

    Attributes
    ----------
    name : str
    levels : tuple of str, length L
    code : (N,) int
        Level of each cell.
    values : (N,) float
        What the effect multiplies: 1 for a shift.
    """

    name: str
    levels: tuple[str, ...]
    code: Ints
    values: Floats


@dataclass(frozen=True, eq=False)
class Design:
    """Cells, fixed effects and random effects.

    Attributes
    ----------
    successes, trials : (N,) float
    x : (N, P) float
        Fixed effects, the intercept first.
    fixed : tuple of str, length P
    terms : tuple of Term
        The first has the most levels; it is the one that is eliminated.
    rows : (N,) int
        Rows of the data that the cells come from.
    cautions : tuple of str
    """

    successes: Floats
    trials: Floats
    x: Floats
    fixed: tuple[str, ...]
    terms: tuple[Term, ...]
    rows: Ints
    cautions: tuple[str, ...] = ()

    @property
    def n_levels(self) -> int:
        """Levels of all terms together, Q + K."""
        return sum(len(term.levels) for term in self.terms)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each term's levels lie among all levels."""
        ends = np.cumsum([0, *(len(term.levels) for term in self.terms)]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(ends))

    def contribution(self, term: int, effects: Floats) -> Floats:
        """What the effects (L,) of one term add to every cell, (N,)."""
        one = self.terms[term]
        return effects[one.code] * one.values

    def spread(self, effects: Floats) -> Floats:
        """What the effects (Q + K,) of all terms add to every cell, (N,)."""
        total = np.zeros(len(self.trials))
        for t, part in enumerate(self.slices):
            total += self.contribution(t, effects[part])
        return total

    def gather(self, cells: Floats) -> Floats:
        """Sums (Q + K,) of ``cells`` (N,) over the cells of each level: the transpose."""
        sums = [np.bincount(t.code, cells * t.values, len(t.levels)) for t in self.terms]
        return np.concatenate(sums).astype(float)

    @cached_property
    def layout(self) -> Layout:
        """Entries of the block of the first term by all others."""
        first, q = self.terms[0], len(self.terms[0].levels)
        places = zip(self.terms[1:], self.slices[1:], strict=True)
        columns = [term.code + (here.start - q) for term, here in places]
        return Layout.of(first.code, columns, (q, self.n_levels - q))

    def products(self, weight: Floats, sd: Floats) -> tuple[Floats, Floats, Floats]:
        """I + Z'WZ, Z scaled by the SD (T,) of each term.

        Returns the diagonal block (Q,), the entries (E,) of the cross block that ``layout`` has,
        and the block (K, K) of all terms but the first.
        """
        first, q = self.terms[0], len(self.terms[0].levels)
        scaled = [s * t.values for s, t in zip(sd, self.terms, strict=True)]
        weighted = weight * scaled[0]
        diagonal = 1 + np.bincount(first.code, weighted * scaled[0], q).astype(float)
        entries = self.layout.fill([weighted * s for s in scaled[1:]])
        return diagonal, entries, self._dense(weight, scaled)

    def _dense(self, weight: Floats, scaled: Sequence[Floats]) -> Floats:
        q, k = len(self.terms[0].levels), self.n_levels - len(self.terms[0].levels)
        dense = np.eye(k)
        for a in range(1, len(self.terms)):
            here, own = self._among(a, q), weight * scaled[a]
            levels = np.arange(here.start, here.stop)
            dense[levels, levels] += np.bincount(self.terms[a].code, own * scaled[a], len(levels))
            for b in range(1, a):
                there = self._among(b, q)
                block = _table(self.terms[a], self.terms[b], own * scaled[b])
                dense[here, there], dense[there, here] = block, block.T
        return dense

    def _among(self, term: int, q: int) -> slice:
        part = self.slices[term]
        return slice(part.start - q, part.stop - q)


def _table(a: Term, b: Term, cells: Floats) -> Floats:
    shape = len(a.levels), len(b.levels)
    sums = np.bincount(a.code * shape[1] + b.code, cells, shape[0] * shape[1])
    return sums.astype(float).reshape(shape)


def build(formula: Formula, data: Counts) -> Design:
    """Lay out a formula over the data; say what cannot be used.

    Cells without trials, without weight, or without one of the labels are left out, and counted
    in a caution. A random effect with one level is left out too.

    Raises
    ------
    ScaleError, UnknownNameError
        If the formula and the data do not fit together, or nothing is left to explain.
    """
    columns = Columns.of(data)
    known(formula, [*columns.labels, *columns.numbers])
    cautions: list[str] = []
    rows, weight = _usable(formula, data, columns, cautions)
    successes, trials = data.successes[rows] * weight, data.trials[rows] * weight
    if not 0 < successes.sum() < trials.sum():
        what = "succeeded" if successes.sum() else "failed"
        raise ScaleError(f"Every attempt {what}: there is nothing that effects could explain.")
    terms = _terms(formula, columns, rows, data.trials[rows], cautions)
    names, x = _fixed(formula, columns, rows, cautions)
    return Design(successes, trials, x, names, terms, rows, tuple(cautions))


def _usable(
    formula: Formula, data: Counts, columns: Columns, cautions: list[str]
) -> tuple[Ints, Floats]:
    weight = _weights(data)
    if not (weight >= 0).all():
        k = int(np.flatnonzero(~(weight >= 0))[0])
        where = f"{data.models[data.model[k]]!r} on {data.items[data.item[k]]!r}"
        raise ScaleError(f"The weight of {where} is {weight[k]:g}; give 0 or more.")
    keep = data.trials > 0
    for what, gone in (("without trials", ~keep), ("of weight 0", keep & (weight == 0))):
        if gone.any():
            cautions.append(f"{_cells(int(gone.sum()))} {what}: left out.")
    keep = keep & (weight > 0)
    for name in formula.names():
        gone = keep & columns.missing(name)
        if gone.any():
            cautions.append(f"{_cells(int(gone.sum()))} without {name}: left out.")
            keep &= ~gone
    if not keep.any():
        raise ScaleError("There are no cells to fit: every one was left out.")
    rows = np.flatnonzero(keep)
    return rows, weight[rows]


def _weights(data: Counts) -> Floats:
    """Weights of the cells, from a column of numbers or of texts; a missing one is 1."""
    if "weight" in data.numbers:
        return np.nan_to_num(data.numbers["weight"], nan=1.0)
    if "weight" not in data.labels:
        return np.ones(len(data.trials))
    levels, code = data.labels["weight"]
    try:
        table = np.array([*map(float, levels), 1.0])  # code -1 is the last
    except ValueError as error:
        raise ScaleError(f"Column 'weight' holds something that is no number: {error}.") from None
    return table[code]


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _terms(
    formula: Formula, columns: Columns, rows: Ints, trials: Floats, cautions: list[str]
) -> tuple[Term, ...]:
    if not formula.random:
        raise ScaleError(
            "The formula has no random effect; add one, such as (1|model) or (1|item)."
        )
    found = []
    for grouping in formula.random:
        term = _term(grouping, columns, rows)
        reason = _unseen(term, trials)
        if reason:
            cautions.append(f"{reason}: {grouping} is left out.")
        else:
            found.append(term)
    if not found:
        raise ScaleError(
            "Nothing can be compared: every random effect of the formula has one level only, or "
            "one attempt at each level."
        )
    found.sort(key=lambda term: -len(term.levels))
    rest = sum(len(term.levels) for term in found[1:])
    if rest > LARGEST:
        raise ScaleError(
            f"Besides the {len(found[0].levels):,} levels of {found[0].name} there are {rest:,} "
            f"others, and this method takes up to {LARGEST:,}; leave out a term, or fit a part."
        )
    return tuple(found)


def _unseen(term: Term, trials: Floats) -> str:
    """Why the SD of a term cannot be seen at all; empty if it can."""
    if len(term.levels) == 1:
        return (
            f"There is only one level of {term.name} ({term.levels[0]!r}), and the intercept "
            "holds its effect"
        )
    if np.bincount(term.code, trials).max() <= 1:
        return (
            f"No level of {term.name} has more than one attempt, so how much they differ cannot "
            "be told from luck"
        )
    return ""


def _term(grouping: Grouping, columns: Columns, rows: Ints) -> Term:
    for name in grouping.names:
        if name not in columns.labels:
            raise ScaleError(
                f"{name} is a number, so it has no levels for {grouping}; write it as a fixed "
                f"effect, or as a slope: (0 + {name}|model)."
            )
    values = np.ones(len(rows))
    if grouping.slope:
        values = number(grouping.slope, columns.numbers, rows)
    levels, code = combined(grouping.names, columns.labels, rows)
    return Term(grouping.name, levels, code, values)


def _fixed(
    formula: Formula, columns: Columns, rows: Ints, cautions: list[str]
) -> tuple[tuple[str, ...], Floats]:
    names, x = ["intercept"], [np.ones(len(rows))]
    for effect in formula.fixed:
        for name, column in _effect(effect, columns, rows):
            trial = np.column_stack([*x, column])
            if np.linalg.matrix_rank(trial.T @ trial, tol=1e-8 * len(rows)) < trial.shape[1]:
                cautions.append(
                    f"The effect of {name} cannot be told apart from other effects in these data: "
                    "left out."
                )
                continue
            names.append(name)
            x.append(column)
    return tuple(names), np.column_stack(x)


def _effect(effect: tuple[str, ...], columns: Columns, rows: Ints) -> list[tuple[str, Floats]]:
    """Named columns of one fixed effect; a label has one per level but its most frequent."""
    out = [("", np.ones(len(rows)))]
    for name in effect:
        coded = _coded(name, columns, rows)
        out = [(f"{left}:{right}".strip(":"), a * b) for left, a in out for right, b in coded]
    return out


def _coded(name: str, columns: Columns, rows: Ints) -> list[tuple[str, Floats]]:
    if name in columns.numbers:
        return [(name, number(name, columns.numbers, rows))]
    levels, code = combined((name,), columns.labels, rows)
    if len(levels) == 1:
        raise ScaleError(
            f"{name} is {levels[0]!r} in every row, so its effect cannot be seen; leave it out."
        )
    base = int(np.bincount(code).argmax())
    return [
        (f"{name}[{level}]", (code == k).astype(float))
        for k, level in enumerate(levels)
        if k != base
    ]
