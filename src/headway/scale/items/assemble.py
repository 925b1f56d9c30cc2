"""From a fit to an :class:`ItemScale`: gauge, covariance, draws, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.scale.items.gauge import gauge
from headway.scale.items.integrated import integrated
from headway.scale.items.joint import joint, slope_and_place
from headway.scale.items.mml import mml
from headway.scale.items.result import ItemScale
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

LARGEST = 5_000  # models of which a covariance matrix of posterior means is held
TOO_SURE = "A joint mode is too sure where items have few answers."
SHRUNK = (
    "Abilities are posterior means under a normal population, drawn towards its mean; their "
    "errors take the items as known."
)


@dataclass(frozen=True, eq=False)
class Asked:
    """What a caller asked for."""

    name: str
    slopes: bool
    floor: float
    reference: Sequence[str] | None
    draws: int
    seed: int


def parameters(cells: Responses, asked: Asked, rows: Ints, words: str, method: str) -> ItemScale:
    """Abilities as parameters: items integrated out, or at their mode."""
    solve = integrated if method == "integrated" else joint
    fit = solve(cells, slopes=asked.slopes, floor=asked.floor)
    noise = float(np.sqrt(np.diag(fit.covariance)[rows].mean()))
    named = asked.reference is not None
    at = gauge(fit.theta, rows, scaled=asked.slopes, named=named, noise=noise)
    ability, covariance = at.ability(fit.theta), at.covariance(fit.covariance)
    a, b = slope_and_place(fit.item)
    few = method == "joint" and words.endswith("(as asked)")
    return ItemScale(
        name=asked.name,
        models=cells.models,
        ability=ability,
        covariance=covariance,
        draws=_draws(ability, covariance, asked),
        items=cells.items,
        a=a * at.unit,
        b=at.ability(b),
        c=np.full(len(b), asked.floor) if asked.name == "three_pl" else None,
        loglik=fit.loglik,
        method=words,
        gauge=at.words,
        n_responses=cells.n_cells,
        cautions=(*cautions(cells), *([TOO_SURE] if few else [])),
    )


def marginal(cells: Responses, asked: Asked, rows: Ints, words: str) -> ItemScale:
    """Abilities integrated out; their posterior means are reported."""
    fit = mml(cells, asked.name)
    unit = float(fit.a[0]) if asked.name == "rasch" else 1.0
    ability, covariance = unit * fit.eap, (unit * fit.eap_sd) ** 2
    shift, words_of_gauge = 0.0, "mean 0 over the population of models"
    if asked.reference is not None:
        shift = float(ability[rows].mean())
        words_of_gauge = f"mean 0 over {len(rows)} reference models"
    if asked.slopes:
        words_of_gauge += ", SD 1 over the population"
    if len(ability) <= LARGEST:
        covariance = np.diag(covariance)
        if asked.reference is not None:
            covariance = gauge(ability, rows, scaled=False, named=True).covariance(covariance)
    large = [] if covariance.ndim == 2 else ["Only variances of abilities are held: too many."]
    return ItemScale(
        name=asked.name,
        models=cells.models,
        ability=ability - shift,
        covariance=covariance,
        draws=_draws(ability - shift, covariance, asked),
        items=cells.items,
        a=fit.a / unit,
        b=unit * fit.b - shift,
        c=fit.c if asked.name == "three_pl" else None,
        loglik=fit.loglik,
        method=words,
        gauge=words_of_gauge,
        n_responses=cells.n_cells,
        cautions=(*cautions(cells), SHRUNK, *large),
    )


def _draws(ability: Floats, covariance: Floats, asked: Asked) -> Floats:
    """Joint normal draws; the gauge leaves the covariance without full rank."""
    noise = np.random.default_rng(asked.seed).standard_normal((asked.draws, len(ability)))
    if covariance.ndim == 1 or not np.count_nonzero(covariance - np.diag(np.diag(covariance))):
        variance = covariance if covariance.ndim == 1 else np.diag(covariance)
        plain: Floats = ability + noise * np.sqrt(variance)
        return plain
    size, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(size, 0))
    out: Floats = ability + noise @ root.T
    return out


def cautions(cells: Responses) -> tuple[str, ...]:
    """What is told of models and items without variation, and of a single model."""
    out = []
    for what, code, names in (
        ("model", cells.model, cells.models),
        ("item", cells.item, cells.items),
    ):
        won, tried = (
            np.bincount(code, weights=w, minlength=len(names))
            for w in (cells.successes, cells.trials)
        )
        solved = "solved all of its items" if what == "model" else "was solved by all"
        failed = "solved none of its items" if what == "model" else "was solved by none"
        for flat, does in ((won == tried, solved), (won == 0, failed)):
            count = int(flat.sum())
            if count:
                name = names[int(np.argmax(flat))]
                others = f" (and {count - 1} more)" if count > 1 else ""
                out.append(
                    f"The {what} {name!r}{others} {does}: the population of "
                    f"{what}s alone keeps it finite."
                )
    if len(cells.models) == 1:
        out.append("There is only one model: its ability is relative to the items alone.")
    return tuple(out)
