"""What each rule says in simulated worlds with a constant lag of 6 months.

Source: ``benchmarks/rules.py --worlds 400 --seed 0``. For strict rules the mean over worlds of
the rule on the true abilities and dates; for lenient ones, which depend on the noise, the mean
answer at standard errors of 1.5 to 2.5 ECI.
"""

from __future__ import annotations

CONSTANT_LAG = {
    "match": 5.8,
    "match-lenient": 2.1,
    "daily": 8.0,
    "daily-lenient": 4.3,
    "release": 5.4,
    "trend": 5.9,
    "threshold": 6.1,
    "survival": 6.6,
    "now": 7.7,
}


def caution(rule: str) -> tuple[str, ...]:
    """The sentence on the rule's bias against a constant lag, for rules that were simulated."""
    if rule not in CONSTANT_LAG:
        return ()
    said = (
        "In simulated worlds with a constant lag of 6 months (two releases a month and group),"
        f" {rule} says {CONSTANT_LAG[rule]:.1f}."
    )
    return (said,)
