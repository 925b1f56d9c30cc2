"""Are the intervals of crossed effects honest? A Markdown table from simulated responses.

Small designs, where intervals are hardest: models, harnesses and items with normal effects of known
SDs, binomial counts, cells missing at random. Each line counts how often a 90% interval holds the
truth: of the SDs, of the intercept, of the levels, and of differences between two levels. With R
replicates the share itself is known to within 1.645 sqrt(.9 × .1 / R); levels of one replicate
share their errors, so theirs is hardly better known than that.

    python benchmarks/coverage_facets.py --worlds 40 --seed 0 [--out FILE]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets import Facets, facets
from headway.scale.responses import Responses

LEVEL, PAIRS = 0.9, 10
INTERCEPT = -0.5


@dataclass(frozen=True)
class Design:
    """A simulated study; SDs in logits."""

    models: int = 15
    harnesses: int = 5
    items: int = 60
    trials: int = 1
    missing: float = 0.3
    model: float = 1.0
    harness: float = 0.5
    both: float = 0.0
    item: float = 1.5

    @property
    def formula(self) -> str:
        """With the interaction where there is one."""
        middle = "(1|model:harness) + " if self.both else ""
        return f"resolved ~ (1|model) + (1|harness) + {middle}(1|item)"

    @property
    def words(self) -> str:
        """One line."""
        both = f", model:harness {self.both:g}" if self.both else ""
        return (
            f"{self.models} models × {self.harnesses} harnesses × {self.items} items, "
            f"{self.trials} trial(s), {self.missing:.0%} of cells missing; SD "
            f"model {self.model:g}, harness {self.harness:g}{both}, item {self.item:g}"
        )


DESIGNS = (
    Design(),
    Design(harness=0.2),
    Design(both=0.4, trials=3),
    Design(missing=0.8),
)


def simulate(design: Design, seed: int) -> tuple[Responses, dict[str, float], dict]:
    """Responses, true SDs, and true levels of each term."""
    rng = np.random.default_rng(seed)
    sds = {"model": design.model, "harness": design.harness, "item": design.item}
    sizes = {"model": design.models, "harness": design.harnesses, "item": design.items}
    true = {t: rng.normal(0, sds[t], sizes[t]) for t in sds}
    m, h, j = (x.ravel() for x in np.indices(tuple(sizes.values())))
    eta = INTERCEPT + true["model"][m] + true["harness"][h] + true["item"][j]
    levels = {t: {f"{t[0]}{k}": x for k, x in enumerate(true[t])} for t in sds}
    if design.both:
        sds["model:harness"] = design.both
        pair = rng.normal(0, design.both, (design.models, design.harnesses))
        eta = eta + pair[m, h]
        levels["model:harness"] = {f"m{a}:h{b}": x for (a, b), x in np.ndenumerate(pair)}
    won = rng.binomial(design.trials, 1 / (1 + np.exp(-eta)))
    keep = np.flatnonzero(rng.random(len(m)) >= design.missing)
    columns = {
        "model": [f"m{k}" for k in m[keep]],
        "harness": [f"h{k}" for k in h[keep]],
        "item": [f"i{k}" for k in j[keep]],
        "successes": won[keep].tolist(),
        "trials": [design.trials] * len(keep),
    }
    return Responses.build(columns), sds, levels


def held(fit: Facets, sds: dict[str, float], levels: dict, rng: np.random.Generator) -> dict:
    """Share of the intervals of one fit that hold the truth, by quantity."""
    out = {f"SD {v.term}": float(v.low <= sds[v.term] <= v.high) for v in fit.variance}
    start = fit.fixed[0]
    out["intercept"] = float(start.low <= INTERCEPT <= start.high)
    for term, truth in levels.items():
        names = fit.levels(term)[0]
        true = np.array([truth[name] for name in names])
        _, low, high = fit.bounds(term)
        out[f"levels {term}"] = float(((low <= true) & (true <= high)).mean())
        inside = []
        for _ in range(PAIRS):
            one, other = rng.choice(names, 2, replace=False)
            gap = fit.difference(term, str(one), str(other))
            inside.append(gap.low <= truth[one] - truth[other] <= gap.high)
        out[f"differences {term}"] = float(np.mean(inside))
    return out


def run(design: Design, worlds: int, seed: int) -> tuple[dict[str, list[float]], dict]:
    """Coverage by quantity, and the estimated SDs, world by world."""
    shares, sds = defaultdict(list), defaultdict(list)
    for number in range(worlds):
        data, true, levels = simulate(design, seed * 1_000_003 + number)
        try:
            fit = facets(data, design.formula, level=LEVEL)
        except ScaleError as error:
            print(f"replicate {number} has no fit: {error}", file=sys.stderr)
            continue
        rng = np.random.default_rng(number)
        for name, share in held(fit, true, levels, rng).items():
            shares[name].append(share)
        for v in fit.variance:
            sds[v.term].append(v.sd)
    return shares, sds


def table(design: Design, shares: dict, sds: dict) -> str:
    """The Markdown table of one design."""
    worlds = len(shares["intercept"])
    lines = [
        f"{design.words}: {worlds} replicates.",
        "",
        "| quantity | coverage of 90% intervals | estimate: median, 5% to 95% of replicates |",
        "| --- | ---: | ---: |",
    ]
    for name, x in shares.items():
        spread = ""
        if name.startswith("SD "):
            low, mid, high = np.quantile(sds[name[3:]], [0.05, 0.5, 0.95])
            spread = f"{mid:.2f}, {low:.2f} to {high:.2f}"
        lines.append(f"| {name} | {np.mean(x):.0%} | {spread} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the tables here as well")
    chosen = parser.parse_args()
    texts = []
    for design in DESIGNS:
        began = time.perf_counter()
        texts.append(table(design, *run(design, chosen.worlds, chosen.seed)))
        print(texts[-1], flush=True)
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    if chosen.out:
        chosen.out.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
