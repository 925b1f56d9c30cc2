"""Every way to say what a model would score where its score is held out."""

from __future__ import annotations

from headway.scale.heldout.ways import Family, Progress, additive, curve, rasch, trivial
from headway.scale.table import Bools, Floats, Table
from headway.why.residuals import corrected


def eci(table: Table, held: Bools, progress: Progress | None = None) -> dict[str, Floats]:
    """Epoch's curve, and the same with what its residuals say of similar cells."""
    curved, ability = curve(table, held, progress)
    return {"eci": curved, "eci-similar": corrected(table, curved, ability, held)}


FAMILIES: dict[str, Family] = {"eci": eci, "rasch": rasch}
"""Scales that can be checked, by the name of the scale."""

BASELINES: tuple[Family, ...] = (additive, trivial)
