"""How well models and items are told apart (Wright & Masters 1982, ch. 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose.look import Look
from headway.scale.table import Floats


@dataclass(frozen=True)
class Precision:
    """Separation of K models or items.

    Attributes
    ----------
    spread : float
        SD of what is estimated.
    error : float
        Root mean square of their standard errors.
    reliability : float
        Share of that variance that is not error, 0 to 1.
    separation : float
        SD that is not error over the error.
    strata : float
        Levels that can be told apart, (4 separation + 1) / 3.
    """

    spread: float
    error: float
    reliability: float
    separation: float
    strata: float


def precision(values: Floats, errors: Floats, *, shrunk: bool = False) -> Precision:
    """Separation and reliability of estimates (K,) with standard errors (K,).

    ``shrunk`` estimates are posterior means: their variance is that of what is known, and the
    error comes on top of it; otherwise it is within it.
    """
    noise = float(np.mean(errors**2))
    total = float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
    total += noise if shrunk else 0.0
    true = max(total - noise, 0.0)
    separation = float(np.sqrt(true / noise)) if noise > 0 else float("inf")
    return Precision(
        spread=float(np.sqrt(total)),
        error=float(np.sqrt(noise)),
        reliability=true / total if total > 0 else 0.0,
        separation=separation,
        strata=(4 * separation + 1) / 3,
    )


def of_models(look: Look) -> Precision:
    """Separation of the models."""
    errors = look.scale.se if look.scale.alone is None else look.scale.alone
    return precision(look.scale.ability, errors, shrunk=True)


def of_items(look: Look) -> Precision:
    """Separation of the items by difficulty, abilities taken as known."""
    return precision(look.scale.b, item_errors(look), shrunk=True)


def item_errors(look: Look) -> Floats:
    """Standard error of each difficulty given the abilities, (J,)."""
    out: Floats = np.sqrt(look.item_cov[:, -1, -1])
    return out
