"""Responses and a table as one body of evidence: the same models and benchmarks, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from headway.errors import ScaleError
from headway.scale.items.connect import components
from headway.scale.pooled.answers import Block
from headway.scale.pooled.cells import Cells
from headway.scale.pooled.runners import Runners, by_runner, find_runners
from headway.scale.responses import Responses
from headway.scale.table import Bools, Floats, Ints, Table

ONE = "items"  # the benchmark of responses that name none
ASSUMED, IMPUTED = 100, 30  # items behind a score where unknown, or filled in from a subset


@dataclass(frozen=True, eq=False)
class Evidence:
    """Blocks of answers and cells of scores by U runners: M models, on B benchmarks."""

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    runners: Runners
    blocks: tuple[Block, ...]
    cells: Cells
    n_responses: int
    cautions: tuple[str, ...]

    @property
    def has_items(self) -> Bools:
        """Which benchmarks have answers to items, (B,)."""
        out = np.zeros(len(self.benchmarks), dtype=bool)
        out[[block.benchmark for block in self.blocks]] = True
        return out


def gather(
    responses: Responses | None,
    table: Table | None,
    chance: Mapping[str, float] | None,
    ceiling: Mapping[str, float] | None,
) -> Evidence:
    """Put both kinds of evidence over one list of models and benchmarks.

    Raises
    ------
    ScaleError
        If there is neither, an item stands in two benchmarks, a chance or ceiling is out of
        range, or some models share no benchmark with the rest.
    """
    if responses is None and table is None:
        raise ScaleError("There is nothing to fit: give responses, a table, or both.")
    tests = None if responses is None else _benchmark_of_items(responses)
    models, benchmarks = _names(responses, tests, table)
    runners, on_answers, on_scores = find_runners(models, responses, table)
    answers = None if responses is None else by_runner(responses, on_answers)
    blocks: tuple[Block, ...] = ()
    if answers is not None and tests is not None:
        blocks = tuple(_blocks(answers, tests, benchmarks))
    cells, doubled = _cells(
        table, on_scores, benchmarks, runners, blocks, (chance or {}, ceiling or {})
    )
    _refuse_islands(models, benchmarks, runners, blocks, cells)
    return Evidence(
        models,
        benchmarks,
        runners,
        blocks,
        cells,
        0 if answers is None else answers.n_cells,
        (*_told(responses, table, runners), *_table_told(table, doubled)),
    )


class _Tests(NamedTuple):
    """Benchmarks of the answers, and the one of each item."""

    names: tuple[str, ...]
    of_item: Ints


def _benchmark_of_items(responses: Responses) -> _Tests:
    if "benchmark" not in responses.labels:
        return _Tests((ONE,), np.zeros(len(responses.items), dtype=np.int64))
    levels, code = responses.labels["benchmark"]
    if (code < 0).any():
        k = int(np.argmax(code < 0))
        raise ScaleError(
            f"The item {responses.items[responses.item[k]]!r} names no benchmark: fill the column "
            "benchmark for every row, or leave it out."
        )
    of_item = np.zeros(len(responses.items), dtype=np.int64)
    of_item[responses.item] = code
    wrong = np.flatnonzero(of_item[responses.item] != code)
    if len(wrong):
        k = int(wrong[0])
        item = responses.items[responses.item[k]]
        raise ScaleError(
            f"The item {item!r} stands in two benchmarks, {levels[code[k]]!r} and "
            f"{levels[of_item[responses.item[k]]]!r}: give each item one benchmark."
        )
    return _Tests(levels, of_item)


def _names(
    responses: Responses | None, tests: _Tests | None, table: Table | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    models, benchmarks = set[str](), set[str]()
    if responses is not None and tests is not None:
        models |= set(responses.models)
        benchmarks |= set(tests.names)
    if table is not None:
        models |= set(table.models)
        benchmarks |= set(table.benchmarks)
    return tuple(sorted(models)), tuple(sorted(benchmarks))


def _at(names: tuple[str, ...], within: tuple[str, ...]) -> Ints:
    place = {name: k for k, name in enumerate(within)}
    return np.array([place[name] for name in names], dtype=np.int64)


def _blocks(cells: Responses, tests: _Tests, benchmarks: tuple[str, ...]) -> list[Block]:
    place = _at(tests.names, benchmarks)
    out = []
    for b in range(len(tests.names)):
        rows = np.flatnonzero(tests.of_item[cells.item] == b)
        if not len(rows):
            continue
        who, column = np.unique(cells.model[rows], return_inverse=True)
        items, row = np.unique(cells.item[rows], return_inverse=True)
        won, tried = np.zeros((2, len(items), len(who)))
        won[row, column], tried[row, column] = cells.successes[rows], cells.trials[rows]
        out.append(Block(int(place[b]), who.astype(np.int64), won, tried))
    return out


def _cells(
    table: Table | None,
    who: Ints,
    benchmarks: tuple[str, ...],
    runners: Runners,
    blocks: tuple[Block, ...],
    bounds: tuple[Mapping[str, float], Mapping[str, float]],
) -> tuple[Cells, int]:
    """Scores of runners whose answers on that benchmark are not held item by item.

    A score that may be a sum of answers, as one of the two names no harness, is left out too.
    """
    if table is None:
        none, nobody = np.zeros(0), np.zeros(0, dtype=np.int64)
        return Cells(nobody, nobody, none, none, none, none), 0
    low, high = _bounds(table, *bounds)
    benchmark = _at(table.benchmarks, benchmarks)[table.benchmark]
    known = {
        (block.benchmark, key) for block in blocks for u in block.who for key in runners.keys(u)
    }
    pairs = zip(benchmark.tolist(), map(runners.keys, who), strict=True)
    new = np.array([not any((b, key) in known for key in keys) for b, keys in pairs], dtype=bool)
    items = np.where(np.isnan(table.n_items), ASSUMED, table.n_items)
    items = np.where(table.imputed, np.minimum(items, IMPUTED), items)
    low, high = low[table.benchmark], high[table.benchmark]
    solved = (low + (high - low) * table.score) * items
    cells = Cells(who[new], benchmark[new], solved[new], items[new], low[new], high[new])
    return cells, int((~new).sum())


def _bounds(
    table: Table, chance: Mapping[str, float], ceiling: Mapping[str, float]
) -> tuple[Floats, Floats]:
    low = np.array([chance.get(name, 0.0) for name in table.benchmarks], dtype=float)
    high = np.array([ceiling.get(name, 1.0) for name in table.benchmarks], dtype=float)
    for k, name in enumerate(table.benchmarks):
        if not 0 <= low[k] < high[k] <= 1:
            raise ScaleError(
                f"Chance and ceiling of {name!r} are {low[k]:g} and {high[k]:g}; they must obey "
                "0 <= chance < ceiling <= 1."
            )
    return low, high


def _refuse_islands(
    models: tuple[str, ...],
    benchmarks: tuple[str, ...],
    runners: Runners,
    blocks: tuple[Block, ...],
    cells: Cells,
) -> None:
    """Items of a benchmark are alike, so models that share a benchmark can be compared."""
    model = runners.model[np.concatenate([cells.who, *(block.who for block in blocks)])]
    links = [np.full(len(block.who), block.benchmark) for block in blocks]
    benchmark = np.concatenate([cells.benchmark, *links])
    one = np.ones(len(model))
    groups = components(Responses(models, benchmarks, model, benchmark, one, one))
    if len(groups) > 1:
        told = "; ".join(", ".join(group[:3]) for group in groups[:3])
        raise ScaleError(
            f"These models share no benchmark and cannot be put on one scale: {told}. "
            "Fit one group at a time, or add results that join them."
        )


def _told(responses: Responses | None, table: Table | None, runners: Runners) -> list[str]:
    out = []
    if runners.harnesses:
        out += _setups_told(table, runners)
    for label in ("harness", "effort"):
        levels = () if responses is None else responses.labels.get(label, ((), None))[0]
        if len(levels) > 1 and not (label == "harness" and runners.harnesses):
            out.append(
                f"Answers under {len(levels)} values of {label} are added up, not told apart: "
                "an ability is that of the model in the mix it was run in."
            )
    return out


def _setups_told(table: Table | None, runners: Runners) -> list[str]:
    several = int((np.bincount(runners.model[runners.named]) > 1).sum())
    said = (
        f"Abilities are those in a harness of average effect: {len(runners.harnesses)} harnesses "
        f"are told apart by {several} model{'' if several == 1 else 's'} that ran in several."
    )
    out, unnamed = [said], 0
    if table is not None:
        unnamed = int((table.setup < 0).sum()) if table.setups else table.n_scores
    if unnamed:
        out.append(
            f"{unnamed:,} scores name no harness: what theirs adds is in their misfit, and of "
            "several of a model on one benchmark the best counts (best over setups)."
        )
    return out


def _table_told(table: Table | None, doubled: int) -> list[str]:
    if table is None:
        return []
    out = []
    unknown = int((np.isnan(table.n_items) & ~table.imputed).sum())
    if unknown:
        out.append(
            f"{unknown:,} of {table.n_scores:,} scores have no known number of items: "
            f"{ASSUMED} assumed."
        )
    if table.imputed.any():
        out.append(
            f"{int(table.imputed.sum())} scores were filled in by their source from subsets: "
            f"at most {IMPUTED} items each assumed."
        )
    if doubled:
        out.append(
            f"{doubled} scores are left out: the same model's answers on that benchmark are held "
            "item by item."
        )
    return out
