"""Does the gap between open and closed models change when harnesses do? Set by set.

Nothing here was randomised: a paired difference compares a model with itself on the same items,
which takes the model and the items out, and leaves everything else that went with the harness
(its date and version, who ran it, with what effort).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.why.contrast import Estimate, contrast
from headway.why.crossed import Logits, crossed
from headway.why.known import OTHER, OWN, STANDARD
from headway.why.settings import Matched, Setting, matched
from headway.why.views import gaps

SMALL = 0.05  # five points: below it a change is called near zero, from it on large
LATER = 1.0  # months by which runs may differ in date before time is named


@dataclass(frozen=True)
class Change:
    """What goes with moving from the standard harness to another kind.

    Attributes
    ----------
    kind : str
        ``own`` or ``other``.
    pairs : tuple of Matched
        Models that ran in both; those at the ceiling are in no estimate.
    every, closed, open : Estimate or None
        Mean change in share over all models, closed and open ones.
    gap : Estimate or None
        That of closed less that of open ones: by how much the gap is wider.
    logits : Logits or None
        The same from crossed effects on all runs, paired or not.
    later : float
        Months by which the other runs came later, on average over pairs; nan if not known.
    reason : str
        Why the change of the gap is not identified; empty where it is.
    """

    kind: str
    pairs: tuple[Matched, ...]
    every: Estimate | None
    closed: Estimate | None
    open: Estimate | None
    gap: Estimate | None
    logits: Logits | None
    later: float
    reason: str


@dataclass(frozen=True)
class Drift:
    """One model in a harness of one name on several days: last less first, in share."""

    model: str
    harness: str
    months: float
    change: float


@dataclass(frozen=True)
class Finding:
    """Everything that one set says."""

    name: str
    source: str
    standard: tuple[str, ...]
    models: dict[str, int]
    harnesses: int
    items: int
    views: dict[str, Estimate | None]
    changes: tuple[Change, ...]
    drifts: tuple[Drift, ...]
    pattern: str
    note: str = ""


def find(
    name: str,
    settings: Sequence[Setting],
    *,
    source: str = "",
    note: str = "",
    level: float = 0.9,
) -> Finding:
    """Analyse one set.

    Parameters
    ----------
    name, source, note : str
    settings : sequence of Setting
    level : float
        Level of the intervals.

    Returns
    -------
    Finding
        ``pattern`` is ``silent`` (no model ran in a standard and another harness), ``time`` (the
        other runs came over a month later), ``large`` (the mean change of all pairs is told from
        zero and at least 5 points), ``near zero`` (its interval lies within 5 points) or ``open``
        (none of these).
    """
    sides = {s.model: s.side for s in settings}
    changes = tuple(_change(settings, kind, level) for kind in (OWN, OTHER))
    return Finding(
        name=name,
        source=source,
        standard=tuple(sorted({s.harness for s in settings if s.kind == STANDARD})),
        models={
            str(side or "unknown"): sum(v == side for v in sides.values())
            for side in ("open", "closed", None)
        },
        harnesses=len({s.harness for s in settings}),
        items=len(settings[0].won) if settings else 0,
        views=gaps(settings, level),
        changes=changes,
        drifts=_drifts(settings),
        pattern=_pattern(changes),
        note=note,
    )


def _change(settings: Sequence[Setting], kind: str, level: float) -> Change:
    pairs = matched(settings, kind)
    free = [pair for pair in pairs if not pair.ceiling]
    closed, opened = _rows(free, "closed"), _rows(free, "open")
    both = len(closed) > 0 and len(opened) > 0
    return Change(
        kind=kind,
        pairs=pairs,
        every=contrast([np.array([p.gain for p in free])], level) if free else None,
        closed=contrast([closed], level) if len(closed) else None,
        open=contrast([opened], level) if len(opened) else None,
        gap=contrast([closed, opened], level) if both else None,
        logits=crossed(settings, kind, level),
        later=float(np.mean([p.later for p in free])) if free else float("nan"),
        reason="" if both else _reason(settings, kind, pairs),
    )


def _rows(pairs: Sequence[Matched], side: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([p.gain for p in pairs if p.side == side])


_WHAT = {OWN: "its developer's own harness", OTHER: "a harness of somebody else"}


def _reason(settings: Sequence[Setting], kind: str, pairs: Sequence[Matched]) -> str:
    """Why the change of the gap cannot be seen."""
    if len({s.harness for s in settings}) < 2:
        return "All models ran in one harness: what another would do cannot be said."
    parts = []
    for side in ("open", "closed"):
        own = [p for p in pairs if p.side == side]
        if any(not p.ceiling for p in own):
            continue
        if own:
            names = " and ".join(p.model for p in own)
            verb = "solves" if len(own) == 1 else "solve"
            parts.append(f"{names} ({side}) {verb} at least 95% in both: no room for a difference")
        else:
            ran = sum(s.side == side and s.kind == kind for s in settings)
            where = "a standard one on the same items" if ran else "it"
            parts.append(
                f"no {side} model ran in {_WHAT[kind]}" + (f" and in {where}" if ran else "")
            )
    unknown = [p.model for p in pairs if p.side is None]
    if unknown:
        parts.append(f"whether {' and '.join(unknown)} count as open is not known")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}: the change of the gap is not identified."


def _drifts(settings: Sequence[Setting]) -> tuple[Drift, ...]:
    out = []
    for key in sorted({(s.model, s.harness) for s in settings}):
        mine = [s for s in settings if (s.model, s.harness) == key and np.isfinite(s.months)]
        mine.sort(key=lambda s: s.months)
        if len(mine) < 2:
            continue
        gain = mine[-1].shares - mine[0].shares
        if np.isfinite(gain).sum() > 1:
            months = mine[-1].months - mine[0].months
            out.append(Drift(*key, months, float(np.nanmean(gain))))
    return tuple(out)


def _pattern(changes: Sequence[Change]) -> str:
    """In one word, from the own harness where it ran, else from the others."""
    ran = [(c, c.every) for c in changes if c.every is not None]
    if not ran:
        return "silent"
    first, told = ran[0]
    if first.later > LATER:
        return "time"
    if max(abs(told.low), abs(told.high)) <= SMALL:
        return "near zero"
    if abs(told.value) >= SMALL and told.low * told.high > 0:
        return "large"
    return "open"
