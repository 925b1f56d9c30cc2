"""What the responses of the demonstration say, as plain numbers: the page only words them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import combinations, product
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
ABILITIES = "resolved ~ setup + (1|item) + (1|item:setup)"
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
class Told:
    """Log odds with their interval.

    ``known`` is false where few runs part so neatly that effects have no scale.
    """

    logit: float
    low: float
    high: float
    known: bool

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.known and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Effect(Told):
    """A factor with two levels, one against the other, and the shares that both solve."""

    factor: str
    of: str
    against: str
    share_of: float
    share_against: float


@dataclass(frozen=True)
class Interaction(Told):
    """The effect of one factor at the first level of another, less that at its second.

    ``shares`` are runs solved by the levels of both.
    """

    factors: tuple[str, ...]
    shares: dict[tuple[str, str], float]


@dataclass(frozen=True)
class Found:
    """Everything that the page and its picture say."""

    frame: pl.DataFrame
    attempts: int
    effects: list[Effect]
    interactions: list[Interaction]
    by_attempts: list[tuple[int, list[Effect]]]
    shares: list[dict[str, Any]]
    abilities: list[dict[str, Any]]
    narrower: float
    tasks: list[dict[str, Any]]


def find(frame: pl.DataFrame) -> Found:
    """The figures of responses as ``headway import`` writes them."""
    attempts = int(frame["run"].str.extract(r"(\d+)$").cast(pl.Int64).max())  # type: ignore[arg-type]
    ladder, here = by_attempts(frame, attempts), abilities(frame)
    return Found(
        frame,
        attempts,
        ladder[-1][1],
        interactions(frame),
        ladder,
        shares(frame),
        here,
        narrower(frame, here),
        tasks(frame),
    )


def fitted(frame: pl.DataFrame, formula: str) -> Facets:
    """A crossed fit of rows as ``headway import`` writes them."""
    return facets(Responses.build(_columns(frame)), formula, level=LEVEL)


def _columns(frame: pl.DataFrame) -> dict[str, pl.Series]:
    told = frame.filter(pl.col("successes").is_not_null())
    names = ("model", "item", "setup", "run", *FACTORS)
    labels = {name: told[name].cast(pl.String) for name in names}
    return {**labels, "successes": told["successes"], "trials": told["trials"]}


def effects_of(frame: pl.DataFrame) -> list[Effect]:
    """Each factor's effect, with the shares solved at its two levels over the same tasks."""
    fit = fitted(frame, EFFECTS)
    known = all(one.sd < WIDEST for one in fit.variance)
    found = []
    for one in fit.fixed[1:]:
        factor, _, level = one.term.removesuffix("]").partition("[")
        levels = frame[factor].cast(pl.String)
        of = OF[factor]
        (other,) = sorted(set(levels) - {of})
        at = (one.value, one.low, one.high) if level == of else (-one.value, -one.high, -one.low)
        share = [_share(frame.filter(levels == each)) for each in (of, other)]
        found.append(Effect(*at, known, factor, of, other, *share))
    return found


def _share(frame: pl.DataFrame) -> float:
    return float(frame["successes"].sum() / frame["trials"].sum())


def by_attempts(frame: pl.DataFrame, attempts: int) -> list[tuple[int, list[Effect]]]:
    """The effects as the first 1, 2, ... attempts of each cell would have told them."""
    number = frame["id"].str.extract(r"-(\d+)$").cast(pl.Int64)
    found = []
    for most in range(1, attempts + 1):
        part = frame.filter(number <= most)
        found.append((most, effects_of(part)))
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


def interactions(frame: pl.DataFrame) -> list[Interaction]:
    """By how much the effect of one factor differs between the levels of another, each pair."""
    pairs = list(combinations(FACTORS, 2))
    formula = EFFECTS.replace(
        " + (1|item)", "".join(f" + {a}:{b}" for a, b in pairs) + " + (1|item)", 1
    )
    fit = fitted(frame, formula)
    known = all(one.sd < WIDEST for one in fit.variance)
    terms = {re.sub(r"\[[^]]*\]", "", one.term): one for one in fit.fixed}
    levels = {name: frame[name].cast(pl.String) for name in FACTORS}
    found = []
    for pair in pairs:
        one = terms[":".join(pair)]
        at = (one.value, one.low, one.high)
        told = dict(zip(pair, re.findall(r"\[([^]]*)\]", one.term), strict=True))
        if sum(told[name] != OF[name] for name in pair) == 1:
            at = (-at[0], -at[2], -at[1])
        shares = {}
        for a, b in product(*(sorted(set(levels[name])) for name in pair)):
            shares[a, b] = _share(frame.filter((levels[pair[0]] == a) & (levels[pair[1]] == b)))
        found.append(Interaction(*at, known, pair, shares))
    return found


def abilities(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Ability of the model in each setup, around their mean, setups suiting some tasks more."""
    fit = fitted(frame, ABILITIES)
    names = sorted(set(frame["setup"]))
    told = [one.term.removesuffix("]").partition("[")[2] for one in fit.fixed[1:]]
    draws = np.zeros((2000, len(names)))
    draws[:, [names.index(name) for name in told]] = fit.draws(2000)[1][:, 1:]
    centred = draws - draws.mean(axis=1, keepdims=True)
    low, high = np.quantile(centred, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    middle = centred.mean(axis=0)
    rows = []
    for k, setup in enumerate(names):
        part = frame.filter((pl.col("setup") == setup) & pl.col("successes").is_not_null())
        rows.append(
            {
                **{factor: part[factor][0] for factor in FACTORS},
                "solved": int(part["successes"].sum()),
                "runs": int(part["trials"].sum()),
                "ability": float(middle[k]),
                "low": float(low[k]),
                "high": float(high[k]),
            }
        )
    return sorted(rows, key=lambda row: -row["ability"])


def narrower(frame: pl.DataFrame, here: list[dict[str, Any]]) -> float:
    """Width of a setup's interval on a Rasch scale as a share of that of `here`, on average.

    Both are in units of the spread of the setups on their scale.
    """
    told = frame.filter(pl.col("successes").is_not_null())
    columns = {"model": told["setup"], "item": told["item"], "run": told["run"]}
    counts = {"successes": told["successes"], "trials": told["trials"]}
    scale = rasch_items(Responses.build({**columns, **counts}).by_cell(), draws=2000)
    centred = scale.draws - scale.draws.mean(axis=1, keepdims=True)
    low, high = np.quantile(centred, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    wide = np.mean([row["high"] - row["low"] for row in here])
    spread = np.std([row["ability"] for row in here]) / np.std(scale.ability)
    return float(np.mean(high - low) * spread / wide)


def tasks(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Runs and solved runs of each task, in all and in its best and worst setup."""
    rows = []
    told = frame.filter(pl.col("successes").is_not_null())
    for (item,), part in told.group_by(["item"]):
        cells = part.group_by("setup").agg(pl.col("successes").sum(), pl.col("trials").sum())
        share = cells["successes"] / cells["trials"]
        rows.append(
            {
                "task": str(item).removeprefix("headway/"),
                "solved": int(part["successes"].sum()),
                "runs": int(part["trials"].sum()),
                "ends": (share.to_numpy().min(), share.to_numpy().max()),
            }
        )
    return sorted(rows, key=lambda row: (-row["solved"] / max(row["runs"], 1), row["task"]))


def interval(solved: int, runs: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share (1934, *Biometrika* 26, 404-413)."""
    edge = (1 - LEVEL) / 2
    low = 0.0 if solved == 0 else float(beta.ppf(edge, solved, runs - solved + 1))
    high = 1.0 if solved == runs else float(beta.ppf(1 - edge, solved + 1, runs - solved))
    return low, high


def needed(ladder: list[tuple[int, list[Effect]]], place: int, half: float) -> int | None:
    """Attempts until the interval of an effect is ± `half`; None where attempts alone do not do it.

    The square of its half-width falls as a + b / attempts: a is what more attempts at the same
    tasks cannot mend. None also beyond ten times what was run: so far nothing is known.
    """
    known = [(n, told[place]) for n, told in ladder if n > 1 and told[place].known]
    if len(known) < 2:
        return None
    each, square = np.array([(1 / n, (e.high - e.low) ** 2 / 4) for n, e in known]).T
    b, a = np.polyfit(each, square, 1)
    left = half**2 - max(a, 0.0)
    if left <= 0 or b <= 0 or b / left > 10 * ladder[-1][0]:
        return None
    return math.ceil(b / left)
