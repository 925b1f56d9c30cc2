"""Crossed effects by sampling: the model of :mod:`headway.scale.facets`, without Laplace.

SDs have the prior of the fast solver (:mod:`headway.scale.facets.prior`), fixed effects are flat.

The intercept and the mean of a term's levels can move against each other, and samplers crawl. So
the levels of a term are sampled as deviations from their mean, in orthonormal contrasts (of which
independent normal levels make independent normal ones), and the intercept as that of the average
level. The mean of the levels is then drawn from its prior: no cell has a word on it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from headway.errors import ScaleError
from headway.scale.bayes.result import SampledFacets
from headway.scale.bayes.sampler import Run, cautions, check, require, sample, softplus
from headway.scale.facets.columns import Counts
from headway.scale.facets.design import Design, Term, build
from headway.scale.facets.formula import Formula, parse
from headway.scale.facets.identify import components, notes
from headway.scale.facets.prior import MIDDLE, SCALE
from headway.scale.facets.result import Effect, Spread
from headway.scale.table import Floats

WARMUP, DRAWS, CHAINS = 500, 500, 4
FULL = 0.2  # a matrix of first term by everything else this full is faster than single cells


def bayes_facets(
    data: Counts,
    formula: str | Formula,
    *,
    level: float = 0.9,
    draws: int = DRAWS,
    warmup: int = WARMUP,
    chains: int = CHAINS,
    seed: int = 0,
) -> SampledFacets:
    """Sample crossed random effects of model, setup and item on the logit of success.

    Parameters
    ----------
    data : Counts
        Responses with counts. Cells not observed are simply missing.
    formula : str or Formula
        As for :func:`headway.scale.facets.facets`.
    level : float
        Level of the intervals, which are quantiles of the draws.
    draws, warmup : int
        Of each chain.
    chains, seed : int

    Returns
    -------
    SampledFacets

    Raises
    ------
    MissingExtraError
        If JAX or NumPyro is not installed.
    ScaleError, UnknownNameError
        If the formula does not fit the data, or the data say nothing.
    """
    if not 0 < level < 1:
        raise ScaleError(f"The level {level:g} of the intervals must lie between 0 and 1.")
    asked = parse(formula) if isinstance(formula, str) else formula
    design = build(asked, data)
    require()
    model = _model(_informed(design))
    run = sample(model, _arrays(design), draws=draws, warmup=warmup, chains=chains, seed=seed)
    said = notes(asked, data, design, components(data, design.rows))
    return _result(asked, data, design, run, said, level=level, seed=seed)


def _arrays(design: Design) -> tuple[Any, ...]:
    """Counts, and which level of each term every cell has.

    All that a cell has beside its level of the first term makes it one of P setups. Where most
    pairs of level and setup occur, cells are laid out as a (Q, P) matrix: nothing is looked up.
    """
    first, *others = design.terms
    keys = [t.code for t in others] + [t.values for t in design.terms] + list(design.x.T)
    _, one, setup = np.unique(
        np.stack(keys, axis=1), axis=0, return_index=True, return_inverse=True
    )
    setup = setup.reshape(-1)
    shape = (len(first.levels), len(one))
    pair = first.code * shape[1] + setup
    won, tried = (
        np.bincount(pair, c, shape[0] * shape[1]) for c in (design.successes, design.trials)
    )
    used = np.flatnonzero(tried)
    if len(used) >= FULL * len(tried):
        where: tuple[Any, Any] = (np.arange(shape[0])[:, None], np.arange(shape[1])[None, :])
        won, tried = won.reshape(shape), tried.reshape(shape)
    else:
        where = used // shape[1], used % shape[1]
        won, tried = won[used], tried[used]
    codes = tuple(t.code[one] for t in others)
    values = tuple(t.values[one] for t in design.terms)
    return won, tried, where, codes, values, design.x[one], tuple(map(_basis, design.terms))


def _basis(term: Term) -> Floats:
    """Orthonormal contrasts (L, L - 1) of the levels; of slopes, which no intercept holds, all."""
    from scipy.linalg import helmert

    size = len(term.levels)
    return np.asarray(helmert(size).T if _shifts(term) else np.eye(size), dtype=float)


def _shifts(term: Term) -> bool:
    return bool((term.values == 1).all())


def _informed(design: Design) -> tuple[bool, ...]:
    """Whether cells know the usual level of each term better than a normal of SD 1/3 would.

    Such levels are sampled in logits, others in units of their SD, which may be near zero.
    """
    share = design.successes.sum() / design.trials.sum()
    weight = design.trials * share * (1 - share)
    return tuple(
        bool(np.median(np.bincount(t.code, weight * t.values**2, len(t.levels))) > 9)
        for t in design.terms
    )


@cache
def _model(informed: tuple[bool, ...]) -> Callable[..., None]:
    # The same function for the same question: what was compiled for it is used again.
    return partial(_crossed, informed)


def _crossed(
    informed: tuple[bool, ...],
    won: Any,
    tried: Any,
    where: Any,
    codes: Any,
    values: Any,
    x: Any,
    bases: Any,
) -> None:
    """SDs, fixed effects, effects of each term in logits."""
    import jax.numpy as jnp
    import numpyro
    from numpyro.distributions import ImproperUniform, Logistic, Normal, constraints

    beta = numpyro.sample("beta", ImproperUniform(constraints.real_vector, (), (x.shape[1],)))
    prior = Logistic(np.log(MIDDLE), SCALE).expand([len(bases)]).to_event(1)
    sd = numpyro.deterministic("sd", jnp.exp(numpyro.sample("log_sd", prior)))
    effects = []
    for k, basis in enumerate(bases):
        unit = sd[k] if informed[k] else 1.0
        z = numpyro.sample(f"z{k}", Normal(0, unit).expand([basis.shape[1]]).to_event(1))
        effects.append(basis @ (z if informed[k] else sd[k] * z))
    setup = x @ beta
    for one, code, value in zip(effects[1:], codes, values[1:], strict=True):
        setup = setup + one[code] * value
    level, at = where
    logit = effects[0][level] * values[0][at] + setup[at]
    numpyro.deterministic("effects", jnp.concatenate(effects))
    numpyro.factor("answers", (won * logit - tried * softplus(logit)).sum())


def _with_means(design: Design, run: Run, seed: int) -> dict[str, Floats]:
    """Draws (S, ...) with the mean of each term's levels, which the intercept gives up."""
    flat = {k: v.reshape(-1, v.shape[2]).copy() for k, v in run.draws.items()}
    rng = np.random.default_rng(seed)
    for k, (term, part) in enumerate(zip(design.terms, design.slices, strict=True)):
        if _shifts(term):
            noise = rng.standard_normal(len(flat["sd"])) / np.sqrt(len(term.levels))
            mean = flat["sd"][:, k] * noise
            flat["effects"][:, part] += mean[:, None]
            flat["beta"][:, 0] -= mean
    return flat


def _result(
    asked: Formula,
    data: Counts,
    design: Design,
    run: Run,
    said: tuple[str, ...],
    *,
    level: float,
    seed: int,
) -> SampledFacets:
    chains, each, _ = run.draws["effects"].shape
    spread = [f"SD of {t.name}" for t in design.terms]
    names = (*spread, *design.fixed, *(n for t in design.terms for n in t.levels))
    # Chains are compared before the means are added: independent noise would hide what they do.
    checks = check(np.concatenate([run.draws[k] for k in ("sd", "beta", "effects")], axis=2))
    flat = _with_means(design, run, seed)
    return SampledFacets(
        formula=str(asked),
        level=level,
        variance=_variance(asked, design, flat["sd"], level),
        fixed=tuple(
            Effect(name, float(x.mean()), *_ends(x, level))
            for name, x in zip(design.fixed, flat["beta"].T, strict=True)
        ),
        modes=flat["effects"].mean(axis=0),
        sd=flat["effects"].std(axis=0),
        components=components(data, design.rows),
        cautions=(*said, *cautions(checks, names, run.divergences, chains * each)),
        design=design,
        effects=flat["effects"],
        coefficients=flat["beta"],
        sds=flat["sd"],
        checks=checks,
        divergences=run.divergences,
    )


def _variance(asked: Formula, design: Design, sds: Floats, level: float) -> tuple[Spread, ...]:
    names = [term.name for term in design.terms]
    return tuple(
        Spread(g.name, float(np.median(x)), *_ends(x, level))
        for g in asked.random
        if g.name in names
        for x in [sds[:, names.index(g.name)]]
    )


def _ends(x: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(x, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
