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

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets import blocks
from headway.scale.facets.blocks import Factor
from headway.scale.facets.design import Design
from headway.scale.table import Floats

STEPS = 60
CLOSE = 1e-18  # Newton decrement at the mode: what one more step would add to the log posterior


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
        self.warm = (np.zeros(design.n_levels), np.ones(design.n_levels))
        self.constant = _coefficients(design.successes, design.trials)

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
        u, eta, p, value = self.begin(offset, sd)
        for _ in range(STEPS):
            weight = d.trials * p * (1 - p)
            h = self.factor(weight, phi)
            slope = sd * d.gather(d.successes - d.trials * p) - u
            step = h.solve(slope)
            gain = float(slope @ step)
            if gain < CLOSE:
                self.warm = u, sd
                total = value + self.constant - h.log_det / 2
                return Mode(u, eta, p, weight, h, total)
            u, eta, p, value = self._move(u, step, offset, sd, value, gain)
        raise ScaleError("The effects do not settle; leave out a term, or look at the counts.")

    def begin(self, offset: Floats, sd: Floats) -> tuple[Floats, Floats, Floats, float]:
        """Start from the last mode, its effects in units of their SD or in logits, or from none.

        Far off, the last mode is a bad start: steps from it crawl.
        """
        best: tuple[Floats, Floats, Floats, float] | None = None
        last, then = self.warm
        for u in (last, last * then / sd, np.zeros_like(last)):
            eta = offset + self.design.spread(sd * u)
            value, p = self.log_posterior(u, eta)
            if best is None or value > best[3]:
                best = u, eta, p, value
        assert best is not None
        return best

    def _move(
        self, u: Floats, step: Floats, offset: Floats, sd: Floats, value: float, gain: float
    ) -> tuple[Floats, Floats, Floats, float]:
        size, rounding = 1.0, 1e-6 + 1e-8 * abs(value)
        while True:
            new = u + size * step
            eta = offset + self.design.spread(sd * new)
            there, p = self.log_posterior(new, eta)
            # The log posterior is concave, so a small enough step always gains; at the end
            # of the road rounding decides, and a full step is right.
            if there >= value + 1e-4 * size * gain or gain < rounding or size < 1e-6:
                return new, eta, p, there
            size /= 2

    def log_posterior(self, u: Floats, eta: Floats) -> tuple[float, Floats]:
        """Log posterior of the effects without constants, and the probability of each cell."""
        p, cost = _curve(eta)
        fit = self.design.successes @ eta - self.design.trials @ cost
        return float(fit - u @ u / 2), p

    def factor(self, weight: Floats, phi: Floats) -> Factor:
        """I + Z'WZ at the weights (N,) of the cells, Z scaled by the SDs, in factors."""
        d = self.design
        return blocks.factor(d.layout, *d.products(weight, np.exp(phi[: len(d.terms)])))

    def gradient(self, phi: Floats, mode: Mode) -> Floats:
        """Gradient (T + P,) of the Laplace log-likelihood at ``phi``.

        The mode moves with the parameters, and with it the weights in the determinant: with
        q = W' times the leverages, those terms need one more solve.
        """
        d, sd = self.design, self.sds(phi)
        q = mode.weight * (1 - 2 * mode.p) * self.leverage(mode.factor, sd)
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

    def leverage(self, factor: Factor, sd: Floats) -> Floats:
        """Variance (N,) of each cell's logit given the parameters: z' H^-1 z."""
        d, q = self.design, len(factor.diagonal)
        first = d.terms[0]
        sizes = [sd[part][0] * t.values for t, part in zip(d.terms, d.slices, strict=True)]
        total: Floats = sizes[0] ** 2 * factor.own[first.code]
        columns = [t.code + (s.start - q) for t, s in zip(d.terms[1:], d.slices[1:], strict=True)]
        for place, k, size in zip(d.layout.places, columns, sizes[1:], strict=True):
            total -= 2 * sizes[0] * size * factor.ahead[place]
            for k2, size2 in zip(columns, sizes[1:], strict=True):
                total += size * size2 * factor.inverse[k, k2]
        return total


def _coefficients(successes: Floats, trials: Floats) -> float:
    from scipy.special import gammaln

    each = gammaln(trials + 1) - gammaln(successes + 1) - gammaln(trials - successes + 1)
    return float(each.sum())


def _curve(x: Floats) -> tuple[Floats, Floats]:
    """Logistic function of ``x`` and log(1 + exp(x)), from one exponential."""
    small = np.exp(-np.abs(x))
    more = 1 + small
    return np.where(x < 0, small, 1.0) / more, np.maximum(x, 0) + np.log(more)
