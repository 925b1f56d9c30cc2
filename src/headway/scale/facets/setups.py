"""What a harness does to a model: effects, paired differences, and models side by side.

There are three views: all models in one common harness, each in its developer's own, each in the
best of those it ran in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.facets.blind import blind, of_fit
from headway.scale.facets.columns import Cells, Counts
from headway.scale.facets.fit import facets
from headway.scale.facets.homes import side_of
from headway.scale.facets.identify import listed
from headway.scale.facets.pairs import Pair, pairs, runs_of
from headway.scale.facets.result import Effect, Facets
from headway.scale.facets.views import Predictor, Standing, standings_of

DRAWS, WORK = 400, 60_000_000  # draws, and logistic curves that a view may cost


@dataclass(frozen=True)
class Harness:
    """A harness and the models that ran in it.

    Attributes
    ----------
    name : str
    value, bounds : float, (float, float)
        Its effect on the average model in logits, and the interval.
    against, against_bounds : float, (float, float)
        The same less the effect of the common harness.
    models : tuple of str
        A single one leaves the effect confounded with how that model takes to the harness.
    by_openness : mapping of str to int
        How many of the models are open, closed ...
    """

    name: str
    value: float
    bounds: tuple[float, float]
    against: float
    against_bounds: tuple[float, float]
    models: tuple[str, ...]
    by_openness: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """Everything that data say about harnesses."""

    fit: Facets
    common: str
    harnesses: tuple[Harness, ...]
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]
    n_items: int
    cautions: tuple[str, ...]


def compare(
    data: Counts, *, common: str | None = None, level: float = 0.9, seed: int = 0
) -> Comparison:
    """Set models side by side in common, own and best harnesses.

    Parameters
    ----------
    data : Counts
        Responses with a label ``harness``; ``openness``, ``run``, ``effort``, ``developer`` and
        ``harness_developer`` are used where they are there.
    common : str, optional
        The common harness; by default the one that most models ran in.
    level : float
        Level of the intervals.
    seed : int
        Seed of the draws.

    Raises
    ------
    ScaleError
        If there are no two harnesses, or the data fall into unconnected parts.
    UnknownNameError
        If ``common`` is no harness of the data.
    """
    _common(_ran(data), common)
    fit = facets(data, _formula(data), level=level)
    _has_harness(fit)
    data = Cells.of(data, fit.design.rows)
    ran = _ran(data)
    chosen = _common(ran, common)
    if len(fit.components) > 1:
        apart = next(text for text in fit.cautions if text.startswith("The data fall into"))
        raise ScaleError(f"{apart} Give one part at a time to compare harnesses.")
    sides = side_of(data, "openness")
    count = int(np.clip(WORK / (len(data.models) * len(data.items)), 100, DRAWS))
    drawn = fit.posterior.draws(count, seed)
    standings = standings_of(data, Predictor(fit, drawn, seed), ran, chosen)
    found = pairs(data, level)
    return Comparison(
        fit=fit,
        common=chosen,
        harnesses=_harnesses(fit, ran, sides, chosen),
        pairs=found,
        standings=standings,
        n_items=len(data.items),
        cautions=(*of_fit(fit), *blind(data, standings, found)),
    )


def _has_harness(fit: Facets) -> None:
    if "harness" not in [term.name for term in fit.design.terms]:
        reason = next(text for text in fit.cautions if "(1|harness)" in text)
        raise ScaleError(f"Nothing can be said of harnesses. {reason}")


def _ran(data: Counts) -> dict[str, tuple[str, ...]]:
    """Harness to the models that ran in it."""
    if "harness" not in data.labels:
        raise ScaleError("The data have no column 'harness', so they say nothing on harnesses.")
    names, code = data.labels["harness"]
    out = {
        name: tuple(data.models[m] for m in np.unique(data.model[code == k]))
        for k, name in enumerate(names)
    }
    if len(out) < 2:
        raise ScaleError(
            f"The data have one harness ({listed(list(out)) or 'none'}): what another would do "
            "to these models cannot be said."
        )
    return out


def _common(ran: Mapping[str, tuple[str, ...]], asked: str | None) -> str:
    if asked is None:
        return max(ran, key=lambda name: len(ran[name]))
    if asked not in ran:
        from difflib import get_close_matches

        near = get_close_matches(asked, list(ran), n=2, cutoff=0.5)
        offer = "; did you mean " + " or ".join(map(repr, near)) + "?" if near else "."
        raise UnknownNameError(f"No harness is called {asked!r}{offer}")
    return asked


def _formula(data: Counts) -> str:
    terms = ["model", "harness", "model:harness"]
    if "effort" in data.labels and len(data.labels["effort"][0]) > 1:
        terms.append("effort")
    if any(len(set(runs)) > 1 for runs in runs_of(data).values()):
        terms.append("model:harness:run")
    return "resolved ~ " + " + ".join(f"(1|{term})" for term in [*terms, "item"])


def _harnesses(
    fit: Facets,
    ran: Mapping[str, tuple[str, ...]],
    sides: Mapping[str, str],
    common: str,
) -> tuple[Harness, ...]:
    names = fit.levels("harness")[0]
    out = []
    for name, *bounds in zip(names, *map(np.ndarray.tolist, fit.bounds("harness")), strict=True):
        value, low, high = bounds
        count = {
            side: sum(sides.get(m) == side for m in ran[name])
            for side in sorted(set(sides.values()))
        }
        apart = Effect(name, 0.0, 0.0, 0.0)
        if name != common:
            apart = fit.difference("harness", name, common)
        out.append(
            Harness(
                name=name,
                value=value,
                bounds=(low, high),
                against=apart.value,
                against_bounds=(apart.low, apart.high),
                models=ran[name],
                by_openness=count,
            )
        )
    return tuple(sorted(out, key=lambda h: (-h.value, h.name)))
