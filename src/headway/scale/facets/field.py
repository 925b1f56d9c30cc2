"""All effects, random and fixed, together for given SDs: their mode, mean and spread.

Given the SDs the effects have a posterior that is nearly normal, with the fixed ones as effects of
a very wide population: the latent field of integrated nested Laplace approximations (Rue, Martino,
Chopin 2009, JRSS B 71:319). Its highest point is found by Newton steps. The posterior leans to
where the curvature is less, so its mean lies off the mode; to first order (Tierney, Kadane 1986,
JASA 81:82; Kuk, Cheng 1999, Stat. Med. 18:1223) by half the inverse curvature times

    sum over cells of z_i l'''_i v_i,        l''' = -n p (1 - p) (1 - 2 p),

v_i being the variance of a cell's logit. The same vector says how the determinant moves with the
SDs, so the slope of their likelihood, with the fixed effects integrated out, comes for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.blocks import Factor
from headway.scale.facets.laplace import Laplace
from headway.scale.facets.maximum import STEEP
from headway.scale.table import Floats

STEPS = 60
CLOSE = 1e-8  # Newton decrement: what is left is less than the square of this
RIDGE = STEEP**-2  # fixed effects have a normal prior with SD 30 logits, which is as good as flat


@dataclass(frozen=True, eq=False)
class Curvature:
    """Inverse curvature of all effects, in logits.

    Attributes
    ----------
    factor : Factor
        Of the random effects in units of their SD, given the fixed ones.
    scales : (L,) float
        SD of each level's term.
    across : (L, P) float
        How far the random effects fall, in their units, where a fixed one rises.
    inner : (P, P) float
        Covariance of the fixed effects.
    """

    factor: Factor
    scales: Floats
    across: Floats
    inner: Floats

    def solve(self, effects: Floats, fixed: Floats) -> tuple[Floats, Floats]:
        """Inverse curvature times (L,) in units of the SDs and (P,)."""
        rise = self.inner @ (fixed - self.across.T @ effects)
        return self.factor.solve(effects) - self.across @ rise, rise

    def variances(self) -> tuple[Floats, Floats]:
        """Variances of the random effects (L,) and of the fixed ones (P,), in logits squared."""
        with_fixed = np.einsum("lp,pq,lq->l", self.across, self.inner, self.across)
        return self.scales**2 * (self.factor.variances() + with_fixed), np.diag(self.inner)

    @property
    def log_det(self) -> float:
        """Logarithm of the determinant of the curvature, random effects in units of their SD."""
        return self.factor.log_det - float(np.linalg.slogdet(self.inner)[1])

    def bare(self) -> Curvature:
        """The same without what was derived from it, which takes most of the memory."""
        f = self.factor
        return replace(self, factor=Factor(f.diagonal, f.entries, f.dense, f.layout))

    def variance(self, contrast: Floats) -> float:
        """Variance of a sum (L,) of random effects."""
        scaled = self.scales * contrast
        there, _ = self.solve(scaled, np.zeros(len(self.inner)))
        return float(scaled @ there)

    def sample(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """Draws (S, L) and (S, P) around zero, in logits."""
        rise = rng.standard_normal((count, len(self.inner))) @ np.linalg.cholesky(self.inner).T
        around = self.factor.sample(rng, count) - rise @ self.across.T
        return self.scales * around, rise


@dataclass(frozen=True, eq=False)
class Point:
    """The effects at one value of the SDs.

    Attributes
    ----------
    log_sd : (T,) float
    effects, fixed : (L,) and (P,) float
        Means in logits.
    variances : (L + P,) float
    height : float
        Laplace log-likelihood of the SDs, without a constant.
    slope : (T,) float
        Its gradient.
    curvature : Curvature
    """

    log_sd: Floats
    effects: Floats
    fixed: Floats
    variances: Floats
    height: float
    slope: Floats
    curvature: Curvature


@dataclass(frozen=True, eq=False)
class _Mode:
    u: Floats
    beta: Floats
    p: Floats
    value: float
    curvature: Curvature


class Field:
    """The posterior of all effects of a design for given SDs; ``beta`` (P,) is where to start."""

    def __init__(self, model: Laplace, beta: Floats) -> None:
        self._model, self._design, self._beta = model, model.design, beta

    def at(self, log_sd: Floats) -> Point:
        """Mean, spread and likelihood at some SDs.

        Raises
        ------
        ScaleError
            If the iteration does not settle.
        """
        top = self._mode(log_sd)
        d, sd, bend = self._design, top.curvature.scales, top.curvature
        weight = d.trials * top.p * (1 - top.p)
        q = weight * (1 - 2 * top.p) * self._leverage(bend)
        lean = bend.solve(sd * d.gather(q), d.x.T @ q)
        rest = q - weight * (d.spread(sd * lean[0]) + d.x @ lean[1])
        variances = bend.variances()
        slope = np.empty(len(log_sd))
        for t, part in enumerate(d.slices):
            u, moved = top.u[part], d.contribution(t, (sd * top.u)[part])
            lost = 2 * float((1 - variances[0][part] / sd[part] ** 2).sum())
            slope[t] = u @ u - (lost + rest @ moved + lean[0][part] @ u) / 2
        return Point(
            log_sd,
            sd * (top.u - lean[0] / 2),
            top.beta - lean[1] / 2,
            np.concatenate(variances),
            top.value - bend.log_det / 2,
            slope,
            bend.bare(),
        )

    def moves(self, log_sd: Floats) -> Floats:
        """Change (L + P, T) of the mode of all effects, in logits, with each log SD."""
        d, top = self._design, self._mode(log_sd)
        sd, weight = top.curvature.scales, d.trials * top.p * (1 - top.p)
        out = np.zeros((d.n_levels + d.x.shape[1], len(log_sd)))
        for t, part in enumerate(d.slices):
            direct = np.zeros(d.n_levels)
            direct[part] = top.u[part]
            moved = weight * d.contribution(t, (sd * top.u)[part])
            push = top.curvature.solve(direct - sd * d.gather(moved), -d.x.T @ moved)
            out[:, t] = np.concatenate([sd * (direct + push[0]), push[1]])
        return out

    def _mode(self, log_sd: Floats) -> _Mode:
        d, sd = self._design, self._model.sds(log_sd)
        beta = self._beta
        u, _, p, value = self._model.begin(d.x @ beta, sd)
        value -= RIDGE / 2 * float(beta @ beta)
        for _ in range(STEPS):
            bend = self._curvature(d.trials * p * (1 - p), log_sd, sd)
            off = d.successes - d.trials * p
            slope = sd * d.gather(off) - u, d.x.T @ off - RIDGE * beta
            step = bend.solve(*slope)
            gain = float(slope[0] @ step[0] + slope[1] @ step[1])
            if gain < CLOSE:
                self._model.warm, self._beta = (u, sd), beta
                return _Mode(u, beta, p, value, bend)
            u, beta, p, value = self._move((u, beta), step, sd, value, gain)
        raise ScaleError("The effects do not settle; leave out a term, or look at the counts.")

    def _value(self, u: Floats, beta: Floats, eta: Floats) -> tuple[float, Floats]:
        value, p = self._model.log_posterior(u, eta)
        return value - RIDGE / 2 * float(beta @ beta), p

    def _move(
        self,
        here: tuple[Floats, Floats],
        step: tuple[Floats, Floats],
        sd: Floats,
        value: float,
        gain: float,
    ) -> tuple[Floats, Floats, Floats, float]:
        size, rounding = 1.0, 1e-6 + 1e-8 * abs(value)
        while True:
            u, beta = here[0] + size * step[0], here[1] + size * step[1]
            eta = self._design.x @ beta + self._design.spread(sd * u)
            there, p = self._value(u, beta, eta)
            if there >= value + 1e-4 * size * gain or gain < rounding or size < 1e-6:
                return u, beta, p, there
            size /= 2

    def _curvature(self, weight: Floats, log_sd: Floats, sd: Floats) -> Curvature:
        d = self._design
        factor, weighted = self._model.factor(weight, log_sd), weight[:, None] * d.x
        cross = sd[:, None] * np.column_stack([d.gather(column) for column in weighted.T])
        across = factor.solve(cross)
        bend = d.x.T @ weighted + RIDGE * np.eye(d.x.shape[1]) - cross.T @ across
        return Curvature(factor, sd, across, np.linalg.inv(bend).astype(float))

    def _leverage(self, bend: Curvature) -> Floats:
        """Variance (N,) of each cell's logit given the SDs."""
        d = self._design
        moved = [d.spread(bend.scales * column) for column in bend.across.T]
        own = d.x - np.column_stack(moved)
        total: Floats = np.einsum("np,pq,nq->n", own, bend.inner, own)
        return total + self._model.leverage(bend.factor, bend.scales)
