"""Read sets, analyse each, and work out the design that would settle the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headway.errors import DataError
from headway.why.harness import Finding, find
from headway.why.known import known
from headway.why.power import Components, Plan, components_of, plans
from headway.why.settings import Rules, Setting, settings_of

Read = tuple[str, tuple[str, str], tuple[Setting, ...]]  # name, (source, note), settings


@dataclass(frozen=True)
class Answer:
    """All findings; the design is None where no set has repeated attempts in several harnesses."""

    level: float
    findings: tuple[Finding, ...]
    basis: str
    components: Components | None
    plans: tuple[Plan, ...]
    seen: float  # SD over models of the paired changes of the set that is the basis, in share


def from_shared(folder: Path, level: float = 0.9) -> Answer:
    """Answer from the published sets under ``folder``.

    Raises
    ------
    DataError
        If the folder has none of them, or one is broken.
    """
    from headway.why.shared import read_shared

    sets = [one for one in known().sets if (folder / "data" / one["folder"]).is_dir()]
    if not sets:
        raise DataError(f"{folder} has no folder data with a known set; see --shared in the help.")
    read = []
    for one in sets:
        rules = _rules(frozenset(one["standard"]), one["developers"])
        columns = read_shared(folder, one).to_dict(as_series=False)
        about = (one["source"], one.get("note", ""))
        read.append((one["name"], about, settings_of(columns, rules)))
    return _answer(read, level)


def from_files(paths: Sequence[Path], standard: str | None, level: float = 0.9) -> Answer:
    """Answer from tidy responses; the standard harness is that of most models unless named.

    Raises
    ------
    DataError
        If a file is broken or has no column ``harness``.
    UnknownNameError
        If no file has the harness ``standard``.
    """
    return _answer([(path.name, ("", ""), _own_file(path, standard)) for path in paths], level)


def _own_file(path: Path, standard: str | None) -> tuple[Setting, ...]:
    from headway.errors import UnknownNameError
    from headway.sources.responses import read_responses

    table = read_responses(path).columns
    if "harness" not in table:
        raise DataError(f"{path}: no column harness, so nothing can be said of harnesses; add it.")
    columns: dict[str, list[Any]] = {name: values.to_list() for name, values in table.items()}
    size = len(columns["model"])
    for name, value in (("trials", 1.0), ("openness", None), ("date", None)):
        columns.setdefault(name, [value] * size)
    ran: dict[str, set[str]] = {}
    for model, harness in zip(columns["model"], columns["harness"], strict=True):
        if harness is not None:
            ran.setdefault(harness, set()).add(model)
    if standard is not None and standard not in ran:
        raise UnknownNameError(f"{path}: no harness is called {standard!r}; see --standard.")
    chosen = standard or max(sorted(ran), key=lambda name: len(ran[name]))
    return settings_of(columns, _stated(columns, chosen))


def _stated(columns: Mapping[str, list[Any]], standard: str) -> Rules:
    """Developers as the columns state them, else by what is known of names."""
    owners = _pairs(columns, "harness", "harness_developer")
    makers = _pairs(columns, "model", "developer")
    return Rules(
        frozenset([standard]), owners, lambda m: makers.get(m) or known().maker(m), known().weights
    )


def _pairs(columns: Mapping[str, list[Any]], key: str, value: str) -> dict[str, str]:
    rows = zip(columns[key], columns.get(value, [None] * len(columns[key])), strict=True)
    return {k: v for k, v in rows if k is not None and v is not None}


def _rules(standard: frozenset[str], developers: Mapping[str, str]) -> Rules:
    return Rules(standard, developers, known().maker, known().weights)


def _answer(read: Sequence[Read], level: float) -> Answer:
    findings = tuple(
        find(name, s, source=source, note=note, level=level) for name, (source, note), s in read
    )
    basis = [(name, s) for name, _, s in read if _repeated(s)][:1]
    if not basis:
        return Answer(level, findings, "", None, (), float("nan"))
    parts = components_of(basis[0][1])
    return Answer(
        level, findings, basis[0][0], parts, plans(parts, level), _spread(findings, basis[0][0])
    )


def _spread(findings: Sequence[Finding], name: str) -> float:
    change = next(f for f in findings if f.name == name).changes[0]
    means = [p.after - p.before for p in change.pairs if not p.ceiling]
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def _repeated(settings: Sequence[Setting]) -> bool:
    """Several attempts on most items, in three harnesses or more: luck can be told apart."""
    many = sum(float(s.tried.max()) > 1 for s in settings) > len(settings) / 2
    return many and len({s.harness for s in settings}) > 2
