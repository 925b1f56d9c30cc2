"""Which comparisons a design identifies, before any of it is run.

In a model with one effect per level and no interactions, a difference between two levels can be
estimated exactly if it lies in the row space of the matrix of the design (Searle, *Linear Models*,
1971, section 5.4), that is, if the two levels have equal rows in a basis of its null space. So the
levels of a factor fall into classes: within one they can be compared, between two they cannot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from headway.errors import ScaleError
from headway.plan.sentences import sentences

__all__ = ["ITEM", "Comparison", "Identified", "identify", "parts"]

ITEM = "task"
_TINY, _SAME = 1e-8, 1e-6
Rows = Sequence[tuple[str, ...]]
Classes = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One factor of a design, and which of its levels can be compared.

    Attributes
    ----------
    factor : str
    classes : tuple of tuple of str
        Levels that can be compared with one another, the largest class first; a single class is
        all of them.
    matched : int
        Pairs of cells that differ in this factor alone: such comparisons assume nothing.
    """

    factor: str
    classes: Classes
    matched: int

    @property
    def levels(self) -> tuple[str, ...]:
        """All levels, sorted."""
        return tuple(sorted(level for each in self.classes for level in each))

    @property
    def identified(self) -> bool:
        """Whether all levels can be compared."""
        return len(self.classes) == 1


@dataclass(frozen=True, slots=True)
class Identified:
    """What a design can tell.

    Attributes
    ----------
    parts : int
        Groups of models in their setups that share no task with one another.
    comparisons : tuple of Comparison
        Of every factor that has more than one level, but the task.
    squares : dict of str to int
        For two factors, ``a:b``, how many squares (two levels of each, with all else equal) the
        design has. Without any, it cannot tell whether the one changes what the other does.
    notes : tuple of str
        What it cannot tell, one sentence each.
    """

    parts: int
    comparisons: tuple[Comparison, ...]
    squares: dict[str, int]
    notes: tuple[str, ...]


def identify(columns: Mapping[str, Sequence[str]], attempts: Sequence[int]) -> Identified:
    """Say what can be compared.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Factors, one value per cell; ``model`` and ``task`` are needed.
    attempts : sequence of int
        Attempts per cell.

    Raises
    ------
    ScaleError
        If there is no cell.
    """
    if not attempts:
        raise ScaleError("There is nothing to compare: no run of this design can be made.")
    names = [name for name, values in columns.items() if len(set(values)) > 1]
    rows = sorted(set(zip(*(columns[name] for name in names), strict=True)))
    factors = [name for name in names if name != ITEM]
    classes = _classes(names, rows)
    squares = {
        f"{a}:{b}": _squares(names, rows, a, b)
        for a, b in combinations(factors, 2)
        if a in {"model", "harness"}
    }
    count = parts(columns)
    return Identified(
        parts=count,
        comparisons=tuple(
            Comparison(name, classes[name], _matched(names, rows, name)) for name in factors
        ),
        squares=squares,
        notes=sentences(names, rows, classes, squares, count, sum(attempts)),
    )


def parts(columns: Mapping[str, Sequence[str]]) -> int:
    """Connected parts of the graph of models in their setups, and tasks."""
    setups = zip(*(values for name, values in columns.items() if name != ITEM), strict=True)
    above: dict[object, object] = {}

    def root(node: object) -> object:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for setup, task in zip(setups, columns[ITEM], strict=True):
        above[root(setup)] = root((ITEM, task))
    return len({root(node) for node in list(above)})


def _classes(names: Sequence[str], rows: Rows) -> dict[str, Classes]:
    """Levels of each factor that can be compared with one another."""
    places = {
        (name, level): None
        for k, name in enumerate(names)
        for level in sorted({row[k] for row in rows})
    }
    order = {place: n for n, place in enumerate(places)}
    x = np.zeros((len(rows), len(order)))
    for n, row in enumerate(rows):
        for place in zip(names, row, strict=True):
            x[n, order[place]] = 1
    values, vectors = np.linalg.eigh(x.T @ x) if order else (np.zeros(1), np.zeros((0, 1)))
    null = vectors[:, values < _TINY * max(float(values[-1]), 1.0) * len(values)]
    held: dict[str, list[list[str]]] = {name: [] for name in names}
    for (name, level), n in order.items():
        for found in held[name]:
            if np.abs(null[n] - null[order[name, found[0]]]).max(initial=0) < _SAME:
                found.append(level)
                break
        else:
            held[name].append([level])
    return {name: _by_size(held[name]) for name in names}


def _by_size(classes: Iterable[list[str]]) -> Classes:
    return tuple(sorted(map(tuple, classes), key=lambda each: (-len(each), each)))


def _matched(names: Sequence[str], rows: Rows, name: str) -> int:
    """Pairs of cells that differ in one factor alone."""
    k = names.index(name)
    others: dict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        others[row[:k] + row[k + 1 :]] += 1
    return sum(n * (n - 1) // 2 for n in others.values())


def _squares(names: Sequence[str], rows: Rows, a: str, b: str) -> int:
    """Pairs of levels of both factors that are crossed, all else equal."""
    i, j = names.index(a), names.index(b)
    held: dict[tuple[str, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        rest = tuple(level for k, level in enumerate(row) if k not in {i, j})
        held[rest][row[i]].add(row[j])
    shared = (
        len(one & other)
        for crossed in held.values()
        for one, other in combinations(crossed.values(), 2)
    )
    return sum(n * (n - 1) // 2 for n in shared)
