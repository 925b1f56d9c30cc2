"""Steps of the items in joint mode: each item alone, then their population."""

from __future__ import annotations

import numpy as np

from headway.scale.items.population import PSEUDO, Population, fitted, inverted
from headway.scale.table import Floats

LONGEST = 2.0  # no parameter moves further in one step
NEAR = 0.3  # steps up to which the curvature at hand is that of the mode
CONVEX = 0.5  # of the expected information's determinant, at least, for a step of Newton's
FASTEST = 0.2  # a step of the population is at most so many times that of EM, inverted


def item_step(u: Floats, sums: Floats, precision: Floats, lean: Floats) -> tuple[Floats, Floats]:
    """One step of items towards their modes, and the covariance of each there.

    Parameters
    ----------
    u : (J', D) float
        (log a, b), or (b,) where slopes are 1.
    sums : (J', 5) float
        Of :meth:`Plain.by_item` at u.
    precision : (D, D) float
        Of their population, which has mean 0.
    lean : (D,) float
        By how much each item shall stay short of its mode: see :func:`leaning`.

    Returns
    -------
    u : (J', D) float
        By Fisher's scoring where an item is far from its mode, by Newton's step near it: scoring
        alone circles around the modes of items that few or nearly all solve.
    cov : (J', D, D) float
        Inverse of the expected information.
    """
    a = np.exp(u[:, 0]) if u.shape[1] == 2 else np.ones(len(u))
    gradient, info, seen = _derivatives(sums, a, u.shape[1])
    info += precision
    cov = inverted(info)
    short = along(u, lean)
    pull = gradient - u @ precision
    step = _times(cov, pull) - short
    if u.shape[1] == 2:
        seen += precision
        near = (np.abs(step).max(axis=1) < NEAR) & (seen[:, 0, 0] > 0)
        near &= _area(seen) > CONVEX * _area(info)
        newton = _times(inverted(seen[near]), pull[near] - _times(info[near], short[near]))
        step[near] = newton
    return u + bounded(step), cov


def _derivatives(sums: Floats, a: Floats, d: int) -> tuple[Floats, Floats, Floats]:
    """Gradient (J', D), expected and observed information (J', D, D) of the likelihood."""
    error, error_z, weight, weight_z, weight_zz = sums.T
    by_b, bb = -a * error, a * a * weight
    if d == 1:
        return by_b[:, None], bb[:, None, None], bb[:, None, None]
    info = np.empty((len(a), 2, 2))
    info[:, 0, 0], info[:, 1, 1], info[:, 0, 1] = weight_zz, bb, -a * weight_z
    info[:, 1, 0] = info[:, 0, 1]
    seen = info.copy()
    seen[:, 0, 0] -= error_z
    seen[:, 0, 1] -= by_b
    seen[:, 1, 0] -= by_b
    return np.stack([error_z, by_b], axis=1), info, seen


def leaning(item: Floats, item_cov: Floats, precision: Floats, theta_pull: Floats) -> Floats:
    """How far (D,) all items stay short of their modes in unit and zero.

    A common unit or zero changes no chance, so the scores of abilities and items that belong to it
    cancel: items and abilities cannot all be at their modes, each given the other. Were they moved
    to them in turn, abilities would shrink and slopes grow for ever. So all items keep the
    same distance to theirs along these directions, to first order, at which the sums cancel.

    Parameters
    ----------
    item : (J, D) float
    item_cov : (J, D, D) float
    precision : (D, D) float
        Of the population of items, which has mean 0.
    theta_pull : (D,) float
        Scores of the abilities' prior along unit and zero.
    """
    pull = item @ precision
    info = inverted(item_cov)
    if item.shape[1] == 1:
        return np.asarray((theta_pull - pull.sum(axis=0)) / info.sum())
    b, (aa, ab, bb) = item[:, 1], (info[:, 0, 0], info[:, 0, 1], info[:, 1, 1])
    need = theta_pull - [pull[:, 0].sum() - b @ pull[:, 1], pull[:, 1].sum()]
    cross = (ab - b * bb).sum()
    size = np.array([[(aa - b * (2 * ab - b * bb)).sum(), cross], [cross, bb.sum()]])
    return np.asarray(np.linalg.solve(size, need))


def along(u: Floats, lean: Floats) -> Floats:
    """Changes (J', D) of items that a change of unit and zero makes."""
    if u.shape[1] == 1:
        return np.broadcast_to(lean, u.shape)
    return np.stack([np.full(len(u), lean[0]), lean[1] - lean[0] * u[:, 1]], axis=1)


def settled(before: Population, item: Floats, cov: Floats) -> Population:
    """The population of items (J, D) with covariances (J, D, D), found under another one.

    EM's step for its covariance, divided by the share of information that EM lacks (Dempster, Laird
    & Rubin 1977, *J. R. Statist. Soc. B* 39, section 3; Louis 1982, *ibid.* 44): near its end this
    is Newton's step, and the number of sweeps hardly depends on how much an item is answered.
    """
    em, (j, d) = fitted(item, cov), item.shape
    keep = (np.eye(d) - (cov.reshape(-1, d) @ before.precision).reshape(-1, d, d)).reshape(j, -1)
    both = (keep.T @ keep).reshape((d,) * 4).transpose(0, 2, 1, 3).reshape(d * d, d * d)
    share = (both + PSEUDO * np.eye(d * d)) / (j + PSEUDO)
    least = float(np.linalg.eigvals(share).real.min())
    share += max(0.0, FASTEST - least) * np.eye(d * d)
    step = np.linalg.solve(share, (em.cov - before.cov).reshape(-1)).reshape(d, d)
    new = before.cov + (step + step.T) / 2
    ratio = np.linalg.eigvals(np.linalg.solve(em.cov, new)).real
    return Population(em.mean, new) if ratio.min() > 0.5 and ratio.max() < 2 else em


def _area(blocks: Floats) -> Floats:
    """Determinants of symmetric (J, 2, 2)."""
    out: Floats = blocks[:, 0, 0] * blocks[:, 1, 1] - blocks[:, 0, 1] ** 2
    return out


def _times(blocks: Floats, vectors: Floats) -> Floats:
    """Products of (J, D, D) and (J, D)."""
    out: Floats = np.einsum("jde,je->jd", blocks, vectors)
    return out


def bounded(step: Floats) -> Floats:
    """A step in which nothing moves too far."""
    return np.clip(step, -LONGEST, LONGEST)
