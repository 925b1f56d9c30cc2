"""What the responses of the demonstration say, as plain numbers: the page only words them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import beta

from headway.scale.facets import Facets, facets
from headway.scale.items import rasch_items
from headway.scale.responses import Responses

LEVEL = 0.95
FACTORS = ("harness", "prompts", "temperature")
EFFECTS = "resolved ~ " + " + ".join(FACTORS) + " + (1|item) + (1|item:setup)"
SHARES = (
    "resolved ~ "
    + " + ".join(f"(1|{factor})" for factor in FACTORS)
    + " + (1|setup) + (1|item) + (1|item:setup)"
)
# What is called the first level of each factor; the other one is what it is compared with.
OF = {"harness": "standard-reply", "prompts": "hints", "temperature": "0.2"}
WIDEST = 15.0  # an SD beyond it has run to its bound: success is parted from failure by the terms
LUCK = math.pi**2 / 3  # variance of one attempt on the scale of logits


@dataclass(frozen=True)
class Effect:
    """A factor with two levels: log odds of one against the other, and shares solved.

    ``known`` is false where few runs part so neatly that effects have no scale.
    """

    factor: str
    of: str
    against: str
    logit: float
    low: float
    high: float
    share_of: float
    share_against: float
    known: bool

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.known and (self.low > 0 or self.high < 0)


def fitted(frame: pl.DataFrame, formula: str) -> Facets:
    """A crossed fit of rows as ``headway import`` writes them."""
    return facets(Responses.build(_columns(frame)), formula, level=LEVEL)


def _columns(frame: pl.DataFrame) -> dict[str, pl.Series]:
    told = frame.filter(pl.col("successes").is_not_null())
    names = ("model", "item", "setup", "run", *FACTORS)
    labels = {name: told[name].cast(pl.String) for name in names}
    return {**labels, "successes": told["successes"], "trials": told["trials"]}


def effects(frame: pl.DataFrame, fit: Facets) -> list[Effect]:
    """Each factor's effect, with the shares solved at its two levels over the same tasks."""
    known = all(one.sd < WIDEST for one in fit.variance)
    found = []
    for one in fit.fixed[1:]:
        factor, _, level = one.term.removesuffix("]").partition("[")
        levels = frame[factor].cast(pl.String)
        of = OF[factor]
        (other,) = sorted(set(levels) - {of})
        at = (one.value, one.low, one.high) if level == of else (-one.value, -one.high, -one.low)
        share = [_share(frame.filter(levels == each)) for each in (of, other)]
        found.append(Effect(factor, of, other, *at, *share, known))
    return found


def _share(frame: pl.DataFrame) -> float:
    return float(frame["successes"].sum() / frame["trials"].sum())


def by_attempts(frame: pl.DataFrame, attempts: int) -> list[tuple[int, list[Effect]]]:
    """The effects as the first 1, 2, ... attempts of each cell would have told them."""
    number = frame["id"].str.extract(r"-(\d+)$").cast(pl.Int64)
    found = []
    for most in range(1, attempts + 1):
        part = frame.filter(number <= most)
        found.append((most, effects(part, fitted(part, EFFECTS))))
    return found


def shares(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Variances of the terms and of one attempt's luck, as shares of their sum."""
    fit = fitted(frame, SHARES)
    terms = [(one.term, one.sd, one.low, one.high) for one in fit.variance]
    total = sum(sd**2 for _, sd, _, _ in terms) + LUCK
    rows: list[dict[str, Any]] = [
        {"term": term, "sd": sd, "low": low, "high": high, "share": sd**2 / total}
        for term, sd, low, high in terms
    ]
    luck = math.sqrt(LUCK)
    return [*rows, {"term": "luck", "sd": luck, "low": luck, "high": luck, "share": LUCK / total}]


def abilities(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Ability of the model in each setup, on a Rasch scale whose zero is their mean."""
    told = frame.filter(pl.col("successes").is_not_null())
    columns = {"model": told["setup"], "item": told["item"], "run": told["run"]}
    counts = {"successes": told["successes"], "trials": told["trials"]}
    scale = rasch_items(Responses.build({**columns, **counts}).by_cell(), draws=2000)
    centred = scale.draws - scale.draws.mean(axis=1, keepdims=True)
    edges = np.quantile(centred, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    middle = scale.ability - scale.ability.mean()
    rows = []
    for k, setup in enumerate(scale.models):
        part = told.filter(pl.col("setup") == setup)
        rows.append(
            {
                **{factor: part[factor][0] for factor in FACTORS},
                "solved": int(part["successes"].sum()),
                "runs": int(part["trials"].sum()),
                "ability": float(middle[k]),
                "low": float(edges[0, k]),
                "high": float(edges[1, k]),
            }
        )
    return sorted(rows, key=lambda row: -row["ability"])


def tasks(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Runs and solved runs of each task, in all and in its best and worst setup."""
    rows = []
    for (item,), part in frame.group_by(["item"]):
        cells = part.group_by("setup").agg(pl.col("successes").sum(), pl.col("trials").sum())
        share = cells["successes"] / cells["trials"]
        rows.append(
            {
                "task": str(item).removeprefix("headway/"),
                "solved": int(part["successes"].sum()),
                "runs": int(part["trials"].sum()),
                "best": float(share.max()),  # type: ignore[arg-type]
                "worst": float(share.min()),  # type: ignore[arg-type]
            }
        )
    return sorted(rows, key=lambda row: (-row["solved"] / max(row["runs"], 1), row["task"]))


def interval(solved: int, runs: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share (1934, *Biometrika* 26, 404-413)."""
    edge = (1 - LEVEL) / 2
    low = 0.0 if solved == 0 else float(beta.ppf(edge, solved, runs - solved + 1))
    high = 1.0 if solved == runs else float(beta.ppf(1 - edge, solved + 1, runs - solved))
    return low, high


def needed(widths: list[tuple[int, float]], half: float) -> int | None:
    """Attempts until an interval's half-width is `half`; None where attempts alone do not do it.

    Its square falls as a + b / attempts: a is what more attempts at the same tasks cannot mend.
    """
    n, square = np.array([(1 / attempts, width**2) for attempts, width in widths]).T
    b, a = np.polyfit(n, square, 1)
    left = half**2 - max(a, 0.0)
    return math.ceil(b / left) if left > 0 and b > 0 else None
