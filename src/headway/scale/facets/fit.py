"""Fit a formula to responses."""

from __future__ import annotations

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.columns import Counts
from headway.scale.facets.design import Design, build
from headway.scale.facets.formula import Formula, parse
from headway.scale.facets.identify import components, notes, parts
from headway.scale.facets.laplace import Laplace, Mode
from headway.scale.facets.maximum import HIGH, STEEP, Maximum, maximise, profile, settled, wald
from headway.scale.facets.result import Effect, Facets, Spread
from headway.scale.table import Floats

MANY = 200_000  # cells above which the curvature gives the intervals of SDs: profiles would be slow
TINY = 0.02  # an SD below this, in logits, is none that data of any size here could tell from 0


def facets(data: Counts, formula: str | Formula, *, level: float = 0.9) -> Facets:
    """Crossed random effects of model, setup and item on the logit of success.

    Parameters
    ----------
    data : Counts
        Responses with counts. Cells not observed are simply missing.
    formula : str or Formula
        For example ``resolved ~ budget + (1|model) + (1|harness) + (1|model:harness) + (1|item)``.
        A budget enters as log2 of its ratio to the geometric mean.
    level : float
        Level of the intervals.

    Returns
    -------
    Facets
        Maximum of the Laplace likelihood as lme4's ``glmer`` has it with nAGQ = 1.

    Raises
    ------
    ScaleError, UnknownNameError
        If the formula does not fit the data, or the data say nothing.
    """
    if not 0 < level < 1:
        raise ScaleError(f"The level {level:g} of the intervals must lie between 0 and 1.")
    asked = parse(formula) if isinstance(formula, str) else formula
    design = build(asked, data)
    found = components(data, design.rows)
    said = notes(asked, data, design, found)
    model = Laplace(design)
    top = maximise(model)
    settled(top)
    mode = model.mode(top.phi)
    scales, moves = model.sds(top.phi), model.sensitivity(top.phi, mode)
    variance = _variance(asked, model, top, level)
    return Facets(
        formula=str(asked),
        loglik=top.loglik,
        gradient=top.gradient,
        level=level,
        variance=variance,
        fixed=_fixed(design, top, level),
        modes=scales * mode.u,
        sd=_sd(mode, scales, moves, top),
        components=found,
        part=parts(data, design.rows)[1],
        cautions=(*said, *_afterwards(design, top, variance)),
        design=design,
        factor=mode.factor,
        scales=scales,
        sensitivity=moves,
        covariance=top.covariance,
    )


def _variance(asked: Formula, model: Laplace, top: Maximum, level: float) -> tuple[Spread, ...]:
    names = [term.name for term in model.design.terms]
    out = []
    for grouping in asked.random:
        if grouping.name in names:
            k = names.index(grouping.name)
            quick = len(model.design.trials) > MANY and top.free[k]
            low, high = (wald if quick else profile)(model, top, k, level)
            sd = float(np.exp(top.phi[k])) if top.free[k] else 0.0
            out.append(Spread(grouping.name, sd, min(low, sd), max(high, sd)))
    return tuple(out)


def _fixed(design: Design, top: Maximum, level: float) -> tuple[Effect, ...]:
    from scipy.special import ndtri

    n, z = len(design.terms), float(ndtri((1 + level) / 2))
    half = z * np.sqrt(np.diag(top.covariance)[n:])
    return tuple(
        Effect(name, float(value), float(value - h), float(value + h))
        for name, value, h in zip(design.fixed, top.phi[n:], half, strict=True)
    )


def _sd(mode: Mode, scales: Floats, moves: Floats, top: Maximum) -> Floats:
    own = scales**2 * mode.factor.variances()
    out: Floats = np.sqrt(own + np.einsum("lp,pq,lq->l", moves, top.covariance, moves))
    return out


def _afterwards(design: Design, top: Maximum, variance: tuple[Spread, ...]) -> list[str]:
    n = len(design.terms)
    out = [
        f"The SD of {v.term} is not known: anything from zero on goes with these data."
        if v.high == np.inf
        else f"The SD of {v.term} is at zero: the other effects explain all that varies, and its "
        "levels cannot be ranked."
        for v in variance
        if v.sd < TINY
    ]
    out += [
        f"The SD of {term.name} runs to its upper bound: its levels part successes from failures "
        "almost without exception, and how far they lie apart is not known."
        for term, log_sd in zip(design.terms, top.phi, strict=False)
        if log_sd > HIGH - 0.01
    ]
    out += [
        f"The effect of {name} has no finite estimate: it separates successes from failures."
        for name, value in zip(design.fixed, top.phi[n:], strict=True)
        if abs(value) > STEEP / 2
    ]
    if top.flat:
        out.append(
            "The likelihood is flat in some direction: two of the effects cannot be told apart, "
            "and their intervals are wide for that reason."
        )
    return out
