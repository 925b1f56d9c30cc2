"""What a folder of runs holds: counted again from its records, never believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from headway.elicit.budget import Prices
from headway.elicit.design import Cell, Design
from headway.elicit.launch.account import Account, cost
from headway.elicit.launch.folder import Folder
from headway.elicit.launch.log import lines
from headway.elicit.profile import Profile, load
from headway.errors import LaunchError

__all__ = ["Tally", "prices_of", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Finished runs by status, what is left to do, and what all has cost.

    ``flagged`` are those of the finished runs in which an audit found something, and ``kinds`` what
    it found, by how many runs. ``left`` holds what is not finished, and what a server or a machine
    spoiled; ``again`` says how many are of the second kind. ``dearest`` is the highest cost of a
    run, by model.
    """

    account: Account
    statuses: Counter[str]
    left: tuple[Cell, ...]
    again: int
    dearest: dict[str, float]
    flagged: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


def tally(folder: Folder, design: Design, cells: Sequence[Cell]) -> Tally:
    """Count what is there.

    Raises
    ------
    RunError
        If the record of a run cannot be read.
    """
    prices = prices_of(design, cells)
    cap = design.cap
    account = Account(cap.limit if cap else None, cap.currency if cap else _currency(prices))
    statuses, flagged, kinds = Counter[str](), Counter[str](), Counter[str]()
    dearest: dict[str, float] = {}
    left = {cell.id: cell for cell in cells}
    again = 0
    for cell, run in folder.finished(cells):
        account = account.kept(run, prices[cell.model])
        statuses[run.status] += 1
        flagged[run.status] += run.flagged
        kinds.update({finding.kind for finding in run.findings})
        dearest[cell.model] = max(
            cost(run, prices[cell.model]) or 0.0, dearest.get(cell.model, 0.0)
        )
        if run.ended == "infra_error":
            again += 1
        else:
            del left[cell.id]
    by_profile = {load(model).name: held for model, held in prices.items()}
    for run in folder.spoiled():
        account = account.kept(run, by_profile.get(run.model.profile))
    seen: set[str] = set()
    for line in lines(folder.log):
        # A launcher that was killed while it cleared away told of the same draft twice.
        if line["event"] == "lost" and line["draft"] not in seen:
            seen |= {line["draft"]} - {None}
            account = account.lost_as(line)
    return Tally(account, statuses, tuple(left.values()), again, dearest, flagged, kinds)


def prices_of(design: Design, cells: Iterable[Cell]) -> dict[str, Prices | None]:
    """Prices of the models of these runs, by their names in the design.

    Raises
    ------
    LaunchError
        If the design has a cap that a model's prices cannot be held against.
    """
    profiles = {model: load(model) for model in sorted({cell.model for cell in cells})}
    for model, profile in profiles.items():
        if design.cap is not None:
            _check(model, profile, design.cap.currency)
    return {model: profile.prices for model, profile in profiles.items()}


def _check(model: str, profile: Profile, currency: str) -> None:
    if profile.prices is None and not _own(profile):
        raise LaunchError(
            f"The design has a cap, and the profile {model} states no prices: what it costs would "
            "not count; add prices to the profile, or take the cap away."
        )
    if profile.prices is not None and profile.prices.currency != currency:
        raise LaunchError(
            f"The cap is in {currency}, and the prices of the profile {model} are in "
            f"{profile.prices.currency}: state both in one currency."
        )


def _own(profile: Profile) -> bool:
    """Whether the model is served by oneself: then no server bills its tokens."""
    return all("{base}" in end.url for end in profile.endpoints.values())


def _currency(prices: dict[str, Prices | None]) -> str | None:
    return next((held.currency for held in prices.values() if held), None)
