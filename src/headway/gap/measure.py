"""Apply a rule to worlds and say what came out: the answer, its intervals, its cautions."""

from __future__ import annotations

import difflib
import inspect
import math
from typing import TYPE_CHECKING

import numpy as np

from headway.errors import GapError, UnknownNameError
from headway.gap.bias import caution as bias_caution
from headway.gap.draws import percent
from headway.gap.quantile import finite, quantile
from headway.gap.result import Gap, Interval, interval
from headway.gap.rules import LENIENT, RULES
from headway.gap.vertical import distance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.gap.draws import Rule, RuleDraws
    from headway.gap.world import Floats, World

VARIANTS = {"dated", "drop_first", "same_day", "summary", "tolerance", "unreached"}
UNSETTLED = 0.8  # months between which the median itself may lie before that is said
LENIENT_CAUTION = (
    "A lenient gap shrinks when the data get worse (by about z·SE/slope): it is smaller than the"
    " strict one partly because abilities are uncertain."
)


def measure(
    worlds: World,
    *,
    rule: str,
    params: Mapping[str, object] | None = None,
    sampling: World | None = None,
    placebo: World | None = None,
    level: float = 0.9,
) -> Gap:
    """Months by which the followers are behind the leaders.

    Parameters
    ----------
    worlds : World
        S worlds: joint draws of abilities, dates and labels.
    rule : str
        A name in `headway.gap.rules.RULES`.
    params : mapping, optional
        Parameters of the rule.
    sampling : World, optional
        Worlds with models and benchmarks resampled (`headway.gap.sampling`).
    placebo : World, optional
        Worlds in which the true gap is 0 (`headway.gap.placebo`).
    level : float
        Of the intervals.

    Raises
    ------
    UnknownNameError
        If there is no such rule.
    GapError
        If the rule has no such parameter, a group is empty, or the rule is not defined in more
        than half of the draws.
    """
    chosen = find_rule(rule)
    params = dict(params or {})
    _check_params(rule, chosen, params)
    draws = chosen(_populated(worlds), **params)
    undefined = float(np.isnan(draws.mid).mean())
    if undefined > 0.5:
        raise GapError(_undefined(rule, undefined))
    months = interval(draws.low, draws.mid, draws.high, level)
    middle = quantile(draws.mid, 0.5)
    return Gap(
        rule=rule,
        months=months,
        sampling=_sampling(chosen, sampling, params, level),
        placebo=_placebo(chosen, placebo, params, level),
        points=_points(worlds, rule, params, level),
        censored=quantile(draws.high, (1 + level) / 2) == np.inf,
        at_least=finite(quantile(draws.low, 0.5)) if middle == np.inf else None,
        spread=draws.spread,
        censored_share=draws.censored_share,
        cautions=_cautions(rule, draws, undefined, params),
        draws=draws.mid,
        settled=not _unsettled(draws.mid),
    )


def find_rule(name: str) -> Rule:
    """The rule of this name, or a sentence that offers the nearest ones."""
    if name in RULES:
        return RULES[name]
    near = difflib.get_close_matches(name, RULES, n=3, cutoff=0.4) or sorted(RULES)
    raise UnknownNameError(f"there is no gap rule {name!r}; did you mean {', '.join(near)}?")


def parameters(rule: str) -> dict[str, object]:
    """The parameters of a rule with their defaults."""
    signature = inspect.signature(find_rule(rule))
    return {name: p.default for name, p in signature.parameters.items() if p.default is not p.empty}


def _check_params(rule: str, chosen: Rule, params: Mapping[str, object]) -> None:
    known = set(inspect.signature(chosen).parameters) - {"world"}
    for name in sorted(set(params) - known):
        raise GapError(
            f"the rule {rule!r} has no parameter {name!r}; it has {', '.join(sorted(known))}"
        )


def _populated(world: World) -> World:
    exists = world.day <= world.end
    for group, name in ((world.leader, "leader"), (world.follower, "follower")):
        if not (group & exists).any():
            raise GapError(f"no {name} is released by the end of the window")
    return world


def _sampling(
    rule: Rule, world: World | None, params: Mapping[str, object], level: float
) -> Interval:
    if world is None:
        return Interval(None, None, None, level)
    draws = rule(world, **params)
    return interval(draws.low, draws.mid, draws.high, level)


def _placebo(
    rule: Rule, world: World | None, params: Mapping[str, object], level: float
) -> tuple[float | None, float | None] | None:
    """Central interval of the rule's own values; a named follower is no part of a placebo."""
    if world is None:
        return None
    draws = rule(world, **{name: v for name, v in params.items() if name != "follower"})
    tail = (1 - level) / 2
    return finite(quantile(draws.mid, tail)), finite(quantile(draws.mid, 1 - tail))


def _points(world: World, rule: str, params: Mapping[str, object], level: float) -> Interval:
    drop = params.get("drop_first", 0)
    points = distance(
        world,
        start=world.end if rule == "now" else None,
        drop_first=drop if isinstance(drop, int) else 0,
    )
    return interval(points, points, points, level)


def _undefined(rule: str, share: float) -> str:
    why = {
        "trend": "each group needs at least two records, from the chosen date on",
        "match": "the frontiers share no level that both passed",
        "match-lenient": "the frontiers share no level that both passed",
        "threshold": "no level is crossed by both groups after their first tested models",
        "survival": "no leader record is left, or too few are matched for a log-normal",
    }.get(rule, "a group has no model in the window")
    return f"{rule} is not defined in {percent(share)} of the draws: {why}"


def _unsettled(mid: Floats) -> tuple[str, ...]:
    """Say so where the median hangs on which draws were made: two values are about as likely.

    The bounds are the order statistics that hold a median with 95% (Conover, *Practical
    Nonparametric Statistics*, section 3.2).
    """
    reach = 0.98 / math.sqrt(max(1, int((~np.isnan(mid)).sum())))
    low, high = quantile(mid, max(0.0, 0.5 - reach)), quantile(mid, min(1.0, 0.5 + reach))
    if len(mid) < 100 or not math.isfinite(high - low) or high - low <= UNSETTLED:
        return ()
    said = (
        f"The median is not settled: other draws could put it anywhere from {low:.1f} to"
        f" {high:.1f} months, as two readings are about as likely. Read the interval."
    )
    return (said,)


def _cautions(
    rule: str, draws: RuleDraws, undefined: float, params: Mapping[str, object]
) -> tuple[str, ...]:
    said = [*draws.cautions, *_unsettled(draws.mid)]
    if undefined:
        said.append(f"{rule} is not defined in {percent(undefined)} of the draws (left out).")
    if rule in LENIENT:
        said.append(LENIENT_CAUTION)
    # The simulation ran the plain rule: a variant of it has another bias.
    if not VARIANTS & set(params):
        said.extend(bias_caution(rule))
    return tuple(said)
