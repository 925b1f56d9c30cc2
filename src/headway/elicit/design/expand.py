"""What a design comes to: its runs in their order, and what cannot be run, with the reason."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from headway.elicit.design.choice import Choice, Unfit, choose
from headway.elicit.design.model import Design
from headway.elicit.design.shelf import Shelf
from headway.elicit.run.plan import Named, Plan, unrun
from headway.errors import DesignError

__all__ = ["Cell", "Expanded", "NotRunnable", "expand", "plan_of"]


@dataclass(frozen=True, slots=True, order=True)
class NotRunnable:
    """A model in a harness that is not run, and why, in a sentence."""

    model: str
    harness: str
    why: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a design, as plain data: names as they stand in the design, and its id.

    Attributes
    ----------
    id : str
        Name of the run's folder; ends in a hash of task, profile, harness, prompts, sampling,
        budget and seed, and the number of the attempt.
    model, task : str
        Names as in the design, or absolute paths.
    setup, harness, prompts, budget : str
    attempt : int
        From 1.
    upstream : str
        Host (and port) that is asked.
    also : tuple of str
        Other setups of the design that ask for the very same run; it is made once.
    """

    id: str
    model: str
    setup: str
    harness: str
    prompts: str
    task: str
    budget: str
    attempt: int
    upstream: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expanded:
    """All runs of a design, in the order in which they should start."""

    cells: tuple[Cell, ...]
    not_runnable: tuple[NotRunnable, ...]


def expand(design: Design, shelf: Shelf | None = None) -> Expanded:
    """List the runs of a design; nothing of this machine is looked at.

    ``shelf`` is for those who have read its files already (:meth:`Shelf.of`).

    First attempts come first, so that a design that is stopped early is spread over all of it;
    within an attempt the order is random by the seed, so that no model has the quiet hours.

    Raises
    ------
    UnknownNameError
        If a model, harness, task or suite is not known; the nearest names are offered.
    ProfileError, HarnessError, TaskError, DesignError
        If one of their files is wrong.
    """
    shelf = shelf or Shelf.of(design)
    cells: dict[str, Cell] = {}
    unfit: set[NotRunnable] = set()
    for model, setup, budget in product(design.models, design.setups, design.budgets):
        if design.setups[setup].budgets and budget not in design.setups[setup].budgets:
            continue
        for choice in choose(design, shelf, model, setup, budget):
            if isinstance(choice, Unfit):
                unfit.add(NotRunnable(choice.model, choice.harness, choice.why))
                continue
            unfit |= _unfit(design, shelf, choice)
            for cell in _cells(design, shelf, choice):
                held = cells.setdefault(cell.id, cell)
                if held.setup != setup and setup not in held.also:
                    cells[cell.id] = replace(held, also=(*held.also, setup))
    return Expanded(tuple(_ordered(cells, design.seed)), tuple(sorted(unfit)))


def plan_of(design: Design, cell: Cell, out: Path, installed: Path | None = None) -> Plan:
    """The plan of one run: what :func:`headway.elicit.run.run` carries out.

    Parameters
    ----------
    out : Path
        Folder that the run's own folder goes into.
    installed : Path or None
        Folder of installed harnesses; None is the user's own.

    Raises
    ------
    DesignError
        If a file that the design names was changed since the cell was made, or the cell is none
        of this design.
    """
    shelf = Shelf()
    for choice in choose(design, shelf, cell.model, cell.setup, cell.budget):
        if isinstance(choice, Choice) and choice.harness == cell.harness:
            plan = replace(
                _plan(design, shelf, choice, cell.task),
                out=out,
                installed=installed,
                number=cell.attempt,
            )
            if plan.id == cell.id:
                return plan
    raise DesignError(
        f"{cell.id}: a task, profile or harness of this run was changed since it was planned; "
        "plan the design again."
    )


def _unfit(design: Design, shelf: Shelf, choice: Choice) -> set[NotRunnable]:
    """Tasks that are not run yet, in whatever harness."""
    return {
        NotRunnable(choice.model, choice.harness, unrun(shelf.task(task)))
        for task in shelf.tasks(design)
        if shelf.task(task).needs == "image"
    }


def _cells(design: Design, shelf: Shelf, choice: Choice) -> Iterator[Cell]:
    for task in shelf.tasks(design):
        if shelf.task(task).needs == "image":
            continue
        plan = _plan(design, shelf, choice, task)
        upstream = urlsplit(plan.profile.endpoints[plan.format].url).netloc
        for attempt in range(1, design.attempts + 1):
            yield Cell(
                id=f"{plan.stem}-{attempt}",
                model=choice.model,
                setup=choice.setup,
                harness=choice.harness,
                prompts=choice.prompts_name,
                task=task,
                budget=choice.budget_name,
                attempt=attempt,
                upstream=upstream,
            )


def _plan(design: Design, shelf: Shelf, choice: Choice, task: str) -> Plan:
    found = shelf.task(task)
    return Plan(
        task=found,
        profile=choice.profile,
        harness=shelf.harness(choice.harness),
        budget=choice.budget,
        out=Path(),
        sampling=choice.sampling,
        seconds=design.seconds or found.config.agent.timeout_sec or 3600.0,
        number=1,
        levels=design.at_spend,
        max_turns=design.max_turns,
        prompts=choice.prompts,
        named=Named(design.name, choice.setup, choice.prompts_name, choice.budget_name),
        seed=design.seed,
    )


def _ordered(cells: dict[str, Cell], seed: int) -> list[Cell]:
    order = sorted(cells.values(), key=lambda cell: cell.id)
    random.Random(seed).shuffle(order)  # noqa: S311 - an order, no secret
    return sorted(order, key=lambda cell: cell.attempt)
