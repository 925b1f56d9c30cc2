"""What a dead launcher left is cleared away, and what it had spent is counted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headway.elicit import leftovers
from headway.elicit.design import Cell, Design, plan_of
from headway.elicit.held import left
from headway.elicit.launch.account import worth
from headway.elicit.launch.folder import Folder
from headway.elicit.launch.log import Log, lines
from headway.elicit.launch.lost import spent_in, wait_for
from headway.elicit.run import Plan
from headway.elicit.tokens import Tokens
from headway.errors import HeadwayError, LaunchError

__all__ = ["bury", "clear", "missed"]


def clear(folder: Folder, design: Design, cells: Sequence[Cell], log: Log) -> None:
    """Remove unfinished runs, cgroups, sockets and temporary files that nobody works on any more.

    Raises
    ------
    LaunchError
        If processes of an earlier launch do not end.
    """
    folder.stop.unlink(missing_ok=True)
    by_run = {cell.id: cell for cell in cells}
    state = folder.state() or {"runs": []}
    runs = [*by_run, *state["runs"]]
    for run, _ in folder.drafts(runs):
        bury(folder, design, by_run.get(run), run, log, why="the launcher ended")
    for path in folder.now.iterdir():
        path.unlink()
    for went in _astray(folder):
        missed(design, by_run.get(went["run"]), went["run"], log, why="the launcher ended")
    leftovers.clear(folder.path)


def bury(
    folder: Folder, design: Design, cell: Cell | None, run: str, log: Log, *, why: str
) -> list[dict[str, Any]]:
    """Count what unfinished attempts at a run had spent, and remove them; gives what was counted.

    It is written down first: a launcher that is killed in between counts it once, by its name.
    """
    drafts = [path for name, path in folder.drafts([run]) if name == run]
    if not wait_for(drafts):
        raise LaunchError(
            f"{drafts[0]}: processes of an earlier launch still work there and do not end: end "
            "them, and give the same command again."
        )
    counted = []
    for path in drafts:
        tokens = spent_in(path)
        counted.append(
            log(
                "lost",
                run=run,
                draft=path.name,
                tokens=tokens.to_dict() if tokens else None,
                money=_money(design, cell, tokens),
                known=tokens is not None and not tokens.estimated,
                why=why,
            )
        )
        shutil.rmtree(path, ignore_errors=True)
    left()
    return counted


def missed(
    design: Design,
    cell: Cell | None,
    run: str,
    log: Log,
    *,
    why: str,
    share: float | None = None,
    tokens: Tokens | None = None,
) -> dict[str, Any]:
    """Count an attempt of which no folder is left here.

    By its tokens, where its worker still told them; else by the last share of its budget that it
    told of; else by all of its budget.
    """
    plan = _plan(design, cell) if cell else None
    if tokens is not None:
        money = _money(design, cell, tokens)
    else:
        money = worth(share, plan.budget, plan.profile.prices) if plan else None
    return log(
        "lost",
        run=run,
        draft=None,
        tokens=tokens.to_dict() if tokens else None,
        money=money,
        known=tokens is not None and not tokens.estimated,
        why=why,
    )


def _money(design: Design, cell: Cell | None, tokens: Tokens | None) -> float | None:
    plan = _plan(design, cell) if cell else None
    if plan is None or plan.profile.prices is None:
        return None
    if tokens is None:
        return worth(None, plan.budget, plan.profile.prices)
    return plan.profile.prices.of(tokens)


def _plan(design: Design, cell: Cell) -> Plan | None:
    try:
        return plan_of(design, cell, Path())
    except HeadwayError:
        return None  # changed since: its prices are not known any more


def _astray(folder: Folder) -> list[dict[str, Any]]:
    """Attempts on other machines that began and of whose end nothing is known."""
    open_: dict[tuple[str, int], dict[str, Any]] = {}
    for line in lines(folder.log):
        if line["event"] == "began" and line["where"] != "here":
            open_[line["run"], line["n"]] = line
        elif line["event"] in {"done", "lost", "refused"}:
            open_ = {key: value for key, value in open_.items() if key[0] != line["run"]}
    return [line for line in open_.values() if not folder.has(line["run"])]
