"""What finished runs cost: the little of their records that a plan needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.elicit.budget import Prices
from headway.elicit.record.folder import RECORD
from headway.elicit.tokens import KINDS, Tokens

__all__ = ["Measured", "measured", "spent"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished run.

    Attributes
    ----------
    id : str
    model, harness, task : str
        Names of profile, harness and task.
    tokens : tuple of float
        Of each kind in :data:`headway.elicit.tokens.KINDS`; output that is not split is visible.
    earlier : tuple of float
        The same of earlier tries, which servers or the machine spoiled; they are in no sum of
        what was recorded, and cost too.
    cut : bool
        Whether its budget or its time ended it, so that it would have cost more.
    money : float or None
        For the try that counts, as it was recorded.
    """

    id: str
    model: str
    harness: str
    task: str
    tokens: tuple[float, ...]
    earlier: tuple[float, ...]
    cut: bool
    money: float | None


def measured(folders: Sequence[Path]) -> tuple[Measured, ...]:
    """Runs of these folders that got at least one reply; what is no record of a run is passed over.

    A record is not checked here as a whole (a thousand would take seconds): only these fields are
    read.
    """
    found = {run.id: run for folder in folders for run in _in(folder)}
    return tuple(found.values())


def _in(folder: Path) -> Iterator[Measured]:
    for path in sorted(folder.glob(f"[!.]*/{RECORD}")):
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["replies"] > 0:
                yield _read(held)
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _read(held: dict[str, Any]) -> Measured:
    tried = [each["tokens"] for each in held["tries"]]
    return Measured(
        id=str(held["id"]),
        model=str(held["model"]["profile"]),
        harness=str(held["harness"]["name"]),
        task=str(held["task"]["name"]),
        tokens=_sum([held["spending"]["tokens"]]),
        earlier=_sum(tried),
        cut=held["ended"] in {"budget", "timeout"},
        money=held["spending"].get("money"),
    )


def _sum(parts: Sequence[dict[str, Any]]) -> tuple[float, ...]:
    return tuple(float(sum(part.get(kind) or 0 for part in parts)) for kind in KINDS)


def spent(runs: Sequence[Measured], prices: Mapping[str, Prices | None]) -> float:
    """Money that runs cost, earlier tries at today's prices; of models without prices, nothing."""
    total = 0.0
    for run in runs:
        price = prices.get(run.model)
        earlier = Tokens.from_dict(dict(zip(KINDS, map(int, run.earlier), strict=True)))
        total += (run.money or 0.0) + (price.of(earlier) if price else 0.0)
    return total
