"""Counts of what became of a run's requests, and the run's end from them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from headway.elicit.gateway.config import Config
from headway.elicit.gateway.meter import Meter
from headway.elicit.gateway.record import Record
from headway.elicit.gateway.summary import Summary

__all__ = ["Tally"]

# Marks of what was not as declared.
UNDECLARED = ("model_changed", "sampling_changed")


@dataclass(slots=True)
class Tally:
    """Counts so far."""

    numbered: int = 0
    exchanges: int = 0
    replies: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    ran: Counter[str] = field(default_factory=Counter)
    fatal: str | None = None
    first_402: float | None = None

    def next(self) -> int:
        """A number for one more request."""
        self.numbered += 1
        return self.numbered

    def refuse(self, reason: str) -> bool:
        """Count a refusal; whether it is the first for this reason."""
        self.refusals[reason] += 1
        if reason == "budget" and self.first_402 is None:
            self.first_402 = time.time()
        return self.refusals[reason] == 1

    def add(self, record: Record) -> None:
        """Count an exchange that has ended."""
        if record.admitted is not None:
            self.exchanges += 1
            self.replies += record.status is not None and 200 <= record.status < 300
        self.failures.update(fault.kind for fault in record.faults)
        self.marks.update(record.marks)
        if record.ran.get("model"):
            self.ran[str(record.ran["model"])] += 1

    def summary(self, config: Config, meter: Meter, digest: str | None) -> Summary:
        """The end of the run; without a digest, the log is not whole."""
        return Summary(
            run=config.run,
            ended="failed" if digest is None else "term",
            exchanges=self.exchanges,
            replies=self.replies,
            refusals=dict(self.refusals),
            failures=dict(self.failures),
            marks=dict(self.marks),
            fatal=self.fatal,
            tokens=meter.tokens,
            spent=meter.spent,
            limit=meter.budget.limit,
            unit=meter.unit,
            overshoot=max(0.0, meter.spent - meter.budget.limit),
            seconds=meter.clock.total,
            back_off=meter.clock.back_off,
            first_402=self.first_402,
            model={name: config.endpoint(name).model for name in config.formats},
            ran=dict(self.ran),
            as_declared=not any(self.marks[name] for name in UNDECLARED),
            wire_sha256=digest,
        )
