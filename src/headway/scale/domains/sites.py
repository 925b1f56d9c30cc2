"""What the answers of one domain say of its ability: a normal likelihood, items integrated out.

Items load on one domain each and their populations are independent, so the likelihood is a
product over domains, and each factor comes from an item scale of that domain alone. Its normal
approximation is the posterior there with the prior divided out again (a site, as in expectation
propagation: Minka 2001, *UAI*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.errors import ScaleError
from headway.scale.items.connect import refuse_islands
from headway.scale.items.integrated import integrated
from headway.scale.items.loops import loops
from headway.scale.items.sparse import lay_out
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

STIFF = 1e3  # how much better zero and unit are known than any ability


@dataclass(frozen=True, eq=False)
class Site:
    """exp(pull' theta - theta' precision theta / 2) for the models ``who`` of one domain.

    Attributes
    ----------
    who : (M_k,) int
        Models with answers in this domain.
    precision : (M_k, M_k) float
    pull : (M_k,) float
    theta : (M_k,) float
        Abilities in the fit of this domain alone.
    centre, spread : float
        Mean and SD of their prior there.
    items : int
    loglik : float
    """

    who: Ints
    precision: Floats
    pull: Floats
    theta: Floats
    centre: float
    spread: float
    items: int
    loglik: float

    def held(self, *, scaled: bool) -> Site:
        """The same with zero (and unit) known, which no correlation depends on.

        Left free, a unit that the items hardly fix could turn negative in a normal approximation
        and the domain upside down.
        """
        far = self.theta - self.theta.mean()
        axes = [np.ones(len(far)), far] if scaled else [np.ones(len(far))]
        precision, pull = self.precision, self.pull
        for axis in axes:
            size = float(np.linalg.norm(axis))
            if size > 0:
                stiff = (
                    STIFF * float(np.diag(self.precision).max()) * np.outer(axis, axis) / size**2
                )
                precision, pull = precision + stiff, pull + stiff @ self.theta
        return replace(self, precision=precision, pull=pull)


def site(cells: Responses, domain: str, rows: Ints, *, slopes: bool) -> Site:
    """The site of the cells ``rows`` (indices), which are those of one domain.

    Raises
    ------
    ScaleError
        If models share no item within the domain.
    """
    who, model = np.unique(cells.model[rows], return_inverse=True)
    which, item = np.unique(cells.item[rows], return_inverse=True)
    part = Responses(
        tuple(cells.models[k] for k in who),
        tuple(cells.items[k] for k in which),
        model.astype(np.int64),
        item.astype(np.int64),
        cells.successes[rows],
        cells.trials[rows],
    )
    try:
        refuse_islands(part)
    except ScaleError as error:
        raise ScaleError(f"Within the domain {domain!r}: {error}") from None
    fit = integrated(loops(lay_out(part)), slopes=slopes)
    posterior = np.linalg.inv(fit.covariance)
    ease = 1 / fit.spread**2
    precision = _positive(posterior - ease * np.eye(len(who)))
    # At the mode the posterior is flat, which gives the likelihood's own pull.
    pull = ease * (fit.theta - fit.centre) + precision @ fit.theta
    return Site(
        who.astype(np.int64),
        precision,
        pull,
        fit.theta,
        fit.centre,
        fit.spread,
        len(which),
        fit.loglik,
    )


def _positive(precision: Floats) -> Floats:
    """No direction of the likelihood knows less than nothing."""
    size, axes = np.linalg.eigh((precision + precision.T) / 2)
    out: Floats = (axes * np.maximum(size, 0)) @ axes.T
    return out
