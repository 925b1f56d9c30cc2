"""A second, slow version of every gap rule: one world, plain Python, loops over definitions.

Written from the definitions alone and sharing nothing with `headway.gap` but the meaning of the
words. Each rule takes lists for one world and returns ``(low, mid, high)`` in months, nan where
it is not defined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MONTH = 365.2425 / 12
INF = math.inf
UNDEFINED = (math.nan, math.nan, math.nan)


@dataclass
class Model:
    """A released model of one group."""

    column: int
    day: int
    ability: float


def group(world, row, mask):
    """Members of a group that exist by the end, oldest first, the best of one day first."""
    models = [
        Model(m, int(world.day[row, m]), float(world.ability[row, m]))
        for m in range(world.ability.shape[1])
        if mask[row, m] and world.day[row, m] <= world.end
    ]
    return sorted(models, key=lambda x: (x.day, -x.ability))


def groups(world, row, drop_first=0):
    lead, follow = group(world, row, world.leader), group(world, row, world.follower)
    return lead[drop_first:], follow[drop_first:]


def frontier(models, day):
    """Best ability by a day, -inf before the first model."""
    return max((x.ability for x in models if x.day <= day), default=-INF)


def records(models, same_day="best"):
    """Models that are better than everything of an earlier day: the best of a day, or each."""
    kept = []
    if same_day == "each":
        for x in sorted(models, key=lambda x: (x.day, x.ability)):
            if x.ability > max((y.ability for y in kept), default=-INF):
                kept.append(x)
        return kept
    for x in models:
        raised = frontier(models, x.day - 1) < x.ability == frontier(models, x.day)
        if raised and (not kept or kept[-1].day != x.day):
            kept.append(x)
    return kept


def passes(world, f, bar, leader, tolerance, lenient):
    slack = float(world.margin[f.column, leader.column]) if lenient else 0.0
    return f.ability + tolerance + slack >= bar


def reach_day(world, follow, leader, bar, tolerance, lenient):
    """First day on which a follower is at the bar that this leader set, None if never."""
    days = [f.day for f in follow if passes(world, f, bar, leader, tolerance, lenient)]
    return min(days, default=None)


def daily(
    world,
    row,
    tolerance=0.0,
    drop_first=0,
    month_days=MONTH,
    lenient=False,
    start=None,
    dated="record",
    same_day="best",
):
    lead, follow = groups(world, row, drop_first)
    lags, censored = [], False
    for day in range(world.start if start is None else start, world.end + 1):
        out = [x for x in records(lead, same_day) if x.day <= day]
        here = [x for x in follow if x.day <= day]
        if not out or not here:
            continue
        got = [
            x for x in out if any(passes(world, f, x.ability, x, tolerance, lenient) for f in here)
        ]
        if not got:
            censored = True
            lags.append(day - out[0].day)
        elif got[-1] is out[-1]:
            lags.append(0)
        elif dated == "record":
            lags.append(day - got[-1].day)
        else:
            # The most recent day on which the best leader was the one that is reached.
            best = max(
                d for d in range(out[0].day, day + 1) if frontier(lead, d) == got[-1].ability
            )
            lags.append(day - best)
    if not lags:
        return UNDEFINED
    mean = sum(lags) / len(lags) / month_days
    return (mean, INF, INF) if censored else (mean, mean, mean)


def now(world, row, **params):
    return daily(world, row, start=world.end, **params)


def passed_up_to(world, tops, follow, tolerance, lenient):
    """Scan the leaders' range record by record: which part of each step does a follower reach?"""
    last = below = -INF
    for x in tops:
        best = max(
            f.ability + tolerance + (float(world.margin[f.column, x.column]) if lenient else 0.0)
            for f in follow
        )
        if best > below:
            last = max(last, min(best, x.ability))
        below = x.ability
    return last


def match(
    world, row, levels=100, tolerance=0.0, drop_first=0, since=None, month_days=MONTH, lenient=False
):
    lead, follow = groups(world, row, drop_first)
    if not lead or not follow:
        return UNDEFINED
    tops = records(lead)
    first = max(tops[0].ability, records(follow)[0].ability + tolerance)
    top_l, top_g = tops[-1].ability, records(follow)[-1].ability + tolerance
    last = passed_up_to(world, tops, follow, tolerance, lenient)
    gaps = []
    for k in range(levels):
        if last <= first:
            break
        v = first + (last - first) * (k + 0.5) / levels
        owner = next(x for x in tops if x.ability >= v)
        came = reach_day(world, follow, owner, v, tolerance, lenient)
        if came is None or came <= follow[0].day or (since is not None and came < since):
            continue
        gaps.append((came - owner.day) / month_days)
    if gaps:
        mean = sum(gaps) / len(gaps)
        return mean, mean, mean
    for x in tops:
        if reach_day(world, follow, x, x.ability, tolerance, lenient) is None:
            return (world.end - x.day) / month_days, INF, INF
    if top_g > top_l:
        beyond = next(x for x in records(follow) if x.ability + tolerance > top_l)
        return -INF, -INF, (beyond.day - world.end) / month_days
    return UNDEFINED


def release(world, row, follower=None, tolerance=0.0, drop_first=0, month_days=MONTH):
    lead, follow = groups(world, row, drop_first)
    if follower is not None:
        if world.day[row, follower] > world.end:
            return UNDEFINED
        chosen = Model(follower, int(world.day[row, follower]), float(world.ability[row, follower]))
    elif follow:
        chosen = max(follow, key=lambda x: (x.ability, -x.day))
    if not lead or (follower is None and not follow):
        return UNDEFINED
    bar = chosen.ability + tolerance
    above = [x.day for x in lead if x.ability > bar]
    below = [x.day for x in records(lead) if x.ability <= bar]
    low = (chosen.day - min(above)) / month_days if above else -INF
    high = (chosen.day - max(below)) / month_days if below else INF
    if not above:
        return low, min(0.0, high), high
    return low, (low + high) / 2, high


def trend(world, row, since=None, min_records=2, drop_first=0, month_days=MONTH):
    lines = []
    for models in groups(world, row, drop_first):
        used = [x for x in records(models) if since is None or x.day >= since]
        if len(used) < max(2, min_records):
            return UNDEFINED
        mx = sum(x.day for x in used) / len(used)
        my = sum(x.ability for x in used) / len(used)
        slope = sum((x.day - mx) * (x.ability - my) for x in used) / sum(
            (x.day - mx) ** 2 for x in used
        )
        lines.append((slope, my - slope * mx))
    (slope, shift), (other, other_shift) = lines
    height = other * world.end + other_shift
    gap = (world.end - (height - shift) / slope) / month_days
    return gap, gap, gap


def threshold(
    world,
    row,
    step=0.1,
    smoother="gaussian",
    sigma_days=60.0,
    first="drop",
    since=None,
    drop_first=0,
    month_days=MONTH,
):
    lead, follow = groups(world, row, drop_first)
    pairs, bounds = [], []
    for b in range(world.scores.shape[1]):
        score = world.scores[row, b]
        led = [x for x in lead if not math.isnan(score[x.column])]
        came = [x for x in follow if not math.isnan(score[x.column])]
        k = 1
        while k * step <= 1 + 1e-9:
            level = round(k * step, 12)
            k += 1
            a = min((x.day for x in led if score[x.column] >= level), default=None)
            c = min((x.day for x in came if score[x.column] >= level), default=None)
            if a is None or (first == "drop" and a == led[0].day):
                continue
            if c is None:
                bounds.append(world.end - a)
            elif (first == "keep" or c != came[0].day) and (since is None or c >= since):
                pairs.append((c - a, c))
    if pairs:
        exponents = [
            0.0 if smoother is None else -(((world.end - c) / sigma_days) ** 2) / 2
            for _, c in pairs
        ]
        weights = [math.exp(e - max(exponents)) for e in exponents]
        mean = sum(w * g for w, (g, _) in zip(weights, pairs, strict=True)) / sum(weights)
        return (mean / month_days,) * 3
    if bounds:
        return sum(bounds) / len(bounds) / month_days, INF, INF
    return UNDEFINED


def survival(world, row, since=None, tolerance=0.0, drop_first=0, month_days=MONTH):
    """Kaplan-Meier by its definition: at each event time, one minus events over those at risk."""
    lead, follow = groups(world, row, drop_first)
    times = []
    for x in records(lead):
        if not follow or (since is not None and x.day < since):
            continue
        came = reach_day(world, follow, x, x.ability, tolerance, False)
        days = max(0, (world.end if came is None else came) - x.day)
        times.append((days, came is not None))
    if not times:
        return UNDEFINED
    alive = 1.0
    for t in sorted({days for days, event in times if event}):
        at_risk = sum(days >= t for days, _ in times)
        alive *= 1 - sum(days == t and event for days, event in times) / at_risk
        if alive <= 0.5 + 1e-9:
            return (t / month_days,) * 3
    return max(days for days, _ in times) / month_days, INF, INF


def distance(world, row, start=None):
    """Mean over days of the leaders' minus the followers' frontier."""
    lead, follow = groups(world, row)
    first = world.start if start is None else start
    days = [
        d for d in range(first, world.end + 1) if frontier(lead, d) > -INF < frontier(follow, d)
    ]
    if not days:
        return math.nan
    return sum(frontier(lead, d) - frontier(follow, d) for d in days) / len(days)
