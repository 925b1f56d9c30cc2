"""Item scales by sampling: the model and priors of :mod:`headway.scale.items.integrated`.

In the raw gauge abilities and difficulties can move together and samplers crawl. Here abilities are
sampled where their mean is 0 (and their SD 1, where items have slopes): as a direction on a sphere,
with zero and unit of the items' population beside it. The map between the two gauges is one to one,
and its Jacobian is in the density, so posterior and priors are those of the raw gauge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from headway.errors import ScaleError
from headway.scale.bayes.result import SampledItems
from headway.scale.bayes.sampler import Run, cautions, check, require, sample, softplus
from headway.scale.items.connect import refuse_islands
from headway.scale.items.gauge import FEWEST, gauge, reference_rows
from headway.scale.items.matrix import Matrix, Totals
from headway.scale.items.population import PSEUDO, USUAL_SD
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

WARMUP, DRAWS, CHAINS = 500, 500, 4


def bayes_items(
    responses: Responses,
    *,
    slopes: bool = True,
    floor: float = 0.0,
    draws: int = DRAWS,
    warmup: int = WARMUP,
    chains: int = CHAINS,
    seed: int = 0,
    reference: Sequence[str] | None = None,
) -> SampledItems:
    """Sample abilities and items.

    Priors are those of the item-integrated solver: (log a, b) of items from N(0, Σ), abilities from
    N(c, s²), and 5 pseudo-items (SD 0.4 and 1.5) and 5 pseudo-models (SD 1.5) as the whole of what
    is known of Σ, c and s beforehand.

    Parameters
    ----------
    responses : Responses
        Labels are not used: repeated cells are added up.
    slopes : bool
        Whether items have slopes of their own (else 1).
    floor : float
        Guess floor c of every item, fixed.
    draws, warmup : int
        Of each chain.
    chains, seed : int
    reference : sequence of str, optional
        Models over which abilities have mean 0 and SD 1; all of them by default.

    Returns
    -------
    SampledItems

    Raises
    ------
    MissingExtraError
        If JAX or NumPyro is not installed.
    ScaleError
        If models share no items, there are too few of them, or a number is out of range.
    UnknownNameError
        If a reference model is not in the data.
    """
    if not 0 <= floor < 1:
        raise ScaleError(f"A guess floor must lie in 0..1 (less than 1), not {floor:g}.")
    cells = responses.by_cell()
    rows = reference_rows(cells.models, reference)
    refuse_islands(cells)
    least = FEWEST if slopes else 2
    if len(cells.models) < least:
        raise ScaleError(
            f"Sampling this scale needs at least {least} models, and there are "
            f"{len(cells.models)}: use another method."
        )
    require()
    data = Matrix.of(cells)
    arrays = (*data.rows(slice(0, len(cells.items))), _contrasts(data.shape[1]))
    run = sample(
        _model(slopes, floor), arrays, draws=draws, warmup=warmup, chains=chains, seed=seed
    )
    name = ("three_pl" if floor else "two_pl") if slopes else "rasch"
    return _result(cells, run, rows, name, floor, slopes=slopes, named=reference is not None)


@cache
def _model(slopes: bool, floor: float) -> Callable[..., None]:
    # The same function for the same question: what was compiled for it is used again.
    return partial(_two_pl if slopes else _rasch, floor)


def _contrasts(m: int) -> Floats:
    """Orthonormal basis (M, M - 1) of the vectors with sum 0 (Helmert)."""
    from scipy.linalg import helmert

    return np.asarray(helmert(m), dtype=float).T


def _two_pl(floor: float, won: Any, tried: Any, basis: Any) -> None:
    """Abilities shift + unit t, with t of mean 0 and SD 1; items (log α, β) beside t.

    a = α / unit and b = shift + unit β, so that a (ability - b) = α (t - β).
    """
    import jax.numpy as jnp
    import numpyro
    from numpyro.distributions import ImproperUniform, Normal, WishartCholesky, constraints

    j, m = won.shape
    # The direction of a standard normal vector is uniform on the sphere; its length means nothing.
    x = numpyro.sample("x", Normal(0, 1).expand([m - 1]).to_event(1))
    t = basis @ x * (np.sqrt(m) / jnp.sqrt(x @ x))
    flat = ImproperUniform(constraints.real, (), ())
    shift, log_unit = numpyro.sample("shift", flat), numpyro.sample("log_unit", flat)
    unit = jnp.exp(log_unit)
    numpyro.factor("jacobian", (m - 1) * log_unit)
    numpyro.factor("abilities", _of_abilities(m, m * unit**2, shift))
    root = numpyro.sample(
        "root", WishartCholesky(PSEUDO, rate_matrix=PSEUDO * jnp.diag(USUAL_SD**2))
    )
    # Precision = root root', so b has SD 1 / root[1, 1], and log a given b SD 1 / root[0, 0].
    wide = 1 / (root[1, 1] * unit)
    beta = numpyro.sample("beta", Normal(-shift / unit, wide).expand([j]).to_event(1))
    z = numpyro.sample("z", Normal(0, 1).expand([j]).to_event(1))
    log_a = (z - root[1, 0] * (shift + unit * beta)) / root[0, 0]
    numpyro.deterministic("ability", shift + unit * t)
    numpyro.deterministic("log_a", log_a)
    numpyro.deterministic("b", shift + unit * beta)
    logit = jnp.exp(log_unit + log_a)[:, None] * (t - beta[:, None])
    value = _loglik(logit, won, tried, floor)
    numpyro.deterministic("loglik", value)
    numpyro.factor("answers", value)


def _rasch(floor: float, won: Any, tried: Any, basis: Any) -> None:
    """Abilities shift + t, with t of mean 0; difficulties β beside t."""
    import jax.numpy as jnp
    import numpyro
    from numpyro.distributions import Gamma, ImproperUniform, Normal, constraints

    j, m = won.shape
    x = numpyro.sample("x", ImproperUniform(constraints.real_vector, (), (m - 1,)))
    shift = numpyro.sample("shift", ImproperUniform(constraints.real, (), ()))
    numpyro.factor("abilities", _of_abilities(m, x @ x, shift))
    precision = numpyro.sample("precision", Gamma(PSEUDO / 2, PSEUDO * USUAL_SD[1] ** 2 / 2))
    item = Normal(-shift, 1 / jnp.sqrt(precision)).expand([j]).to_event(1)
    beta = numpyro.sample("beta", item)
    t = basis @ x
    numpyro.deterministic("ability", shift + t)
    numpyro.deterministic("b", shift + beta)
    value = _loglik(t - beta[:, None], won, tried, floor)
    numpyro.deterministic("loglik", value)
    numpyro.factor("answers", value)


def _of_abilities(m: int, squares: Any, shift: Any) -> Any:
    """Log density of M abilities with N(c, s²) integrated over c and s.

    ``squares`` is their sum of squares about their mean ``shift``. Pseudo-models of mean 0 under
    the prior dc ds / s make c and s known enough for that: the integral is Student's t.
    """
    import jax.numpy as jnp

    total = PSEUDO * USUAL_SD[1] ** 2 + squares + PSEUDO * m / (PSEUDO + m) * shift**2
    return -(m + PSEUDO - 1) / 2 * jnp.log(total)


def _loglik(logit: Any, won: Any, tried: Any, floor: float) -> Any:
    import jax.numpy as jnp

    log_q = -softplus(logit)
    if not floor:
        return (won * logit + tried * log_q).sum()
    log_p = jnp.logaddexp(np.log(floor), np.log1p(-floor) + logit + log_q)
    return (won * log_p + (tried - won) * (np.log1p(-floor) + log_q)).sum()


class _Gauged(NamedTuple):
    """Draws (C, S, M) and (C, S, J) in the reported gauge."""

    ability: Floats
    a: Floats
    b: Floats
    words: str


def _gauged(run: Run, rows: Ints, *, slopes: bool, named: bool) -> _Gauged:
    """Every draw with its own zero and unit over the reference models."""
    theta, b = run.draws["ability"], run.draws["b"]
    log_a = run.draws["log_a"] if slopes else np.zeros_like(b)
    mean = theta.mean(axis=(0, 1))
    apart = theta - theta[..., rows].mean(axis=-1, keepdims=True)
    noise = float(np.sqrt(apart.var(axis=(0, 1))[rows].mean()))
    at = gauge(mean, rows, scaled=slopes, named=named, noise=noise)
    ability, shift, unit = at.each(theta)
    return _Gauged(ability, np.exp(log_a) * unit, (b - shift) / unit, at.words)


def _result(
    cells: Responses,
    run: Run,
    rows: Ints,
    name: str,
    floor: float,
    *,
    slopes: bool,
    named: bool,
) -> SampledItems:
    from headway.scale.items.assemble import cautions as of_data

    at = _gauged(run, rows, slopes=slopes, named=named)
    chains, each, m = at.ability.shape
    draws = at.ability.reshape(-1, m)
    checks = check(at.ability)
    said = cautions(checks, cells.models, run.divergences, chains * each)
    return SampledItems(
        name=name,
        models=cells.models,
        ability=draws.mean(axis=0),
        covariance=np.atleast_2d(np.cov(draws.T)),
        draws=draws,
        items=cells.items,
        a=np.exp(np.log(at.a).mean(axis=(0, 1))),
        b=at.b.mean(axis=(0, 1)),
        c=np.full(len(cells.items), floor) if name == "three_pl" else None,
        loglik=float(run.draws["loglik"].mean()),
        method=f"bayes (NUTS: {chains} chains of {each:,} draws)",
        gauge=at.words,
        n_responses=cells.n_cells,
        cautions=(*of_data(cells.models, cells.items, Totals.of(cells)), *said),
        checks=checks,
        divergences=run.divergences,
        chains=chains,
    )
