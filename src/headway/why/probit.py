"""Which cells of a table have a score: a probit with an effect of every model and benchmark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.table import Bools, Floats

SPREAD = 0.5  # prior SD of a model's own effect: how much some are run on more than others
EDGE = 6.0  # beyond this many SDs a chance is 0 or 1
STEPS, TOL = 50, 1e-8


@dataclass(frozen=True, eq=False)
class Probit:
    """P(score) = Phi(model + benchmark + terms @ slope).

    Attributes
    ----------
    model : (M,) float
    benchmark : (B,) float
    slope : (K,) float
    mills : (M, B) float
        phi / Phi at the fit: the mean of a standard normal error where there is a score.
    """

    model: Floats
    benchmark: Floats
    slope: Floats
    mills: Floats

    def chance(self, terms: Floats) -> Floats:
        """(M, B) chance of a score under other terms (K, M, B)."""
        from scipy.special import ndtr

        index = self.model[:, None] + self.benchmark + np.tensordot(self.slope, terms, axes=1)
        chance: Floats = ndtr(index)
        return chance


def probit(seen: Bools, terms: Floats, rows: Bools) -> Probit:
    """Fit by Fisher scoring; the design is a full grid, so its blocks are sums of one matrix.

    Parameters
    ----------
    seen : (M, B) bool
        Which cells have a score.
    terms : (K, M, B) float
        Covariates.
    rows : (M,) bool
        Models that count; the others keep an effect of 0.
    """
    m, b, k = *seen.shape, len(terms)
    at = np.zeros(m + b + k)
    prior = np.concatenate([np.full(m, SPREAD**-2), np.full(b + k, 1e-4)])
    for _ in range(STEPS):
        score, weight = _score(seen, _index(at, terms), rows)
        gradient = _onto(score, terms) - prior * at
        step = np.linalg.solve(_information(weight, terms) + np.diag(prior), gradient)
        # The curve is log-concave; a bounded step keeps the weights away from 0.
        at += step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < TOL:
            break
    return Probit(at[:m], at[m : m + b], at[m + b :], _mills(_index(at, terms)))


def _index(at: Floats, terms: Floats) -> Floats:
    m, b = terms.shape[1:]
    slope: Floats = at[m + b :]
    index: Floats = at[:m, None] + at[m : m + b] + np.tensordot(slope, terms, axes=1)
    return np.clip(index, -EDGE, EDGE)


def _mills(index: Floats) -> Floats:
    from scipy.special import log_ndtr

    mills: Floats = np.exp(-0.5 * index**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(index))
    return mills


def _score(seen: Bools, index: Floats, rows: Bools) -> tuple[Floats, Floats]:
    """Derivative of the log-likelihood in each cell's index, and its information."""
    up, down = _mills(index), _mills(-index)
    score = np.where(seen, up, -down) * rows[:, None]
    return score, up * down * rows[:, None]


def _onto(values: Floats, terms: Floats) -> Floats:
    """Sums of (M, B) values over the cells of each parameter."""
    return np.concatenate(
        [values.sum(axis=1), values.sum(axis=0), np.einsum("mb,kmb->k", values, terms)]
    )


def _information(weight: Floats, terms: Floats) -> Floats:
    m, b = weight.shape
    out = np.zeros((m + b + len(terms),) * 2)
    out[:m, :m] = np.diag(weight.sum(axis=1))
    out[m : m + b, m : m + b] = np.diag(weight.sum(axis=0))
    out[:m, m : m + b], out[m : m + b, :m] = weight, weight.T
    for j, term in enumerate(terms):
        column = _onto(weight * term, terms)
        out[m + b + j], out[:, m + b + j] = column, column
    return out
