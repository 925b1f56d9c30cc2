"""What one run is: a task, a model, a harness, a budget, and where it is written."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from headway.elicit.budget import Budget
from headway.elicit.gateway.config import Limits
from headway.elicit.harness import Harness
from headway.elicit.profile import Format, Profile, Prompts
from headway.elicit.record.folder import taken
from headway.elicit.task import Task

__all__ = ["Named", "Plan", "digest"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_LOOPBACK = re.compile(r"^http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?(?=/|$)")
_MAKES: dict[str, Any] = {
    "name": True,
    "endpoints": {"__all__": {"url", "model", "key_env", "auth"}},
    "sampling": {"temperature", "top_p", "max_tokens", "effort"},
    "splits_reasoning": True,
    "estimates": True,
    "aliases": True,
}
_SAYS: dict[str, Any] = {"prices": {"source", "note", "date"}}
_ODD = re.compile(r"[^a-z0-9._]+")


def digest(value: BaseModel | dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of settings."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Named:
    """Names that a design gives: its own, of the setup, of the prompts and of the budget."""

    design: str | None = None
    setup: str | None = None
    prompts: str = "harness"
    budget: str | None = None


@dataclass(frozen=True)
class Plan:
    """One run as it is asked for.

    Attributes
    ----------
    sampling : {'profile', 'harness'}
        Whose sampling is sent (:class:`headway.elicit.gateway.config.Config`).
    seconds : float
        Wall time of the harness, after which the run ends as *timeout*.
    out : Path
        Folder that the run's own folder goes into.
    number : int or None
        Which attempt it is; None takes the next free number in ``out``.
    levels : tuple of float
        Spend levels, in the unit of the budget, at which the work folder is copied and scored.
    prompts : Prompts
        What replaces the harness's system prompt or is added to it; by default neither.
    named : Named
        How a design calls what this run is part of; does not count as a difference of runs.
    seed : int or None
        Another seed makes other attempts at the same.
    installed : Path or None
        Folder of installed harnesses; None is the user's own.
    pauses : tuple of float
        Seconds before each further try after a failure of a server or of the machine; as many
        further tries as there are pauses, so at most two.
    limits : Limits
        Seconds and bytes beyond which the gateway gives up on an exchange.
    """

    task: Task
    profile: Profile
    harness: Harness
    budget: Budget
    out: Path
    sampling: Literal["profile", "harness"] = "harness"
    seconds: float = 3600.0
    number: int | None = None
    levels: tuple[float, ...] = ()
    max_turns: int = 200
    prompts: Prompts = field(default_factory=Prompts)
    named: Named = field(default_factory=Named)
    seed: int | None = None
    installed: Path | None = None
    pauses: tuple[float, ...] = (2.0, 10.0)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def format(self) -> Format:
        """The wire format of the run.

        Raises
        ------
        ProfileError
            If model and harness have none in common.
        """
        return self.profile.common(self.harness.formats)

    @property
    def model(self) -> str:
        """What the harness is told that the model is called: the server's own name if it can be.

        Harnesses look names up (context, prompts), so the real one is the right one.
        """
        name = self.profile.endpoints[self.format].model
        return name if _NAME.fullmatch(name) else self.profile.name

    @cached_property
    def profile_digest(self) -> str:
        """SHA-256 of what the profile makes of a run.

        Titles, sources, days and prices do not count, nor prompts, which count where they are used,
        nor on which port a server of one's own listened.
        """
        plain = self.profile.model_dump(mode="json", include=_MAKES)
        for end in plain["endpoints"].values():
            end["url"] = _LOOPBACK.sub("{base}", end["url"])
        return digest(plain)

    @cached_property
    def setup(self) -> str:
        """SHA-256 over everything that makes runs attempts at the same."""
        cases = {} if self.task.seed is None else {"cases": self.task.seed}
        return digest(
            {
                "task": self.task.digest,
                **cases,
                "profile": self.profile_digest,
                "harness": digest(self.harness),
                "budget": self.budget.model_dump(mode="json", exclude=_SAYS),
                "sampling": self.sampling,
                "seconds": self.seconds,
                "max_turns": self.max_turns,
                "prompts": self.prompts_digest,
                "seed": self.seed,
            }
        )

    @cached_property
    def prompts_digest(self) -> str | None:
        """SHA-256 of the texts beside the task's; None where there is none."""
        texts = self.prompts.model_dump(include={"system", "addition"}, exclude_none=True)
        return digest(texts) if texts else None

    @cached_property
    def attempt(self) -> int:
        """Number of the attempt, from 1."""
        return self.number or taken(self.out, self.stem) + 1

    @property
    def id(self) -> str:
        """Name of the run and of its folder."""
        return f"{self.stem}-{self.attempt}"

    @property
    def stem(self) -> str:
        """Name of the run without the number of its attempt."""
        names = (self.task.name.rpartition("/")[2], self.profile.name, self.harness.name)
        plain = [_ODD.sub("-", name.lower()).strip("-.") or "x" for name in names]
        return "-".join([*plain, self.setup[:6]])
