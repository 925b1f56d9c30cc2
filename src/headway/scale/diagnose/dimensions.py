"""Is there one ability? Parallel analysis of residual correlations (Horn 1965, *Psychometrika* 30).

The correlations are those of models or of items, whichever are fewer: a second ability shows in
both. Eigenvalues are set beside those of answers simulated from the fitted scale, out of which one
step of a refit has been taken, as the fit has taken it out of the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose.look import Look
from headway.scale.table import Floats, Ints

MOST = 10  # eigenvalues told
USUAL, FEW, MANY_CELLS = 39, 19, 500_000  # simulated sets, and cells above which fewer
SIDE = 1_000  # correlations of at most so many models or items: a random part of more is taken


@dataclass(frozen=True, eq=False)
class Dimensions:
    """Eigenvalues of residual correlations, largest first.

    Attributes
    ----------
    of : str
        Whose correlations: "models" or "items".
    observed, usual, limit : (K,) float
        Of the data; the median and the upper limit under one ability.
    extra : int
        Dimensions beyond the one ability: eigenvalues above the limit, counted from the first.
    p : float
        Chance of so large a first eigenvalue under one ability (Monte Carlo: never below
        1 / (replicates + 1)).
    loadings : (M,) or (J,) float
        Of the first extra dimension; nan for those that were not in the part taken.
    """

    of: str
    observed: Floats
    usual: Floats
    limit: Floats
    extra: int
    p: float
    loadings: Floats


def dimensions(
    look: Look, *, replicates: int | None = None, level: float = 0.95, seed: int = 0
) -> Dimensions:
    """Count the dimensions that residuals hold beyond one ability.

    Parameters
    ----------
    look : Look
        M models and J items.
    replicates : int, optional
        Simulated sets; by default 39, or 19 where there are many cells.
    level : float
        Quantile of the simulated eigenvalues that counts as the limit.
    seed : int
        Of the simulation.
    """
    rng = np.random.default_rng(seed)
    if replicates is None:
        replicates = FEW if len(look.error) > MANY_CELLS else USUAL
    of_models = look.n_models <= look.n_items
    count = look.n_models if of_models else look.n_items
    taken = np.sort(rng.choice(count, SIDE, replace=False)) if count > SIDE else np.arange(count)
    observed, axis = _leading(look, look.error, taken, of_models=of_models)
    simulated = np.stack(
        [
            _leading(look, _refitted(look, _noise(look, rng)), taken, of_models=of_models)[0]
            for _ in range(replicates)
        ]
    )
    limit = np.quantile(simulated, level, axis=0, method="higher")
    above = observed > limit
    loadings = np.full(count, np.nan)
    loadings[taken] = axis
    return Dimensions(
        of="models" if of_models else "items",
        observed=observed,
        usual=np.median(simulated, axis=0),
        limit=limit,
        extra=int(np.argmin(above)) if not above.all() else len(above),
        p=float((1 + (simulated[:, 0] >= observed[0]).sum()) / (replicates + 1)),
        loadings=loadings,
    )


def _noise(look: Look, rng: np.random.Generator) -> Floats:
    """Residuals of answers drawn from the fitted chances, before any fit."""
    drawn = rng.binomial(look.tried.round().astype(np.int64), look.chance)
    noise: Floats = drawn - look.tried.round() * look.chance
    return noise


def _refitted(look: Look, error: Floats) -> Floats:
    """The same after one Newton step of items, of abilities, and of items again."""
    error = _items_out(look, error)
    score = look.over_models(look.scale.a[look.item] * look.pull * error)
    step = (score * look.ability_var)[look.model]
    weight = look.variance * look.pull
    return _items_out(look, error - weight * look.scale.a[look.item] * step)


def _items_out(look: Look, error: Floats) -> Floats:
    score = np.stack([look.over_items(look.pull * error * x) for x in look.by_item.T], axis=1)
    step = np.einsum("jde,je->jd", look.item_cov, score)
    moved = np.einsum("nd,nd->n", look.by_item, step[look.item])
    out: Floats = error - look.variance * look.pull * moved
    return out


def _leading(look: Look, error: Floats, taken: Ints, *, of_models: bool) -> tuple[Floats, Floats]:
    """Leading eigenvalues of residual correlations and the first axis."""
    z = np.zeros((look.n_models, look.n_items), dtype=np.float32)
    z[look.model, look.item] = error / np.sqrt(look.variance)
    z = (z if of_models else z.T)[taken]
    z = np.clip(z, -6, 6)  # one wonder must not make a dimension
    seen = np.zeros((look.n_models, look.n_items), dtype=np.float32)
    seen[look.model, look.item] = 1
    seen = (seen if of_models else seen.T)[taken]
    product = (z @ z.T).astype(float)
    size = ((z * z) @ seen.T).astype(float)
    correlation = product / np.sqrt(np.maximum(size * size.T, 1e-12))
    values, axes = np.linalg.eigh(correlation)
    return values[::-1][:MOST], axes[:, -1]
