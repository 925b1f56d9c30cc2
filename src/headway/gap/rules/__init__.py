"""The gap rules, each in a small file behind one signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from headway.gap.rules.daily import daily, daily_lenient
from headway.gap.rules.match import match, match_lenient
from headway.gap.rules.now import now
from headway.gap.rules.release import release
from headway.gap.rules.survival import survival
from headway.gap.rules.threshold import threshold
from headway.gap.rules.trend import trend

if TYPE_CHECKING:
    from headway.gap.draws import Rule

RULES: dict[str, Rule] = {
    "match": cast("Rule", match),
    "match-lenient": cast("Rule", match_lenient),
    "daily": cast("Rule", daily),
    "daily-lenient": cast("Rule", daily_lenient),
    "release": cast("Rule", release),
    "trend": cast("Rule", trend),
    "threshold": cast("Rule", threshold),
    "survival": cast("Rule", survival),
    "now": cast("Rule", now),
}
"""Rules by name. The lenient ones are those that read ``world.margin``."""

LENIENT = frozenset({"match-lenient", "daily-lenient"})
