"""Abilities after marginal maximum likelihood: posterior means, and all that their errors hold.

An ability is uncertain given the items, each model by itself; and its posterior mean moves with
the item parameters, whose errors all models share. To first order (the delta method; the
two sources are those of Tsutakawa & Johnson 1990, *Psychometrika* 55)

    Cov(theta) = diag(Var(theta | answers, items)) + D Cov(items) D',

where D is the derivative of the posterior means by the item parameters: the posterior covariance
of theta and of the score of the answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.items.curve import curve
from headway.scale.items.gauge import Gauge
from headway.scale.items.mml import MmlFit
from headway.scale.table import Floats


@dataclass(frozen=True, eq=False)
class Abilities:
    """Normal abilities of covariance diag(alone) + shared shared'.

    Attributes
    ----------
    mean : (M,) float
    alone : (M,) float
        Variance of each given the items.
    shared : (M, R) float
        Changes of the means that R independent standard errors of the items make.
    """

    mean: Floats
    alone: Floats
    shared: Floats

    def covariance(self) -> Floats:
        """Covariance (M, M)."""
        out: Floats = self.shared @ self.shared.T
        out[np.diag_indices(len(out))] += self.alone
        return out

    def variances(self, at: Gauge) -> Floats:
        """Diagonal (M,) of the covariance after a gauge of unit 1, without the matrix."""
        shared, p = at.change(self.shared.T), at.mean
        own = self.alone * (1 - 2 * p) + p**2 @ self.alone
        out: Floats = own + np.einsum("rm,rm->m", shared, shared)
        return out

    def noise(self, draws: int, seed: int) -> Floats:
        """Joint draws (S, M) around 0, however many models there are."""
        rng = np.random.default_rng(seed)
        out = rng.standard_normal((draws, len(self.mean))) * np.sqrt(self.alone)
        out += rng.standard_normal((draws, self.shared.shape[1])) @ self.shared.T
        return out


def abilities(fit: MmlFit) -> Abilities:
    """Abilities of a fit with errors that allow for the items; kind "rasch" in logits.

    Parameters
    ----------
    fit : MmlFit
    """
    unit = float(fit.a[0]) if fit.kind == "rasch" else 1.0
    by = unit * slopes(fit)[fit.patterns.of]
    if fit.kind == "rasch":
        by += np.outer(fit.eap, fit.design[0])  # the unit is a parameter too
    size, axes = np.linalg.eigh(fit.covariance)
    root = axes * np.sqrt(np.maximum(size, 0))
    return Abilities(unit * fit.eap, (unit * fit.eap_sd) ** 2, by @ root)


def slopes(fit: MmlFit) -> Floats:
    """Derivatives (P, D) of each pattern's posterior mean by the free item parameters."""
    won, lost = (
        x if isinstance(x, np.ndarray) else x.toarray()
        for x in (fit.patterns.won, fit.patterns.lost)
    )
    tried = won + lost
    at = curve(fit.a[:, None] * fit.nodes + fit.d[:, None], fit.c[:, None])
    far = fit.posterior * (fit.nodes - (fit.posterior @ fit.nodes)[:, None])

    def moved(pull: Floats) -> Floats:
        """Posterior covariance (P, J) of theta and the score (won - tried p) pull."""
        out: Floats = won * (far @ pull.T) - tried * (far @ (at.p * pull).T)
        return out

    by = [moved(at.pull * fit.nodes), moved(at.pull), moved(at.guess)]
    out: Floats = np.concatenate(by, axis=1) @ fit.design
    return out
