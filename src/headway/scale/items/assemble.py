"""From a fit to an :class:`ItemScale`: gauge, covariance, draws, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.scale.items.draws import noise
from headway.scale.items.eap import abilities
from headway.scale.items.gauge import Gauge, gauge, population_zero
from headway.scale.items.integrated import IntegratedFit, integrated
from headway.scale.items.joint import JointFit, joint
from headway.scale.items.loops import loops
from headway.scale.items.matrix import Totals
from headway.scale.items.mean import Mean, posterior_mean, sought, spherical
from headway.scale.items.mml import mml
from headway.scale.items.plain import slope_and_place
from headway.scale.items.result import ItemScale
from headway.scale.items.schur import LARGEST
from headway.scale.items.sparse import Answers
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

TOO_SURE = "A joint mode is too sure where items have few answers."
NOT_NORMAL = (
    "With so few answers the posterior of abilities is far from normal: they are at its mode, not "
    "at its mean, and their intervals are rough."
)
ALONE = (
    f"There are more than {LARGEST} models: only the variances of abilities are held, each as if "
    "the others were known."
)
SHRUNK = (
    "Abilities are posterior means under a normal population, drawn towards its mean; their "
    "errors allow for those of the items, which all models share."
)
MANY_MODELS = (
    f"There are more than {LARGEST} models: of their covariance only the variances are held, the "
    "draws are joint."
)


TURNS = 40  # turned axes over which gauged abilities are averaged


@dataclass(frozen=True, eq=False)
class Asked:
    """What a caller asked for."""

    name: str
    slopes: bool
    floor: float
    reference: Sequence[str] | None
    draws: int
    seed: int


def parameters(data: Answers, asked: Asked, rows: Ints, words: str, method: str) -> ItemScale:
    """Abilities as parameters: items integrated out, or at their mode."""
    over = loops(data, asked.floor)
    solve = integrated if method == "integrated" else joint
    fit = solve(over, slopes=asked.slopes)
    mean, wanted = None, isinstance(fit, IntegratedFit) and sought(over)
    if isinstance(fit, IntegratedFit):
        mean = posterior_mean(over, fit) if wanted else None
        words += "; abilities at their " + ("mode" if mean is None else "posterior mean")
    found: Any = fit if mean is None else mean
    raw, root = found.covariance, fit.root if isinstance(fit, JointFit) else None
    full = raw.ndim == 2
    variance = np.diag(raw) if full else raw
    error = float(np.sqrt(variance[rows].mean()))
    named = asked.reference is not None
    at = gauge(found.theta, rows, scaled=asked.slopes, named=named, noise=error)
    around = noise(raw, asked.draws, asked.seed, root=root)
    if mean is None:
        ability, draws = at.ability(fit.theta), at.ability(fit.theta) + at.change(around)
        covariance = at.covariance(raw) if full else raw / at.unit**2
    else:
        ability, covariance, draws = _gauged(at, mean, around)
    a, b = slope_and_place(found.item)
    few = method == "joint" and words.endswith("(as asked)")
    return ItemScale(
        name=asked.name,
        models=tuple(data.models),
        ability=ability,
        covariance=covariance,
        draws=draws,
        items=tuple(data.items),
        a=a * at.unit,
        b=at.ability(b),
        c=np.full(len(b), asked.floor) if asked.name == "three_pl" else None,
        loglik=fit.loglik,
        method=words,
        unit="logit" if at.unit == 1 else "SD",
        gauge=at.words,
        n_responses=data.n_cells,
        cautions=(
            *cautions(data.models, data.items, data.totals),
            *([TOO_SURE] if few else []),
            *([NOT_NORMAL] if wanted and mean is None else []),
            *([] if full else [ALONE]),
        ),
    )


def _gauged(at: Gauge, mean: Mean, around: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, covariance and draws of abilities whose zero and unit follow each draw.

    The mean of gauged abilities is not the gauge of their mean.
    """
    z = spherical(len(mean.theta), TURNS, 0)
    some = mean.theta + z @ np.linalg.cholesky(mean.covariance).T
    seen, _, _ = at.each(some)
    covariance = np.atleast_2d(np.cov(seen.T, bias=True))
    return seen.mean(axis=0), covariance, at.each(mean.theta + around, among=some)[0]


def marginal(cells: Responses, asked: Asked, rows: Ints, words: str) -> ItemScale:
    """Abilities integrated out; their posterior means are reported."""
    fit = mml(cells, asked.name)
    known = abilities(fit)
    unit = float(fit.a[0]) if asked.name == "rasch" else 1.0
    at, words_of_gauge = population_zero(len(known.mean)), "mean 0 over the population of models"
    if asked.reference is not None:
        at = gauge(known.mean, rows, scaled=False, named=True)
        words_of_gauge = f"mean 0 over {len(rows)} reference models" if at.mean.any() else at.words
    if asked.slopes:
        words_of_gauge += ", SD 1 over the population"
    ability, full = at.ability(known.mean), len(known.mean) <= LARGEST
    return ItemScale(
        name=asked.name,
        models=cells.models,
        ability=ability,
        covariance=at.covariance(known.covariance()) if full else known.variances(at),
        draws=ability + at.change(known.noise(asked.draws, asked.seed)),
        items=cells.items,
        a=fit.a / unit,
        b=at.ability(unit * fit.b),
        c=fit.c if asked.name == "three_pl" else None,
        loglik=fit.loglik,
        method=words,
        unit="SD" if asked.slopes else "logit",
        alone=np.sqrt(known.alone),
        gauge=words_of_gauge,
        n_responses=cells.n_cells,
        cautions=(
            *cautions(cells.models, cells.items, Totals.of(cells)),
            SHRUNK,
            *([] if full else [MANY_MODELS]),
        ),
    )


def cautions(models: Sequence[str], items: Sequence[str], totals: Totals) -> tuple[str, ...]:
    """What is told of models and items without variation, and of a single model."""
    out = []
    for what, won, tried, names in (
        ("model", totals.won_by_model, totals.tried_by_model, models),
        ("item", totals.won_by_item, totals.tried_by_item, items),
    ):
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
    if len(models) == 1:
        out.append("There is only one model: its ability is relative to the items alone.")
    return tuple(out)
