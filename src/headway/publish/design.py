"""What a design comes to, as a document: runs, what cannot be run, costs, what it identifies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.errors import DesignError

if TYPE_CHECKING:
    from headway.elicit.budget import Budget, Prices
    from headway.elicit.design import Cell, Design, Expanded, Shelf
    from headway.elicit.design.cost import Estimate, Kind, Range, Row
    from headway.elicit.design.measured import Measured
    from headway.plan import Identified

__all__ = ["plan_document"]

_DIGITS = 3  # significant ones: nobody knows more of a sum that is yet to come


def plan_document(
    design: Design,
    out: Path | None = None,
    also: Sequence[Path] = (),
    installed: Path | None = None,
) -> dict[str, Any]:
    """The document of ``headway elicit plan`` (docs/schema/plan.json).

    Parameters
    ----------
    design : Design
    out : Path or None
        Folder of the design's runs: those that are there are done.
    also : sequence of Path
        Further folders with finished runs that costs are taken from.
    installed : Path or None
        Folder of installed harnesses; None is the user's own.

    Raises
    ------
    DesignError
        If the cap is spent already.
    HeadwayError
        If the design names what there is not, or one of its files is wrong.
    """
    from headway.elicit.design import Shelf, expand, keys_missing, runnable_here
    from headway.elicit.design.measured import measured

    shelf = Shelf.of(design)
    found = runnable_here(expand(design, shelf), shelf, installed)
    prices, currency = _prices(design, shelf)
    runs = measured([*([out] if out else []), *also])
    ids = {cell.id for cell in found.cells}
    done = [run for run in measured([out]) if run.id in ids] if out else []
    left = [cell for cell in found.cells if cell.id not in {run.id for run in done}]
    spent = _spent(design, done, prices, currency, out)
    costs = _estimate(design, shelf, left, runs, prices)
    return {
        "design": design.name,
        "runs": len(found.cells),
        "not_runnable": [
            {"model": each.model, "harness": each.harness, "why": each.why}
            for each in found.not_runnable
        ],
        "done": {"runs": len(done), "money": _rounded(spent) if currency else None},
        "tokens": _bounds(costs.tokens),
        "money": {**_bounds(costs.money), "currency": currency},
        "most": _rounded(costs.most),
        "cap": design.cap.model_dump() if design.cap else None,
        "costs": [_row(each) for each in costs.rows],
        "identifies": _identifies(found, design, shelf),
        "keys_missing": list(keys_missing(design, found, shelf)),
        "notes": list(_notes(design, shelf, costs, prices, currency)),
    }


def _prices(design: Design, shelf: Shelf) -> tuple[dict[str, Prices | None], str | None]:
    """Prices by profile, of the currency of the cap, or else of the first that states any."""
    stated = {profile.name: profile.prices for profile in map(shelf.profile, design.models)}
    currencies = [price.currency for price in stated.values() if price]
    currency = design.cap.currency if design.cap else next(iter(currencies), None)
    return {
        name: price if price and price.currency == currency else None
        for name, price in stated.items()
    }, currency


def _spent(
    design: Design,
    done: Sequence[Measured],
    prices: Mapping[str, Prices | None],
    currency: str | None,
    out: Path | None,
) -> float:
    from headway.elicit.design.measured import spent

    total = spent(done, prices)
    if design.cap and total >= design.cap.limit:
        raise DesignError(
            f"The cap of {design.cap.limit:g} {currency} of the design {design.name} is spent: its "
            f"{len(done)} finished runs in {out} cost {total:.4g}; raise the cap, or ask for less."
        )
    return total


def _estimate(
    design: Design,
    shelf: Shelf,
    left: Sequence[Cell],
    runs: Sequence[Measured],
    prices: Mapping[str, Prices | None],
) -> Estimate:
    from headway.elicit.design.cost import estimate

    kinds: dict[tuple[str, str, str, str], Kind] = {}
    budgets: dict[tuple[str, str], Budget] = {}
    planned = [_kind(design, shelf, cell, kinds, budgets) for cell in left]
    return estimate(planned, runs, budgets, prices, design.seed)


def _kind(
    design: Design,
    shelf: Shelf,
    cell: Cell,
    kinds: dict[tuple[str, str, str, str], Kind],
    budgets: dict[tuple[str, str], Budget],
) -> Kind:
    from headway.elicit.design.cost import Kind
    from headway.elicit.run.asked import asked_budget

    key = (cell.model, cell.harness, cell.task, cell.budget)
    if key not in kinds:
        profile = shelf.profile(cell.model)
        limit = design.budgets[cell.budget]
        kinds[key] = Kind(
            profile.name, shelf.harness(cell.harness).name, shelf.task(cell.task).name, cell.budget
        )
        budgets[profile.name, cell.budget] = asked_budget(limit.limit, limit.weights).at(profile)
    return kinds[key]


def _row(row: Row) -> dict[str, Any]:
    return {
        "model": row.model,
        "harness": row.harness,
        "runs": row.runs,
        "measured": row.measured,
        "basis": row.basis,
        "tokens": _bounds(row.tokens),
        "money": _bounds(row.money),
        "most": _rounded(row.most),
    }


def _identifies(found: Expanded, design: Design, shelf: Shelf) -> dict[str, Any]:
    if not found.cells:
        why = "No run of this design can be made here: there is nothing to compare."
        return {"parts": 0, "comparisons": [], "squares": {}, "notes": [why]}
    from headway.plan import identify

    counted: dict[tuple[str, ...], int] = {}
    for cell in found.cells:
        setup = design.setups[cell.setup]
        key = (
            shelf.profile(cell.model).name,
            shelf.harness(cell.harness).name,
            cell.prompts,
            setup.effort or "harness",
            "default" if setup.temperature is None else f"{setup.temperature:g}",
            setup.sampling or "default",
            cell.budget,
            shelf.task(cell.task).name,
        )
        counted[key] = counted.get(key, 0) + 1
    names = ("model", "harness", "prompts", "effort", "temperature", "sampling", "budget", "task")
    columns = dict(zip(names, map(list, zip(*counted, strict=True)), strict=True))
    return _told(identify(columns, list(counted.values())))


def _told(said: Identified) -> dict[str, Any]:
    return {
        "parts": said.parts,
        "comparisons": [
            {
                "factor": each.factor,
                "levels": len(each.levels),
                "identified": each.identified,
                "classes": [list(levels) for levels in each.classes],
                "matched": each.matched,
            }
            for each in said.comparisons
        ],
        "squares": said.squares,
        "notes": list(said.notes),
    }


def _notes(
    design: Design,
    shelf: Shelf,
    costs: Estimate,
    prices: Mapping[str, Prices | None],
    currency: str | None,
) -> list[str]:
    out = []
    nothing = sorted({row.harness for row in costs.rows if row.basis is None})
    if nothing:
        out.append(
            f"No finished run in {', '.join(nothing)} is known: what runs there cost is not known, "
            "and so not for the whole. Make a few runs first, or name a folder of some with --also."
        )
    for profile in map(shelf.profile, design.models):
        if prices[profile.name] is None and any(row.model == profile.name for row in costs.rows):
            known = profile.unknown.get("prices", "its profile states none")
            if profile.prices:
                known = f"they are in {profile.prices.currency}, not in {currency}"
            out.append(
                f"No prices of {profile.title} can be used ({known}): what its runs cost is not "
                "known, and so not for the whole"
                + ("; the cap does not count them." if design.cap else ".")
            )
    if costs.cut:
        out.append(
            f"{costs.cut} of the measured runs were ended by their budget or their time: with a "
            "larger one they would have cost more."
        )
    if design.cap and costs.most is not None and costs.most > design.cap.limit:
        out.append(
            f"If every run used all of its budget, they would cost {costs.most:.3g} "
            f"{currency}: the cap of {design.cap.limit:g} would end the design before that."
        )
    return out


def _bounds(sums: Range) -> dict[str, float | None]:
    return {name: _rounded(value) for name, value in sums._asdict().items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")
