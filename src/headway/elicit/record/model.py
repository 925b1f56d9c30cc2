"""The nouns of a run record, as they stand in ``run.json`` (docs/schema/run.json)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, computed_field

from headway.elicit.budget import Budget
from headway.elicit.profile import Format
from headway.elicit.record.status import counts, status
from headway.elicit.tokens import Tokens

__all__ = [
    "ENDED",
    "Change",
    "Collected",
    "Ended",
    "Finding",
    "HarnessUsed",
    "ModelUsed",
    "Run",
    "SetupUsed",
    "Snapshot",
    "Spending",
    "Status",
    "TaskUsed",
    "Try",
    "Verdict",
]

Ended: TypeAlias = Literal[
    "completed", "budget", "timeout", "refused", "harness_error", "infra_error"
]
Status: TypeAlias = Literal["solved", "partial", "unsolved", "missing", "tampered"]
ENDED: tuple[Ended, ...] = get_args(Ended)

_Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class TaskUsed(_Part):
    """Which task: its name, and hashes of the whole folder and of its tests.

    ``cases_seed`` is the seed that its hidden cases were drawn by; null where the tests are the
    same every time.
    """

    name: str
    digest: str
    tests_digest: str
    cases_seed: int | None = None


class ModelUsed(_Part):
    """Which model: the profile and its hash, what was asked for, sent and said to have run.

    ``ran`` counts the names that the server gave. ``as_declared`` is false where a name or a
    sampling value was silently changed; ``marks`` says how often which.
    """

    profile: str
    digest: str
    formats: tuple[Format, ...]
    asked: str
    sent: str
    ran: dict[str, int]
    sampling: Literal["profile", "harness"]
    as_declared: bool
    marks: dict[str, int] = {}


class HarnessUsed(_Part):
    """Which harness: its name, the version that ran (null where it states none), and hashes."""

    name: str
    version: str | None
    digest: str
    installed_digest: str | None = None
    command: tuple[str, ...]


class SetupUsed(_Part):
    """What a design set beside the harness, with the names that it has there.

    ``prompts`` is the name of what replaced the harness's system prompt or was added to it, and
    ``prompts_digest`` the hash of these texts (null: neither). ``effort``, ``temperature``
    and ``max_tokens`` are what was sent in place of the harness's. Names are null in a run of no
    design.
    """

    design: str | None = None
    name: str | None = None
    prompts: str = "harness"
    prompts_digest: str | None = None
    effort: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    budget: str | None = None
    seed: int | None = None


class Spending(_Part):
    """What was spent, in five kinds of token, in the unit of the budget, and in money.

    ``money`` is null where the profile states no prices; ``currency`` and ``priced`` (the day of
    the prices) go with it. ``overshoot`` is what admitted requests took beyond the limit.
    """

    tokens: Tokens
    unit: str
    spent: _Amount
    limit: _Amount
    overshoot: _Amount
    money: _Amount | None = None
    currency: str | None = None
    priced: dt.date | None = None


class Change(_Part):
    """One file of the work folder that is not as it was: its size and hash now."""

    path: str
    change: Literal["added", "changed", "removed"]
    size: int | None
    sha256: str | None


class Collected(_Part):
    """What of the work folder was kept, and what was left out with the reason."""

    files: int
    bytes: int
    left_out: dict[str, str] = {}


class Verdict(_Part):
    """What the verifier said; ``score`` is null with a reason where it said nothing usable."""

    score: _Score | None
    reason: str
    rewards: dict[str, float] = {}
    exit_code: int | None = None
    seconds: _Amount = 0.0


class Snapshot(_Part):
    """The work folder as it was when the run had spent this much, and what the verifier said.

    ``rewards`` is empty in records of earlier versions, which kept the score alone.
    """

    level: _Amount
    spent: _Amount
    at: _Amount
    changed: int
    score: _Score | None
    reason: str
    rewards: dict[str, float] = {}


class Try(_Part):
    """A try that does not count because a server or the machine failed, and what it spent."""

    ended: Ended
    reason: str
    seconds: _Amount
    tokens: Tokens
    folder: str


class Finding(_Part):
    """Something that an audit found; ``tampers`` makes the whole run *tampered*."""

    kind: str
    tampers: bool
    where: str
    evidence: str


class Run(_Part):
    """One attempt of a model in a harness at a task, with everything that happened.

    Attributes
    ----------
    started : datetime
        Start of the try that counts; earlier ones are in ``tries``.
    ended : str
        How it ended; ``reason`` says it in a sentence.
    score : float or None
        0 to 1, from pristine tests in a fresh sandbox; null where there is none.
    stop_seconds : float or None
        From the first request that found the budget spent to the end of the harness.
    tries : tuple of Try
        Earlier tries that the machine or a server spoiled; at most two.
    files : dict of str to str
        SHA-256 of every other file of the record's folder.
    """

    format: Literal["headway-run/1"] = "headway-run/1"
    id: str
    task: TaskUsed
    model: ModelUsed
    harness: HarnessUsed
    setup: SetupUsed = SetupUsed()
    budget: Budget
    attempt: Annotated[int, Field(ge=1)]
    started: dt.datetime
    seconds: _Amount
    ended: Ended
    reason: str
    exchanges: int
    replies: int
    refusals: dict[str, int] = {}
    failures: dict[str, int] = {}
    spending: Spending
    score: _Score | None
    verifier: Verdict
    collected: Collected | None
    changed: tuple[Change, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    stop_seconds: _Amount | None = None
    peak_memory: int | None = None
    exit_code: int | None = None
    versions: dict[str, str]
    tries: tuple[Try, ...] = ()
    files: dict[str, str] = {}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def counts(self) -> bool:
        """Whether this is an attempt of the model: what an analysis may use as its answer."""
        return counts(self.ended, self.replies)

    @property
    def flagged(self) -> bool:
        """Whether an audit found anything, be it a mere try."""
        return bool(self.findings)

    @property
    def as_scored(self) -> Status:
        """What became of it by how it ended and its score alone, whatever an audit found."""
        return status(self.ended, self.replies, self.score)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Status:
        """What became of it, from how it ended, its score and the findings."""
        tampered = any(finding.tampers for finding in self.findings)
        return status(self.ended, self.replies, self.score, tampered=tampered)
