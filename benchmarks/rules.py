"""Are the intervals of the gap rules honest? A Markdown table from simulated worlds.

Each world has known abilities and dates: two groups with independent releases at random dates,
abilities that scatter about a straight line, the followers' line a constant lag behind. A scale
sees abilities with noise: its estimate is the truth plus noise, its draws are the estimate plus
noise of the same size. The 90% interval of a strict rule should cover what the rule says of the
TRUE abilities and dates. Against the constant lag the rules are biased, each in its own way; that
is tabled beside it. Lenient rules claim neither.

    python benchmarks/rules.py --worlds 400 --seed 0
        [--rate 2] [--scatter 3] [--noise 1.5 2.5] [--out FILE]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headway.gap.margins import paired
from headway.gap.quantile import quantile
from headway.gap.rules import LENIENT, RULES
from headway.gap.world import MONTH, World, world

SLOPE = 15.0  # scale units per year, as of ECI since 2024
BENCHMARKS = 12
CELL_NOISE = 0.03  # standard error of one benchmark score


@dataclass(frozen=True)
class Design:
    """What a simulated world looks like."""

    rate: float = 2.0  # releases a month and group
    scatter: float = 3.0  # SD of abilities about the line
    lag: float = 6.0  # months
    noise: tuple[float, float] = (1.5, 2.5)  # range of the standard errors of the models
    before: int = 18  # months before the window
    months: int = 30  # months of the window
    draws: int = 200


@dataclass
class Tally:
    """What one rule said, world by world: its true value, median, low, high."""

    rows: list[tuple[float, float, float, float]] = field(default_factory=list)

    def add(self, truth: float, low: float, median: float, high: float) -> None:
        self.rows.append((truth, median, low, high))

    def line(self, rule: str, lag: float) -> str:
        truth, median, low, high = np.array(self.rows).T
        exact = np.isfinite(truth) & np.isfinite(median)
        width = np.median(np.where(np.isfinite(high - low), high - low, np.inf))
        strict = rule not in LENIENT
        cells = [
            f"`{rule}`",
            f"{_inside(truth, low, high):.1%}" if strict else "not claimed",
            f"{width:.1f}",
            f"{np.mean((median - truth)[exact]):+.2f}",
            f"{np.mean(truth[np.isfinite(truth)]):.1f}",
            f"{np.mean(median[np.isfinite(median)]):.1f}",
            f"{_inside(np.full(len(low), lag), low, high):.1%}",
            f"{np.mean(np.isinf(high)):.0%}",
        ]
        return "| " + " | ".join(cells) + " |"

    def medians(self) -> float:
        """Mean over worlds of the median of the draws."""
        values = np.array([row[1] for row in self.rows])
        return float(values[np.isfinite(values)].mean())


def _inside(value, low, high) -> float:
    # An infinite true value (censored) is covered by an interval that is open above.
    return float(np.mean((low - 1e-9 <= value) & (value <= high + 1e-9)))


def simulate(design: Design, seed: int) -> tuple[World, World]:
    """The true world (one row) and the worlds that a scale would draw."""
    rng = np.random.default_rng(seed)
    months = design.before + design.months
    number = int(design.rate * months)
    released = np.sort(rng.uniform(0, months, (2, number)), axis=1).ravel()
    follower = np.repeat([False, True], number)
    truth = SLOPE / 12 * (released - design.lag * follower)
    truth = truth + rng.normal(0, design.scatter, 2 * number)
    error = rng.uniform(*design.noise, 2 * number)
    estimate = truth + rng.normal(0, error)
    draws = estimate + rng.normal(0, error, (design.draws, 2 * number))
    scores, score_draws = _scores(truth, design, rng)
    day = np.floor(released * MONTH).astype(int)
    window = int(design.before * MONTH), int(months * MONTH)
    groups = (day, ~follower, follower, window)
    zero = np.zeros((2 * number, 2 * number))
    margin = paired(draws, followers=follower, leaders=~follower)
    return (
        world(truth, *groups, scores=scores, margin=zero),
        world(draws, *groups, scores=score_draws, margin=margin),
    )


def _scores(truth, design: Design, rng: np.random.Generator):
    """True scores on benchmarks of rising difficulty, half of the cells missing, and draws."""
    difficulty = np.linspace(truth.min(), truth.max(), BENCHMARKS)
    scores = 1 / (1 + np.exp(-0.3 * (truth - difficulty[:, None])))
    scores[rng.random(scores.shape) < 0.5] = np.nan
    seen = scores + rng.normal(0, CELL_NOISE, scores.shape)
    draws = seen + rng.normal(0, CELL_NOISE, (design.draws, *scores.shape))
    return scores, np.clip(draws, 0, 1)


def run(design: Design, worlds: int, seed: int, *, progress: bool = True) -> dict[str, Tally]:
    """Apply every rule to every world."""
    tallies = {rule: Tally() for rule in RULES}
    began = time.perf_counter()
    for number in range(worlds):
        truth, seen = simulate(design, seed * 1_000_003 + number)
        for rule, tally in tallies.items():
            true, drawn = RULES[rule](truth), RULES[rule](seen)
            tally.add(
                float(true.mid[0]),
                quantile(drawn.low, 0.05),
                quantile(drawn.mid, 0.5),
                quantile(drawn.high, 0.95),
            )
        if progress and (number + 1) % 20 == 0:
            spent = time.perf_counter() - began
            print(f"\r{number + 1}/{worlds} worlds, {spent:.0f} s", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    return tallies


def table(tallies: dict[str, Tally], design: Design, worlds: int, seed: int) -> str:
    """The Markdown table."""
    head = [
        "rule",
        "coverage of the rule's true value",
        "median width",
        "bias against it",
        "true value, mean",
        "answer, mean",
        f"coverage of {design.lag:g} months",
        "open above",
    ]
    setting = (
        f"{worlds} worlds, seed {seed}: {design.rate:g} releases a month and group, scatter"
        f" {design.scatter:g}, standard errors {design.noise[0]:g} to {design.noise[1]:g}, slope"
        f" {SLOPE:g} a year, constant lag {design.lag:g} months, window {design.months} months,"
        f" {design.draws} draws. Months; 90% intervals; the true value of a lenient rule is that"
        " without a margin."
    )
    lines = [
        setting,
        "",
        "| " + " | ".join(head) + " |",
        "| --- |" + " ---: |" * (len(head) - 1),
        *(tally.line(rule, design.lag) for rule, tally in tallies.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=Design.rate)
    parser.add_argument("--scatter", type=float, default=Design.scatter)
    parser.add_argument("--noise", type=float, nargs=2, default=Design.noise)
    parser.add_argument("--out", type=Path, help="write the table here as well")
    chosen = parser.parse_args()
    design = Design(rate=chosen.rate, scatter=chosen.scatter, noise=tuple(chosen.noise))
    text = table(run(design, chosen.worlds, chosen.seed), design, chosen.worlds, chosen.seed)
    print(text)
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
