"""Who ran: a model, or a model in a named harness where some model was run in several.

The ability of a runner is that of its model plus the effect of its harness plus one of its own,
ability_u = theta_m + h_s + g_ms. A runner of which no harness is known has neither effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints, Table


@dataclass(frozen=True, eq=False)
class Runners:
    """U runners: the model and the harness of each, as indices; harness -1 where none is known.

    ``harnesses`` is empty, and the runners are the models, where no model has two named ones.
    """

    model: Ints
    harness: Ints
    harnesses: tuple[str, ...]

    @property
    def named(self) -> Ints:
        """The runners with a known harness; each has an effect of its own, in this order."""
        out: Ints = np.flatnonzero(self.harness >= 0)
        return out

    @property
    def n_effects(self) -> int:
        """Harnesses and named runners."""
        return len(self.harnesses) + len(self.named)

    @property
    def effects(self) -> Ints:
        """Number of the harness's and of the own effect of each runner, (U, 2); -1 for none."""
        out = np.full((len(self.model), 2), -1)
        out[:, 0] = self.harness
        out[self.named, 1] = len(self.harnesses) + np.arange(len(self.named))
        return out

    def keys(self, runner: int) -> tuple[tuple[int, int], ...]:
        """What of a runner must not stand in the evidence twice.

        A named one meets itself and the unnamed one of its model; an unnamed one meets both.
        """
        model, harness = int(self.model[runner]), int(self.harness[runner])
        if harness >= 0:
            return ((model, harness),)
        return tuple((model, k) for k in range(-1, len(self.harnesses)))

    def summed(self, effects: Floats) -> Floats:
        """Sum of the effects (E,) of each runner, (U,)."""
        out: Floats = np.append(effects, 0.0)[self.effects].sum(axis=1)
        return out


def find_runners(
    models: tuple[str, ...], responses: Responses | None, table: Table | None
) -> tuple[Runners, Ints, Ints]:
    """The runners, and which of them stands on each row of the responses and of the table."""
    sides = [_rows(models, *side) for side in (_of_responses(responses), _of_table(table))]
    model = np.concatenate([m for m, _ in sides])
    names = np.concatenate([h for _, h in sides])
    harnesses = tuple(sorted(set(names[names != ""].tolist())))
    place = {name: k for k, name in enumerate(harnesses)}
    harness = np.array([place.get(name, -1) for name in names.tolist()], dtype=np.int64)
    size = len(harnesses) + 1
    pair, row = np.unique(model * size + harness + 1, return_inverse=True)
    held = np.bincount(pair[pair % size > 0] // size, minlength=len(models))
    split = len(sides[0][0])
    if held.max(initial=0) < 2:
        alone = np.arange(len(models))
        return Runners(alone, np.full(len(models), -1), ()), model[:split], model[split:]
    found = Runners(pair // size, pair % size - 1, harnesses)
    return found, row[:split].astype(np.int64), row[split:].astype(np.int64)


def by_runner(responses: Responses, runner: Ints) -> Responses:
    """The responses with runners, by number, in the place of models."""
    order = np.lexsort([responses.item, runner])
    return Responses(
        models=tuple(str(k) for k in range(int(runner.max()) + 1)),
        items=responses.items,
        model=runner[order],
        item=responses.item[order],
        successes=responses.successes[order],
        trials=responses.trials[order],
    ).by_cell()


_Side = tuple[tuple[str, ...], Ints, tuple[tuple[str, ...], Ints] | None]


def _of_responses(responses: Responses | None) -> _Side:
    if responses is None:
        return (), np.zeros(0, dtype=np.int64), None
    return responses.models, responses.model, responses.labels.get("harness")


def _of_table(table: Table | None) -> _Side:
    if table is None:
        return (), np.zeros(0, dtype=np.int64), None
    return table.models, table.model, None if not table.setups else (table.setups, table.setup)


def _rows(
    models: tuple[str, ...],
    own: tuple[str, ...],
    code: Ints,
    setups: tuple[tuple[str, ...], Ints] | None,
) -> tuple[Ints, np.ndarray[tuple[int, ...], np.dtype[np.str_]]]:
    """Model, as a place in ``models``, and harness ("" where it is not known) of every row."""
    place = {name: k for k, name in enumerate(models)}
    model = np.array([place[name] for name in own], dtype=np.int64)[code]
    levels, at = setups if setups is not None else ((), np.full(len(code), -1))
    return model, np.array([*levels, ""], dtype=str)[at]
