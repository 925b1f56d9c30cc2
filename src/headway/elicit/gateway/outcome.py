"""What a reply was: its tokens, and whether it was what was declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headway.elicit.gateway.change import NAMES
from headway.elicit.gateway.config import Config
from headway.elicit.gateway.meter import estimate
from headway.elicit.gateway.record import Record
from headway.elicit.gateway.watch import Watch
from headway.elicit.profile import Profile
from headway.elicit.tokens import Tokens

__all__ = ["TOLD", "is_back_off", "judge", "split"]

# Marks of which the supervisor is told at once.
TOLD = frozenset({"model_changed", "sampling_changed"})

_BACK_OFF = frozenset({"upstream_down", "upstream_slow", "upstream_limit", "upstream_error"})


def is_back_off(record: Record) -> bool:
    """Whether the harness can only wait: the server failed before its reply began."""
    return record.tokens is None and any(fault.kind in _BACK_OFF for fault in record.faults)


def split(tokens: Tokens, profile: Profile) -> Tokens:
    """Tokens with reasoning apart only where the profile says that the server splits it.

    Some servers report 0 reasoning tokens whatever the model thought.
    """
    if profile.splits_reasoning or tokens.reasoning is None:
        return tokens
    return replace(tokens, visible_output=tokens.output, reasoning=None)


def judge(record: Record, watch: Watch, config: Config) -> None:
    """Note in a record what its reply said: usage, tokens, what ran, marks, faults."""
    if record.kind != "generate" or record.status is None or record.status >= 300:
        return
    seen = watch.seen
    record.usage = seen.usage or None
    record.ran = seen.ran
    if seen.error:
        record.fault("upstream_error", f"the reply says {seen.error}")
    record.tokens = _tokens(record, watch, config)
    if watch.malformed and not record.faults:
        record.fault("malformed", watch.malformed)
    _declared(record, config)


def _tokens(record: Record, watch: Watch, config: Config) -> Tokens:
    known = watch.tokens()
    if known is not None and watch.seen.final:
        return split(known, config.profile)
    if not {"cut", "harness_gone"} & set(record.marks) and not watch.seen.error:
        _unseen(record, watch, fatal=not config.profile.estimates)
    record.mark("estimated")
    return estimate(len(record.body), watch.seen.characters, known)


def _unseen(record: Record, watch: Watch, *, fatal: bool) -> None:
    """Note why a reply that came to its end has no usage."""
    if not watch.seen.done:
        record.mark("cut")
        record.fault("upstream_cut", "the stream ended before its reply")
        return
    record.mark("usage_missing")
    if watch.malformed:
        record.fault("malformed", watch.malformed, fatal=fatal)
    else:
        record.fault("no_usage", "a whole reply says nothing of its usage", fatal=fatal)


def _declared(record: Record, config: Config) -> None:
    """Mark a model or a sampling that the server changed; what it does not say is not changed."""
    assert record.format is not None
    model = record.ran.get("model")
    if model is not None and not config.profile.is_declared(record.format, str(model)):
        record.mark("model_changed")
    if any(_differs(record.sent.get(name), record.ran.get(name)) for name in NAMES):
        record.mark("sampling_changed")


def _differs(sent: Any, ran: Any) -> bool:
    if sent is None or ran is None:
        return False
    if isinstance(sent, (int, float)) and isinstance(ran, (int, float)):
        # Servers hold sampling in single precision.
        return abs(sent - ran) > 1e-6 * max(1.0, abs(sent))
    return bool(sent != ran)
