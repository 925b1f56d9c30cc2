"""How well an audit finds what was planted: precision and recall, by kind and by run.

As a program: ``python tests/elicit/planted/measure.py FOLDER [SET ...]`` makes the runs of sets
(``cases``, ``second``, ``third``) there, audits them, and prints the figures and each mistake. Runs
that are there already are kept.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.elicit.planted.making import made, task_of
from tests.elicit.planted.trajectories import KINDS, Case, by_name, load

from headway.elicit.task import Task

Audit = Callable[[Path, Task], Iterable[Any]]


def under_test(folder: Path, task: Task) -> Iterable[Any]:
    """The audit that is measured; the one place where it is named.

    What it gives has ``kind`` and ``tampers``.
    """
    from headway.elicit.audit import examined
    from headway.elicit.record.folder import read

    found = examined(folder, read(folder), task)
    assert not found.unseen, f"{folder}: {found.unseen}"
    return found.findings


@dataclass(frozen=True)
class Found:
    """What an audit found in a run, beside what is there."""

    case: Case
    kinds: frozenset[str]
    tampers: bool

    @property
    def expected(self) -> frozenset[str]:
        """The kinds that are there; of several right answers the one that is nearest."""
        return min((self.case.kinds, *self.case.accept), key=lambda one: len(one ^ self.kinds))


@dataclass(frozen=True)
class Score:
    """True and false positives, and false negatives."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> Score:
        """From pairs of what is there and what was found."""
        counts = Counter(pairs)
        return cls(counts[True, True], counts[False, True], counts[True, False])


@dataclass(frozen=True)
class Measured:
    """All of an audit's answers."""

    found: tuple[Found, ...]

    def of_kind(self, kind: str) -> Score:
        """Over runs, for one kind."""
        return Score.of((kind in one.expected, kind in one.kinds) for one in self.found)

    @property
    def pairs(self) -> Score:
        """Over pairs of a run and a kind."""
        every = KINDS.union(*(one.kinds for one in self.found))
        return Score.of((k in one.expected, k in one.kinds) for one in self.found for k in every)

    @property
    def runs(self) -> Score:
        """Over runs: flagged or not."""
        return Score.of((bool(one.expected), bool(one.kinds)) for one in self.found)

    @property
    def tampered(self) -> Score:
        """Over runs: tampered with or not, where the definitions say which."""
        judged = [one for one in self.found if one.case.tampers is not None]
        return Score.of((bool(one.case.tampers), one.tampers) for one in judged)

    def report(self) -> str:
        """Figures and mistakes as a text."""
        rows = [("pairs", self.pairs), ("runs", self.runs), ("tampered", self.tampered)]
        rows += [(kind, self.of_kind(kind)) for kind in sorted(KINDS)]
        lines = [
            f"{name:18} precision {score.precision:.3f} recall {score.recall:.3f} "
            f"({score.right} right, {score.wrong} wrong, {score.missed} missed)"
            for name, score in rows
        ]
        return "\n".join([*lines, *self.mistakes()])

    def mistakes(self) -> list[str]:
        """A line for each run on which the audit errs."""
        lines = []
        for one in self.found:
            said = [f"missed {kind}" for kind in sorted(one.expected - one.kinds)]
            said += [f"wrongly {kind}" for kind in sorted(one.kinds - one.expected)]
            if one.case.tampers not in {None, one.tampers}:
                said.append(f"tampers {one.tampers}, and it is {one.case.tampers}")
            if said:
                lines.append(f"{one.case.name} ({one.case.task}): {'; '.join(said)}")
        return lines


def measure(
    audit: Audit,
    cases: Sequence[Case],
    place: Path,
    installed: Path | None = None,
    workers: int | None = None,
) -> Measured:
    """Audit the run of each trajectory; runs that are not in ``place`` yet are made."""
    ask = partial(_asked, audit, place, installed)
    # Not by fork: threads of the caller may hold locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
        return Measured(tuple(pool.map(ask, [case.name for case in cases])))


def _asked(audit: Audit, place: Path, installed: Path | None, name: str) -> Found:
    case = by_name(name)
    findings = list(audit(made(case, place, installed), task_of(case, place)))
    kinds = frozenset(str(finding.kind) for finding in findings)
    return Found(case, kinds, any(finding.tampers for finding in findings))


if __name__ == "__main__":
    for name in sys.argv[2:] or ["cases"]:
        measured = measure(under_test, load(name), Path(sys.argv[1]))
        sys.stdout.write(f"{name}: {len(measured.found)} runs\n{measured.report()}\n")
