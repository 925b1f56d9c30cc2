"""Fit a formula to responses."""

from __future__ import annotations

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.columns import Counts
from headway.scale.facets.design import Design, build
from headway.scale.facets.formula import Formula, parse
from headway.scale.facets.identify import components, listed, notes, parts
from headway.scale.facets.integrate import integrated
from headway.scale.facets.laplace import Laplace
from headway.scale.facets.maximum import HIGH, STEEP, Maximum, maximise, profile, settled, wald
from headway.scale.facets.posterior import Posterior
from headway.scale.facets.result import Effect, Facets, Spread
from headway.scale.table import Floats

MANY = 200_000  # cells above which the curvature gives the intervals of SDs: profiles would be slow
FEW = 10  # levels below which their SD is so uncertain that it widens intervals
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
        SDs, fixed effects and modes of levels at the maximum of the Laplace likelihood, as lme4's
        ``glmer`` has it with nAGQ = 1; means and intervals of the effects with the SDs integrated
        out (:mod:`headway.scale.facets.integrate`).

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
    n, count = len(design.terms), design.n_levels
    modes = model.sds(top.phi) * model.mode(top.phi).u
    variance = _variance(asked, model, top, level)
    posterior = integrated(model, top.phi, top.covariance)
    low, high = posterior.interval(level)
    return Facets(
        formula=str(asked),
        loglik=top.loglik,
        gradient=top.gradient,
        level=level,
        variance=variance,
        fixed=_fixed(design, top.phi[n:], low[count:], high[count:]),
        modes=modes,
        mean=posterior.mean[:count],
        sd=posterior.sd[:count],
        low=low[:count],
        high=high[:count],
        components=found,
        part=parts(data, design.rows)[1],
        cautions=(*said, *_afterwards(design, top, variance), *_held(design, posterior)),
        design=design,
        posterior=posterior,
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


def _fixed(design: Design, value: Floats, low: Floats, high: Floats) -> tuple[Effect, ...]:
    rows = zip(design.fixed, *(x.tolist() for x in (value, low, high)), strict=True)
    return tuple(Effect(*row) for row in rows)


def _afterwards(design: Design, top: Maximum, variance: tuple[Spread, ...]) -> list[str]:
    n = len(design.terms)
    out = [
        f"The SD of {v.term} is not known: anything from zero on goes with these data."
        if v.high == np.inf
        else f"The SD of {v.term} is at zero: the other effects explain all that varies. Its "
        "levels may differ all the same, as far as their intervals say, but cannot be ranked."
        for v in variance
        if v.sd < TINY
    ]
    out += [
        f"The SD of {term.name} runs to its upper bound: its levels part successes from failures "
        "almost without exception, and how far they lie apart is not known. Fixed effects have no "
        "scale then: do not read their intervals."
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


def _held(design: Design, posterior: Posterior) -> list[str]:
    few = [term.name for term in design.terms if len(term.levels) < FEW]
    if not posterior.held or not few:
        return []
    sentence = (
        f"With {len(design.trials):,} cells the SDs are held where the likelihood is highest: "
        f"intervals of levels of {listed(few)}, which are few, may be too narrow."
    )
    return [sentence]
