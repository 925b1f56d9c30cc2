"""Joint draws that carry what is not known of the SDs themselves.

With a handful of harnesses the SD of their effects is hardly known, and its best value may be
zero; a draw around that one value would then say that all harnesses are alike. Here the SDs are
drawn too: points over those that are least known are weighed by the Laplace likelihood and a
prior, as in integrated nested Laplace approximations (Rue, Martino, Chopin 2009, JRSS B 71:319),
and around each point the effects are normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.facets.laplace import Laplace, Mode
from headway.scale.facets.maximum import HIGH, LOW
from headway.scale.facets.result import Facets, Spread
from headway.scale.table import Floats, Ints

POINTS = 96
WEAK, MOST = 1.5, 4  # ratio of the bounds above which an SD is drawn, and how many at most
# SDs are a priori Rayleigh with this scale, in logits: a prior that keeps off zero, since levels
# that do not differ at all are not believed in (Chung and others 2013, Psychometrika 78:685).
PRIOR = 0.5
WIDEST = 3.0  # logits; where an SD has no upper bound, the prior has one
STRETCH = 1.5  # proposals are this much wider than the interval of the SD says


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of everything.

    Attributes
    ----------
    effects : (S, L) float
        Effects of all levels in logits; terms as in ``design.terms``.
    fixed : (S, P) float
    sds : (S, T) float
        SD of each term.
    """

    effects: Floats
    fixed: Floats
    sds: Floats


def integrated(fit: Facets, count: int = 400, seed: int = 0) -> Draws:
    """Draw effects, fixed effects and SDs.

    Parameters
    ----------
    fit : Facets
    count : int
        Number of draws S.
    seed : int
        Seed of the draws.
    """
    rng = np.random.default_rng(seed)
    weak, spreads = _weak(fit)
    sds, density = _proposals(spreads, POINTS if len(weak) else 1)
    model = Laplace(fit.design)
    points, modes = [], []
    for row in sds:
        points.append(_tied(fit, weak, row))
        modes.append(model.mode(points[-1]))
    prior = (np.log(sds) - (sds / PRIOR) ** 2 / 2).sum(axis=1)
    weight = np.array([m.loglik for m in modes]) + prior - density
    share = np.exp(weight - weight.max())
    times = _systematic(share / share.sum(), count, rng)
    parts = [
        _around(fit, model, phi, mode, weak, n, rng)
        for phi, mode, n in zip(points, modes, times, strict=True)
        if n
    ]
    return Draws(*(np.concatenate([part[k] for part in parts]) for k in range(3)))


def _weak(fit: Facets) -> tuple[Ints, list[Spread]]:
    """Places among the terms of the SDs that are least known."""
    names = [term.name for term in fit.design.terms]
    ratio = {v.term: v.high / max(v.low, 1e-3) for v in fit.variance}
    found = sorted((v for v in fit.variance if ratio[v.term] > WEAK), key=lambda v: -ratio[v.term])
    found = found[:MOST]
    return np.array([names.index(v.term) for v in found], dtype=np.int64), found


def _proposals(spreads: list[Spread], count: int) -> tuple[Floats, Floats]:
    """SDs (G, W) spread evenly under normals cut off at zero, and the log density of each (G,)."""
    from scipy.special import ndtr, ndtri

    sds, density = np.empty((count, len(spreads))), np.zeros(count)
    for k, (v, even) in enumerate(zip(spreads, _even(count, len(spreads)).T, strict=True)):
        wide = STRETCH * float(np.clip(v.high - v.sd, max(v.sd - v.low, 0.02), WIDEST)) / 1.645
        below = ndtr(-v.sd / wide)
        z = ndtri(below + (1 - below) * even)
        sds[:, k] = np.clip(v.sd + wide * z, np.exp(LOW), np.exp(HIGH))
        density -= z**2 / 2
    return sds, density


def _even(count: int, width: int) -> Floats:
    """Points (G, W) that fill the unit cube evenly: multiples of roots of x^(W+1) = x + 1."""
    root = 2.0
    for _ in range(50):
        root = (1 + root) ** (1 / (width + 1))
    steps = root ** -np.arange(1.0, width + 1)
    out: Floats = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1
    return np.clip(out, 1e-4, 1 - 1e-4)


def _tied(fit: Facets, weak: Ints, sds: Floats) -> Floats:
    """Parameters with some SDs held, and the others where the curvature takes them."""
    phi = _best(fit)
    move = np.clip(np.log(sds) - phi[weak], -1, 1)
    known = np.diag(fit.covariance)[weak] > 0
    cov = fit.covariance[:, weak[known]]
    phi = phi + cov @ np.linalg.lstsq(cov[weak[known]], move[known], rcond=None)[0]
    phi[weak] = np.log(sds)
    return phi


def _best(fit: Facets) -> Floats:
    sd = {v.term: v.sd for v in fit.variance}
    logs = [np.log(max(sd[term.name], np.exp(LOW))) for term in fit.design.terms]
    return np.array([*logs, *(effect.value for effect in fit.fixed)])


def _systematic(share: Floats, count: int, rng: np.random.Generator) -> Ints:
    """How often each point is drawn, with as little luck as can be."""
    steps = (np.arange(count) + rng.random()) / count
    return np.bincount(np.searchsorted(np.cumsum(share)[:-1], steps), minlength=len(share))


def _around(
    fit: Facets,
    model: Laplace,
    phi: Floats,
    mode: Mode,
    weak: Ints,
    count: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Effects, fixed effects and SDs around one point."""
    scales, terms = model.sds(phi), len(fit.design.terms)
    moved = rng.standard_normal((count, len(phi))) @ _root(_rest(fit.covariance, weak)).T
    effects = scales * (mode.u + mode.factor.sample(rng, count))
    effects += moved @ model.sensitivity(phi, mode).T
    sds = np.exp(np.clip(phi[:terms] + moved[:, :terms], LOW, HIGH))
    return effects, phi[terms:] + moved[:, terms:], sds


def _rest(covariance: Floats, held: Ints) -> Floats:
    """Covariance of the parameters given the held ones."""
    known = held[np.diag(covariance)[held] > 0]
    cross = covariance[:, known]
    solved: Floats = covariance - cross @ np.linalg.pinv(cross[known]) @ cross.T
    return solved


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    out: Floats = vectors * np.sqrt(np.maximum(values, 0))
    return out
