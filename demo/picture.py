"""The picture of the demonstration: effects, and abilities by setup, with intervals."""

from __future__ import annotations

from typing import Any

from figures import FACTORS, LEVEL, Found
from words import level

from headway.publish.forest import panel, stacked, titled


def picture(found: Found) -> dict[str, Any]:
    """A Vega-Lite specification of two panels."""
    effects = [
        {
            "label": f"{level(e.factor, e.of)} against {level(e.factor, e.against)}",
            "value": e.logit,
            "low": e.low,
            "high": e.high,
        }
        for e in found.effects
    ]
    setups = [
        {
            "label": ", ".join(level(factor, str(row[factor])) for factor in FACTORS),
            "value": row["ability"],
            "low": row["low"],
            "high": row["high"],
        }
        for row in found.abilities
    ]
    share = f"{LEVEL:.0%}"
    return stacked(
        [
            panel(effects, "Effect (logits)", titled("What the setup does", share)),
            panel(setups, "Ability (logits)", titled("One model in eight setups", share)),
        ],
        f"{len(found.frame)} runs of SmolLM2-135M-Instruct, {len(found.tasks)} tasks. Headway.",
    )
