"""What data on harnesses cannot say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from headway.scale.facets.columns import Counts
from headway.scale.facets.identify import listed
from headway.scale.facets.pairs import Pair
from headway.scale.facets.result import Facets
from headway.scale.facets.views import Standing

SURE = 0.9  # chance of being best from which on there is no doubt


def blind(data: Counts, standings: Sequence[Standing], found: Sequence[Pair]) -> Iterator[str]:
    """What the three views and the pairs cannot say."""
    if "openness" not in data.labels:
        yield "The data have no column openness: nothing is said of open and closed models apart."
    if not found:
        yield "No model ran in two harnesses on the same items: no difference can be paired."
    elif "run" not in data.labels and data.trials.max() > 1:
        yield (
            "Attempts on an item are counted, but not which run they belong to: intervals hold "
            "the luck of attempts and items, but not that of whole runs."
        )
    elif "run" not in data.labels or all(p.runs is None or not p.repeated for p in found):
        yield (
            "No setup was run again as a whole: intervals hold the luck of items, but not that "
            "of whole runs."
        )
    if "weight" in data.numbers and np.ptp(np.nan_to_num(data.numbers["weight"], nan=1)) > 0:
        yield "Paired differences count every row once: weights are not used in them."
    yield from _picked(data, standings)
    ran = {m: len(np.unique(data.item[data.model == k])) for k, m in enumerate(data.models)}
    few = [
        m for m, count in sorted(ran.items(), key=lambda x: x[1]) if count < 0.9 * len(data.items)
    ]
    if few:
        yield (
            f"{listed([f'{m} ({ran[m]:,})' for m in few])} ran on less than 90% of the "
            f"{len(data.items):,} items: what the others would give is filled in by the fit."
        )
    away = [s.model for s in standings if s.own is None]
    if len(away) == len(standings):
        yield "No model ran in a harness of its own developer: that view is empty."
    elif away:
        yield (
            f"{len(away)} of {len(standings)} models never ran in a harness known to be of their "
            "developer."
        )
    if away and len(away) < len(standings) and "developer" not in data.labels:
        yield (
            "Developers of models and harnesses are told by well-known names; columns developer "
            "and harness_developer say it for sure."
        )


def of_fit(fit: Facets) -> Iterator[str]:
    """What the fit says, without what draws of the SDs mend."""
    for text in fit.cautions:
        # Draws of the SDs say how far harnesses may differ all the same.
        if not text.startswith(("The SD of harness is ", "The SD of model:harness is ")):
            yield text


def _picked(data: Counts, standings: Sequence[Standing]) -> Iterator[str]:
    """What picking the best of several after the fact does."""
    several = [s for s in standings if s.harnesses > 1]
    if not several:
        return
    open_ = sum(s.best_chance < SURE for s in several)
    raised = [
        share - s.best.value
        for s in several
        if (share := _plain(data, s.model, s.best.harness)) is not None
    ]
    flattery = (
        f"plain shares of the picks are {100 * float(np.mean(raised)):.1f} points above those "
        "printed on average, and "
        if raised and np.mean(raised) > 0.0005
        else ""
    )
    yield (
        "The best of several harnesses is picked after the fact: "
        f"{flattery}for {open_ or 'none'} of {len(several)} models another one may be best (with "
        f"a chance above {1 - SURE:.0%})."
    )


def _plain(data: Counts, model: str, harness: str) -> float | None:
    """Share of all items solved as it was counted; None unless almost all of them ran."""
    names, code = data.labels["harness"]
    here = (data.model == data.models.index(model)) & (code == names.index(harness))
    size = len(data.items)
    won = np.bincount(data.item[here], data.successes[here], size)
    tried = np.bincount(data.item[here], data.trials[here], size)
    ran = tried > 0
    return float((won[ran] / tried[ran]).mean()) if ran.mean() > 0.98 else None
