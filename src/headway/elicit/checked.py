"""Whether tasks are sound, as scripted agents show: what each of them scores, and what is wrong."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from headway.elicit.cases import prepared
from headway.elicit.check import AGENTS, Agent, agents, score
from headway.elicit.task import Task
from headway.errors import SandboxError, TaskError

__all__ = ["Checked", "Outcome", "Problem", "check", "judged"]

Problem: TypeAlias = Literal["not_scored", "oracle", "null", "partial", "cheat"]
Tick: TypeAlias = Callable[[float, str], None]
_AGENTS: dict[Agent, str] = {
    "oracle": "reference solution",
    "null": "agent that does nothing",
    "partial": "partial solution",
    "cheat": "cheat",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one scripted agent came to.

    Attributes
    ----------
    score : float or None
        None where its work could not be judged.
    reason : str
        Why not.
    seconds : float
        Wall time of its sandboxes and of those that judged it. The hidden cases are made once,
        for all agents and kept, and do not count.
    """

    score: float | None
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of one task.

    Attributes
    ----------
    task : Task
    outcomes : dict of str to Outcome
        By scripted agent, those that the task has.
    problem : str or None
        Class of the first thing that is wrong: ``not_scored`` (an agent's work could not be
        judged), or the agent whose score is not what it must be.
    reason : str
        The same in a sentence.
    """

    task: Task
    outcomes: Mapping[Agent, Outcome]
    problem: Problem | None
    reason: str

    @property
    def seconds(self) -> float:
        """Wall time of all its agents together, as if they had run one after the other."""
        return sum(outcome.seconds for outcome in self.outcomes.values())

    def row(self) -> dict[str, Any]:
        """As in ``docs/schema/check.json``; null where a task has no such agent."""
        held = {name: self.outcomes[name].score for name in self.outcomes}
        return {
            "task": self.task.folder.name,
            **{name: held.get(name) for name in AGENTS},
            "problem": self.problem,
            "reason": self.reason or None,
        }


def check(tasks: Sequence[Task], seed: int | None, tick: Tick) -> tuple[Checked, ...]:
    """Run the scripted agents of each task in the sandbox, as many at once as there are cores.

    Parameters
    ----------
    tasks : sequence of Task
    seed : int or None
        Of the hidden cases; None is each task's own. Tasks that make no cases are as always.
    tick : callable
        Is told the share that is done, and of which task the last was.

    Returns
    -------
    tuple of Checked
        In the order of the tasks.

    Raises
    ------
    TaskError
        If there is a seed, and no task that makes cases.
    """
    if seed is not None and all(task.seed is None for task in tasks):
        raise TaskError("None of these tasks makes cases by a seed: take --seed away.")
    jobs = _jobs(tasks)
    found: list[dict[Agent, Outcome]] = [{} for _ in tasks]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        futures: dict[Future[Outcome], tuple[int, Agent]] = {
            pool.submit(_outcome, tasks[k], agent, seed): (k, agent) for k, agent in jobs
        }
        for done, future in enumerate(as_completed(futures), 1):
            k, agent = futures[future]
            found[k][agent] = future.result()
            tick(done / len(jobs), tasks[k].folder.name)
    finally:
        # All is done, or somebody wants to go: what is on the way is not waited for.
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(judged(task, held) for task, held in zip(tasks, found, strict=True))


def judged(task: Task, outcomes: Mapping[Agent, Outcome]) -> Checked:
    """What is wrong with a task whose agents came to this: the first of what there is."""
    held = {name: outcomes[name] for name in AGENTS if name in outcomes}
    wrong = next(_faults(task, held), None)
    problem, reason = wrong or (None, "")
    return Checked(task, held, problem, reason)


def _jobs(tasks: Sequence[Task]) -> list[tuple[int, Agent]]:
    """Number of a task, and agent: in an order in which few wait for cases that another makes."""
    seen: Counter[str] = Counter()
    found = []
    for k, task in enumerate(tasks):
        found += [(AGENTS.index(a), seen[task.tests_digest], k, a) for a in agents(task)]
        seen[task.tests_digest] += 1
    return [(k, agent) for _, _, k, agent in sorted(found)]


def _outcome(task: Task, agent: Agent, seed: int | None) -> Outcome:
    begun = time.monotonic()
    try:
        if task.seed is not None:
            task = task if seed is None else task.with_seed(seed)
            prepared(task)
            begun = time.monotonic()
        verdict = score(task, agent)
    except (SandboxError, TaskError) as error:
        return Outcome(None, str(error), time.monotonic() - begun)
    return Outcome(verdict.score, verdict.reason, time.monotonic() - begun)


def _faults(task: Task, held: Mapping[Agent, Outcome]) -> Iterator[tuple[Problem, str]]:
    twin = task.config.headway.twin_of is not None
    for name, outcome in held.items():
        if outcome.score is None:
            yield "not_scored", f"The work of the {_AGENTS[name]} has no score: {outcome.reason}"
    wanted: dict[Agent, float] = {"oracle": 0.0 if twin else 1.0, "null": 0.0}
    if twin:
        wanted["cheat"] = 1.0
    for name, right in wanted.items():
        if name not in held:
            yield name, f"The task has no {_AGENTS[name]}."
        elif held[name].score != right:
            yield name, f"The {_AGENTS[name]} scores {held[name].score:g}, and not {right:g}."
    partial = held.get("partial")
    if partial is not None and not 0 < (partial.score or 0) < 1:
        yield "partial", f"The partial solution scores {partial.score:g}, and not between 0 and 1."
