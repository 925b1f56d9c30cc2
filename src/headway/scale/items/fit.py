"""Does the curve fit? M2 for all items together, S-X2 item by item, empirical reliability.

M2: Maydeu-Olivares & Joe 2006, *Psychometrika* 71. S-X2: Orlando & Thissen 2000, *Applied
Psychological Measurement* 24. Both need complete answers, one trial a cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.errors import ScaleError
from headway.scale.items.curve import Curve, curve
from headway.scale.items.mml import MmlFit
from headway.scale.table import Floats, Ints

LEAST = 1.0  # expected answers in a cell of S-X2; score groups with fewer are joined


class Statistic(NamedTuple):
    """Statistics with degrees of freedom and upper tail; nan where no degree is left."""

    statistic: Floats
    df: Ints
    p: Floats


def reliability(eap: Floats, sd: Floats) -> float:
    """Empirical reliability: share of the variance of EAP scores that is not error, one number.

    Parameters
    ----------
    eap, sd : (M,) float
        Posterior means and SDs.
    """
    spread = float(np.var(eap, ddof=1))
    return spread / (spread + float(np.mean(sd**2)))


def m2(fit: MmlFit) -> Statistic:
    """M2 of a fit: distance of one- and two-item margins from what the curves say.

    Raises
    ------
    ScaleError
        If answers are missing or counted, or there are more parameters than margins.
    """
    answers = _complete(fit)
    at = _curves(fit)
    sets = _margins(len(fit.a))
    people = float(fit.patterns.count.sum())
    products = np.stack([np.prod(at.p[list(s)], axis=0) for s in sets])
    expected = products @ fit.prior
    seen = np.stack([np.prod(answers[:, list(s)], axis=1) for s in sets], axis=1)
    residual = fit.patterns.count @ seen / people - expected
    covariance = _margin_covariance(at.p, products, sets, fit.prior)
    delta = _margin_slopes(fit, at, products, sets)
    df = len(sets) - int(np.linalg.matrix_rank(delta))
    if df < 1:
        raise ScaleError("M2 has no degree of freedom left: it needs more items.")
    inverse_e = np.linalg.solve(covariance, residual)
    inverse_d = np.linalg.solve(covariance, delta)
    moved = delta.T @ inverse_e
    fitted = moved @ np.linalg.pinv(delta.T @ inverse_d, hermitian=True) @ moved
    return _test(np.array([people * (residual @ inverse_e - fitted)]), np.array([df]))


def s_x2(fit: MmlFit) -> Statistic:
    """S-X2 of every item: observed and expected solvers within groups of equal total score.

    Raises
    ------
    ScaleError
        If answers are missing or counted.
    """
    answers = _complete(fit)
    p, count = _curves(fit).p, fit.patterns.count
    total = answers.sum(axis=1).astype(int)
    j = len(p)
    size = np.bincount(total, weights=count, minlength=j + 1)
    everyone = _scores(p) @ fit.prior
    free = (fit.design.reshape(3, j, -1) != 0).any(axis=2).sum(axis=0)
    statistic, df = np.zeros(j), np.zeros(j, dtype=np.int64)
    for i in range(j):
        solved = (_scores(np.delete(p, i, axis=0)) * p[i]) @ fit.prior
        share = solved[: j - 1] / everyone[1:j]
        right = np.bincount(total, weights=count * answers[:, i], minlength=j + 1)[1:j]
        groups = _joined(size[1:j] * share, size[1:j] * (1 - share))
        r, n, e = (np.bincount(groups, weights=w) for w in (right, size[1:j], size[1:j] * share))
        statistic[i] = ((r - e) ** 2 / e + (r - e) ** 2 / (n - e)).sum()
        df[i] = len(n) - free[i]
    return _test(statistic, df)


def _test(statistic: Floats, df: Ints) -> Statistic:
    from scipy.special import gammaincc

    p = np.where(df > 0, gammaincc(np.maximum(df, 1) / 2, statistic / 2), np.nan)
    return Statistic(statistic, df, p)


def _complete(fit: MmlFit) -> Floats:
    won, lost = (
        x if isinstance(x, np.ndarray) else x.toarray()
        for x in (fit.patterns.won, fit.patterns.lost)
    )
    if not (won + lost == 1).all():
        raise ScaleError(
            "Fit statistics of margins and total scores need every model to answer every item once."
        )
    answers: Floats = won
    return answers


def _curves(fit: MmlFit) -> Curve:
    return curve(fit.a[:, None] * fit.nodes + fit.d[:, None], fit.c[:, None])


def _margins(j: int) -> list[tuple[int, ...]]:
    pairs = [(i, k) for i in range(j) for k in range(i + 1, j)]
    return [*((i,) for i in range(j)), *pairs]


def _margin_covariance(
    p: Floats, products: Floats, sets: list[tuple[int, ...]], prior: Floats
) -> Floats:
    """Of the margins of one person: E of the union of two sets less the product of their E."""
    both = (products * prior) @ products.T
    for i in range(len(p)):
        has = np.array([k for k, s in enumerate(sets) if i in s])
        both[np.ix_(has, has)] = (products[has] * (prior / p[i])) @ products[has].T
    mean = products @ prior
    both[np.diag_indices(len(sets))] = mean
    out: Floats = both - np.outer(mean, mean)
    return out


def _margin_slopes(fit: MmlFit, at: Curve, products: Floats, sets: list[tuple[int, ...]]) -> Floats:
    """Derivatives of the margins by the free parameters."""
    j = len(fit.a)
    full = np.zeros((len(sets), 3 * j))
    for i in range(j):
        has = np.array([k for k, s in enumerate(sets) if i in s])
        rest = products[has] * (fit.prior / at.p[i])
        by_z = (1 - fit.c[i]) * at.s[i] * (1 - at.s[i])
        full[has, i] = rest @ (by_z * fit.nodes)
        full[has, j + i] = rest @ by_z
        full[has, 2 * j + i] = rest @ ((1 - at.s[i]) * fit.c[i] * (1 - fit.c[i]))
    out: Floats = full @ fit.design
    return out


def _scores(p: Floats) -> Floats:
    """Chances (J + 1, K) of each total score at each node (Lord & Wingersky 1984)."""
    out = np.ones((1, p.shape[1]))
    for row in p:
        none = np.zeros((1, p.shape[1]))
        out = np.concatenate([out * (1 - row), none]) + np.concatenate([none, out * row])
    return out


def _joined(right: Floats, wrong: Floats) -> Ints:
    """Number the score groups, joined from both ends inward until each expects enough."""
    size = np.minimum(right, wrong)
    groups = np.arange(len(size))
    middle = int(np.argmax(size))
    for side in (range(middle), range(len(size) - 1, middle, -1)):
        held = np.zeros(2)
        for k in side:
            held += right[k], wrong[k]
            if held.min() < LEAST:
                step = 1 if k < middle else -1
                groups[groups == groups[k]] = groups[k + step]
            else:
                held[:] = 0
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)
