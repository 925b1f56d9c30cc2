"""The Laplace approximation of a crossed logistic model, with its exact gradient.

Binomial counts with logit P = X beta + sum over terms of sd_t z_t u_t, u ~ N(0, I). For given
(log sd, beta) the mode of u is found by penalised iteratively reweighted least squares, and

    log L  ~  log p(y | u) - |u|^2 / 2 - log det(I + Z' W Z) / 2      (Z scaled by the SDs),

as in lme4 with nAGQ = 1 (Bates, Maechler, Bolker, Walker 2015, J. Stat. Soft. 67:1). The block of
the term with the most levels, usually the items, is diagonal given the rest: it is eliminated, and
one dense system of the other levels is factored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.design import Design
from headway.scale.table import Floats

STEPS = 60
CLOSE = 1e-18  # Newton decrement at the mode: what one more step would add to the log posterior


@dataclass(frozen=True, eq=False)
class Factor:
    """H = I + Z'WZ with its block of Q eliminated levels and its dense block of K others.

    Attributes
    ----------
    diagonal : (Q,) float
    across : (Q, K) float
        The cross block divided by the diagonal, row by row.
    dense : (K, K) float
        Schur complement of the eliminated block.
    """

    diagonal: Floats
    across: Floats
    dense: Floats

    @cached_property
    def inverse(self) -> Floats:
        """Inverse of the Schur complement, (K, K)."""
        return np.linalg.inv(self.dense).astype(float)

    @cached_property
    def ahead(self) -> Floats:
        """Minus the cross block of H^-1, (Q, K)."""
        return self.across @ self.inverse

    @cached_property
    def own(self) -> Floats:
        """Diagonal of the eliminated block of H^-1, (Q,)."""
        spread: Floats = 1 / self.diagonal + np.einsum("qk,qk->q", self.ahead, self.across)
        return spread

    @cached_property
    def root(self) -> Floats:
        """Lower Cholesky factor of the inverse, (K, K)."""
        return np.linalg.cholesky((self.inverse + self.inverse.T) / 2).astype(float)

    @cached_property
    def log_det(self) -> float:
        """Logarithm of the determinant of H."""
        return float(np.log(self.diagonal).sum() + np.linalg.slogdet(self.dense)[1])

    def solve(self, g: Floats) -> Floats:
        """H^-1 g for ``g`` (Q + K,) or (Q + K, R)."""
        q = len(self.diagonal)
        top, rest = g[:q], g[q:]
        tail = np.linalg.solve(self.dense, rest - self.across.T @ top)
        scale = self.diagonal if g.ndim == 1 else self.diagonal[:, None]
        return np.concatenate([top / scale - self.across @ tail, tail])

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draws (count, Q + K) from N(0, H^-1)."""
        q, k = self.across.shape
        tail = rng.standard_normal((count, k)) @ self.root.T
        top = rng.standard_normal((count, q)) / np.sqrt(self.diagonal) - tail @ self.across.T
        return np.concatenate([top, tail], axis=1)

    def variances(self) -> Floats:
        """Diagonal of H^-1, (Q + K,)."""
        return np.concatenate([self.own, np.diag(self.inverse)])


@dataclass(frozen=True, eq=False)
class Mode:
    """The mode of the effects at one (log sd, beta).

    Attributes
    ----------
    u : (Q + K,) float
        Effects in units of their SD; the eliminated term comes first.
    eta, p, weight : (N,) float
        Logit, probability, and binomial variance of each cell.
    loglik : float
        Laplace log-likelihood, with the binomial coefficients.
    """

    u: Floats
    eta: Floats
    p: Floats
    weight: Floats
    factor: Factor
    loglik: float


class Laplace:
    """Log-likelihood of a design, its gradient, and what the effects do when parameters move."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._warm = np.zeros(design.n_levels)
        self._constant = _coefficients(design.successes, design.trials)

    def sds(self, phi: Floats) -> Floats:
        """SD of each level's term, (Q + K,)."""
        d = self.design
        return np.repeat(np.exp(phi[: len(d.terms)]), [len(t.levels) for t in d.terms])

    def mode(self, phi: Floats) -> Mode:
        """Find the mode of the effects at ``phi`` = (log sd (T,), beta (P,)).

        Raises
        ------
        ScaleError
            If the iteration does not settle.
        """
        d, sd = self.design, self.sds(phi)
        offset = d.x @ phi[len(d.terms) :]
        u, eta, value = self._first(offset, sd)
        for _ in range(STEPS):
            p = _sigmoid(eta)
            weight = d.trials * p * (1 - p)
            factor = self._factor(weight, sd)
            slope = sd * d.gather(d.successes - d.trials * p) - u
            step = factor.solve(slope)
            gain = float(slope @ step)
            if gain < CLOSE:
                self._warm = u
                total = value + self._constant - factor.log_det / 2
                return Mode(u, eta, p, weight, factor, total)
            u, eta, value = self._move(u, step, offset, sd, value, gain)
        raise ScaleError("The effects do not settle; leave out a term, or look at the counts.")

    def _first(self, offset: Floats, sd: Floats) -> tuple[Floats, Floats, float]:
        """The last mode, or no effects where that is higher: far off, the last is a bad start."""
        starts = []
        for u in (self._warm, np.zeros_like(self._warm)):
            eta = offset + self.design.spread(sd * u)
            starts.append((u, eta, self._log_posterior(u, eta)))
        return max(starts, key=lambda start: start[2])

    def _move(
        self, u: Floats, step: Floats, offset: Floats, sd: Floats, value: float, gain: float
    ) -> tuple[Floats, Floats, float]:
        size = 1.0
        while True:
            new = u + size * step
            eta = offset + self.design.spread(sd * new)
            there = self._log_posterior(new, eta)
            # The log posterior is concave, so a small enough step always gains; at the end
            # of the road rounding decides, and a full step is right.
            if there >= value + 1e-4 * size * gain or gain < 1e-6 or size < 1e-6:
                return new, eta, there
            size /= 2

    def _log_posterior(self, u: Floats, eta: Floats) -> float:
        d = self.design
        fit = d.successes @ eta - d.trials @ np.logaddexp(0, eta)
        return float(fit - u @ u / 2)

    def _factor(self, weight: Floats, sd: Floats) -> Factor:
        d = self.design
        diagonal, cross, dense = d.products(weight)
        q = len(diagonal)
        top, rest = sd[:q], sd[q:]
        diagonal = 1 + top**2 * diagonal
        cross *= top[:, None]
        cross *= rest
        across = cross / diagonal[:, None]
        dense = np.eye(len(rest)) + rest[:, None] * dense * rest - cross.T @ across
        return Factor(diagonal, across, dense)

    def gradient(self, phi: Floats, mode: Mode) -> Floats:
        """Gradient (T + P,) of the Laplace log-likelihood at ``phi``.

        The mode moves with the parameters, and with it the weights in the determinant: with
        q = W' times the leverages, those terms need one more solve.
        """
        d, sd = self.design, self.sds(phi)
        q = mode.weight * (1 - 2 * mode.p) * self._leverage(mode.factor, sd)
        v = mode.factor.solve(sd * d.gather(q))
        rest = q - mode.weight * d.spread(sd * v)
        residual = d.successes - d.trials * mode.p
        kept = mode.factor.variances()
        out = np.empty(len(phi))
        for t, part in enumerate(d.slices):
            u = mode.u[part]
            moved = d.contribution(t, sd[part] * u)
            lost = 2 * (len(u) - kept[part].sum())
            out[t] = u @ u - (lost + rest @ moved + v[part] @ u) / 2
        out[len(d.terms) :] = d.x.T @ (residual - rest / 2)
        return out

    def _leverage(self, factor: Factor, sd: Floats) -> Floats:
        """Variance (N,) of each cell's logit given the parameters: z' H^-1 z."""
        d = self.design
        q = len(factor.diagonal)
        codes = [t.code for t in d.terms]
        first = sd[codes[0]] * d.terms[0].values
        total: Floats = first**2 * factor.own[codes[0]]
        places = [d.slices[t].start - q + codes[t] for t in range(1, len(codes))]
        sizes = [sd[q + k] * d.terms[t].values for t, k in enumerate(places, 1)]
        for k, size in zip(places, sizes, strict=True):
            total -= 2 * first * size * factor.ahead[codes[0], k]
            for k2, size2 in zip(places, sizes, strict=True):
                total += size * size2 * factor.inverse[k, k2]
        return total

    def sensitivity(self, phi: Floats, mode: Mode) -> Floats:
        """Change (Q + K, T + P) of the effects in logits with each parameter."""
        d, sd = self.design, self.sds(phi)
        pushes = np.zeros((d.n_levels, len(phi)))
        direct = np.zeros_like(pushes)
        for t, part in enumerate(d.slices):
            u = mode.u[part]
            moved = d.contribution(t, sd[part] * u)
            pushes[:, t] = -sd * d.gather(mode.weight * moved)
            pushes[part, t] += u
            direct[part, t] = sd[part] * u
        for j in range(d.x.shape[1]):
            pushes[:, len(d.terms) + j] = -sd * d.gather(mode.weight * d.x[:, j])
        return direct + sd[:, None] * mode.factor.solve(pushes)


def _coefficients(successes: Floats, trials: Floats) -> float:
    from scipy.special import gammaln

    each = gammaln(trials + 1) - gammaln(successes + 1) - gammaln(trials - successes + 1)
    return float(each.sum())


def _sigmoid(x: Floats) -> Floats:
    out: Floats = np.exp(-np.logaddexp(0, -x))
    return out
