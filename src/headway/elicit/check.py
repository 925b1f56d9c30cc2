"""What scripted agents score at a task: its solution, a partial one, and doing nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from headway.elicit.held import scratch
from headway.elicit.record import Verdict
from headway.elicit.task import Task
from headway.elicit.verify import solve, verify

__all__ = ["AGENTS", "Agent", "agents", "score"]

Agent: TypeAlias = Literal["oracle", "null", "partial", "cheat"]
AGENTS: tuple[Agent, ...] = get_args(Agent)
_SCRIPTS: dict[Agent, str] = {"oracle": "solve.sh", "partial": "partial.sh", "cheat": "cheat.sh"}


def agents(task: Task) -> tuple[Agent, ...]:
    """The scripted agents that a task has: those whose script it brings, and the null agent."""
    return tuple(
        agent
        for agent in AGENTS
        if agent not in _SCRIPTS or task.has(f"solution/{_SCRIPTS[agent]}")
    )


def score(task: Task, agent: Agent, seed: int | None = None) -> Verdict:
    """Run a scripted agent in the sandbox, and judge what it left as any agent's work is judged.

    Parameters
    ----------
    task : Task
    agent : {'oracle', 'null', 'partial', 'cheat'}
        ``solution/solve.sh``, nothing at all, ``solution/partial.sh``, or ``solution/cheat.sh`` of
        an impossible twin.
    seed : int or None
        Of the hidden cases, for a task that makes them; None is the task's own.

    Raises
    ------
    TaskError
        If the task has no such solution or makes no cases, or a program is missing.
    SandboxError
        If no sandbox can be had.
    """
    if seed is not None:
        task = task.with_seed(seed)
    with scratch() as temporary:
        work = temporary / "work"
        if agent == "null":
            work.mkdir()
            task.lay_out(work)
        else:
            solve(task, work, temporary / "solve", script=_SCRIPTS[agent])
        return verify(task, work, temporary / "verifier")
