"""The nouns of Headway as validated, immutable records.

Empty means unknown and is ``None``. Records hold what one cell can be (a finite number, a date,
a text without control characters); whether cells make sense together is for
:func:`headway.ledger.check` to say.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["Benchmark", "Claim", "Model", "Record", "Response", "Result", "Setup", "Source"]

# Control characters, line separators and marks that turn the writing direction: none of them
# belongs in one cell of a table, and all of them can make a row look like another.
_BAD = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"


def _line(bad: str) -> re.Pattern[str]:
    # A compiled pattern is shared by all columns; as texts they would be compiled for each.
    return re.compile(rf"^[^\s{bad}]([^{bad}]*[^\s{bad}])?\Z")


Text = Annotated[str, StringConstraints(pattern=_line(_BAD))]
Alias = Annotated[str, StringConstraints(pattern=_line(";" + _BAD))]
# Ids of sources are names of files too, so they stay plain.
Slug = Annotated[str, StringConstraints(pattern=re.compile(r"^[a-z0-9][a-z0-9._-]{0,99}\Z"))]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Record(BaseModel):
    """A row of one table: immutable, and without columns that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Model(Record):
    """An AI model as it was first offered.

    ``weights`` is ``open`` where the developer published the weights, whatever the licence.
    ``released`` is the day the source of the scores gives; ``released_alt`` another day on which
    the model was first public; ``weights_released`` the first day of the weights where that was
    later than ``released``. Parameters are in billions, training tokens in trillions.
    """

    id: Text
    name: Text
    organization: Text | None = None
    country: Text | None = None
    released: dt.date | None = None
    released_source: Text | None = None
    weights: Literal["open", "closed", "unknown"] = "unknown"
    weights_license: Text | None = None
    weights_url: Text | None = None
    params_total_b: Number | None = None
    params_active_b: Number | None = None
    train_tokens_t: Number | None = None
    source: Text | None = None
    checked: bool = False
    released_alt: dt.date | None = None
    weights_released: dt.date | None = None
    aliases: tuple[Alias, ...] = ()
    notes: Text | None = None


class Benchmark(Record):
    """A benchmark; ``chance`` and ``ceiling`` are the floor and the top of its raw score."""

    id: Text
    name: Text
    domain: Text | None = None
    released: dt.date | None = None
    access: Literal["public", "semi-private", "private", "unknown"] = "unknown"
    chance: Number | None = None
    ceiling: Number = 1.0
    n_items: int | None = None
    owner: Text | None = None
    source: Text | None = None
    suite: Text | None = None
    area: Text | None = None
    notes: Text | None = None


class Setup(Record):
    """How a model was run: harness, reasoning effort, budget of tokens, attempts."""

    id: Text
    harness: Text | None = None
    effort: Text | None = None
    tools: Text | None = None
    budget_tokens: int | None = None
    attempts: int | None = None
    aggregation: Text | None = None
    notes: Text | None = None


class Result(Record):
    """One score of one model on one benchmark, a fraction in 0..1.

    ``chance_corrected`` says that the guess floor has been removed:
    (raw - chance) / (ceiling - chance), clipped to 0..1.
    """

    model: Text
    benchmark: Text
    score: Number
    chance_corrected: bool
    evaluator: Text | None = None
    reported_by: Literal["self", "third-party", "benchmark-owner", "unknown"] = "unknown"
    setup: Text | None = None
    n_items: int | None = None
    imputed: bool = False
    date: dt.date | None = None
    source: Slug


class Response(Record):
    """Outcomes of one model on one item: ``successes`` out of ``trials``."""

    model: Text
    benchmark: Text
    item: Text
    setup: Text | None = None
    successes: Number
    trials: int
    source: Slug


class Source(Record):
    """Where results come from.

    ``rolling`` marks a table that its publisher keeps updating: then ``date`` is the day of the
    copy, not of each run.
    """

    id: Slug
    name: Text
    publisher: Text | None = None
    url: Text | None = None
    license: Text | None = None
    citation: Text | None = None
    date: dt.date | None = None
    rolling: bool = False


class Claim(Record):
    """A published statement to compare with: ``value`` and its range in ``unit``.

    An empty ``level`` says that ``low`` and ``high`` are a spread, not a confidence interval.
    """

    id: Text
    who: Text
    date: dt.date
    kind: Literal["gap_months", "elo", "eci", "trend", "influence"]
    group_a: Text | None = None
    group_b: Text | None = None
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    level: Number | None = None
    data: Text | None = None
    rule: Text | None = None
    source: Text | None = None
    unit: Text | None = None
