"""Do the fast solvers agree with sampling? A Markdown table on real and simulated responses.

Each line compares the abilities (or the levels of a term) of a fast solver with those of NUTS on
the same model: their differences in posterior SDs, and the ratio of their SDs. Sampling has an
error of its own, which stands beside them. Real sets come from HEADWAY_SHARED, and are left out
where they are not.

    python benchmarks/bayes.py --draws 400 [--only NAME ...] [--simulated NUMBER ...] [--out FILE]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from headway.scale.bayes import bayes_facets, bayes_items
from headway.scale.bayes.sampler import check
from headway.scale.facets import facets
from headway.scale.items import rasch_items, two_pl
from headway.scale.items.choose import follow
from headway.scale.responses import Responses

SHARED = Path(os.environ.get("HEADWAY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SIMULATED = 20  # sets, numbered from 0
HEAD = (
    "set",
    "compared",
    "difference / SD: max",
    "RMS",
    "SD fast / SD sampled: min, median, max",
    "error of sampling: mean, SD",
    "skewness, max",
    "R-hat",
    "diverged",
    "seconds",
)


@dataclass(frozen=True)
class Found:
    """One comparison: point and SD of the fast solver, draws (C, S, K) of the sampler."""

    name: str
    what: str
    point: np.ndarray
    sd: np.ndarray
    draws: np.ndarray
    diverged: int
    seconds: float

    def line(self) -> str:
        flat = self.draws.reshape(-1, self.draws.shape[2])
        mean, sd = flat.mean(axis=0), flat.std(axis=0)
        away, ratio = np.abs(self.point - mean) / sd, self.sd / sd
        skew = np.abs((((flat - mean) / sd) ** 3).mean(axis=0)).max()
        checks = check(self.draws)
        squares = (self.draws - mean) ** 2
        # Half the relative error of the variance is that of the SD.
        of_sd = squares.std(axis=(0, 1)) / sd**2 / 2 / np.sqrt(check(squares).ess)
        cells = [
            self.name,
            self.what,
            f"{away.max():.2f}",
            f"{np.sqrt((away**2).mean()):.3f}",
            f"{ratio.min():.2f}, {np.median(ratio):.2f}, {ratio.max():.2f}",
            f"{np.median(1 / np.sqrt(checks.ess)):.3f}, {np.median(of_sd):.3f}",
            f"{skew:.1f}",
            f"{checks.r_hat.max():.3f}",
            str(self.diverged),
            f"{self.seconds:.0f}",
        ]
        return "| " + " | ".join(cells) + " |"


def of_items(name: str, data: Responses, draws: int, *, slopes: bool = True) -> Iterator[Found]:
    method = follow(data)[0]
    fast = (two_pl if slopes else rasch_items)(data, draws=0)
    began = time.perf_counter()
    slow = bayes_items(data, slopes=slopes, draws=draws, warmup=draws)
    took = time.perf_counter() - began
    cube = slow.draws.reshape(slow.chains, -1, len(slow.models))
    what = f"{'2PL' if slopes else 'Rasch'}, {method}: {len(data.models)} × {len(data.items)}"
    yield Found(name, what, fast.ability, fast.se, cube, slow.divergences, took)


def of_facets(name: str, data: Responses, draws: int, formula: str) -> Iterator[Found]:
    fast = facets(data, formula)
    began = time.perf_counter()
    slow = bayes_facets(data, formula, draws=draws, warmup=draws)
    took = time.perf_counter() - began
    about, _ = fast.draws(20_000)
    for v, w in zip(fast.variance, slow.variance, strict=True):
        k = fast.place(v.term)
        part, size = fast.design.slices[k], len(fast.design.terms[k].levels)
        drawn = slow.effects[:, part].reshape(4, -1, size)
        told = f"{size} of {v.term}"
        # Differences are what is reported: the mean of the levels belongs to the intercept, too.
        apart = about[:, part] - about[:, part].mean(axis=1, keepdims=True)
        mean = fast.mean[part]
        sampled = drawn - drawn.mean(axis=2, keepdims=True)
        yield Found(
            name,
            f"{told}, about mean",
            mean - mean.mean(),
            apart.std(axis=0),
            sampled,
            slow.divergences,
            took,
        )
        yield Found(name, f"{told}, as such", mean, fast.sd[part], drawn, slow.divergences, took)
        print(
            f"<!-- {name}: SD of {v.term} {v.sd:.3f} ({v.low:.3f} to {v.high:.3f}); sampled median "
            f"{w.sd:.3f} ({w.low:.3f} to {w.high:.3f}), mode "
            f"{_mode(slow.sds[:, fast.place(v.term)]):.3f} -->"
        )


def _mode(x: np.ndarray) -> float:
    from scipy.stats import gaussian_kde

    at = np.linspace(x.min(), x.max(), 400)
    return float(at[gaussian_kde(x)(at).argmax()])


def simulated(seeds: Iterable[int], draws: int) -> Iterator[Found]:
    for seed in seeds:
        models, items = (30, 200) if seed % 5 == 4 else (20, 100)
        slopes = seed % 5 != 3
        rng = np.random.default_rng(seed)
        ability, b = rng.normal(size=models), rng.normal(0, 1.2, items)
        a = np.exp(rng.normal(0, 0.4 if slopes else 0, items))
        y = rng.random((models, items)) < 1 / (1 + np.exp(-a * (ability[:, None] - b)))
        y = np.where(rng.random(y.shape) < 0.3, np.nan, y)
        yield from of_items(f"simulated {seed}", Responses.of_matrix(y), draws, slopes=slopes)


def _binary(path: str, items: int | None = None) -> Responses:
    frame = pl.read_csv(SHARED / "data" / path)
    if items:
        kept = frame["item_id"].unique().sort().sample(items, seed=0)
        frame = frame.filter(pl.col("item_id").is_in(kept.implode()))
    return _of(frame.rename({"subject_id": "model", "item_id": "item", "resolved": "successes"}))


def _of(frame: pl.DataFrame) -> Responses:
    return Responses.build({name: frame[name].to_list() for name in frame.columns})


def _openhands(benchmark: str) -> Responses:
    frame = pl.read_csv(SHARED / "data" / "openhands_index" / "items.csv.gz")
    frame = frame.filter(pl.col("benchmark") == benchmark).drop_nulls("resolved")
    return _of(
        frame.select(
            "model",
            "harness",
            pl.col("item_id").alias("item"),
            pl.col("resolved").alias("successes"),
        ).unique(["model", "harness", "item"], keep="first", maintain_order=True)
    )


def _setups_as_models(data: Responses) -> Responses:
    levels, code = data.labels["harness"]
    names = [f"{data.models[m]} in {levels[h]}" for m, h in zip(data.model, code, strict=True)]
    items = [data.items[j] for j in data.item]
    return Responses.build({"model": names, "item": items, "successes": data.successes.tolist()})


def _harness_bench() -> Responses:
    folder = SHARED / "data" / "harness_bench_fast"
    frame = pl.read_csv(folder / "items.csv.gz").drop_nulls("passed")
    size = frame.group_by("run").len().filter(pl.col("len").is_between(300, 330))["run"].sort()
    frame = frame.filter(pl.col("run").is_in(size.implode()))
    frame = frame.group_by("run", "item_id").agg(pl.col("passed").max())
    kept = frame["item_id"].unique().sort().sample(120, seed=0)
    frame = frame.filter(pl.col("item_id").is_in(kept.implode()))
    return _of(
        frame.sort("run", "item_id").rename(
            {"run": "model", "item_id": "item", "passed": "successes"}
        )
    )


def _terminal_bench() -> Responses:
    folder = SHARED / "data" / "agent_psychometrics"
    counts = pl.read_csv(folder / "terminalbench_counts.csv.gz")
    who = pl.read_csv(folder / "subjects.csv").filter(pl.col("benchmark") == "terminalbench_counts")
    joined = counts.join(who, on="subject_id").drop_nulls("model")
    return _of(
        joined.select("model", "harness", pl.col("item_id").alias("item"), "successes", "trials")
    )


def _lsat(name: str) -> Responses:
    table = pl.read_csv(SHARED / "data" / "lsat" / f"{name}.csv").to_numpy().astype(float)
    return Responses.of_matrix(table)


CROSSED = "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)"
REAL: dict[str, Callable[[int], Iterator[Found]]] = {
    "GSO": lambda n: of_items("GSO", _binary("agent_psychometrics/gso_binary.csv.gz"), n),
    "Terminal-Bench": lambda n: of_items(
        "Terminal-Bench", _binary("agent_psychometrics/terminalbench_terminus2_binary.csv.gz"), n
    ),
    "SWE-bench Pro": lambda n: of_items(
        "SWE-bench Pro, 200 items",
        _binary("agent_psychometrics/swebench_pro_binary.csv.gz", 200),
        n,
        slopes=False,
    ),
    "GAIA": lambda n: of_items("OpenHands, GAIA", _setups_as_models(_openhands("gaia")), n),
    "harness-bench": lambda n: of_items("harness_bench_fast, 120 items", _harness_bench(), n),
    "LSAT7": lambda n: of_items("LSAT7", _lsat("lsat7"), n),
    "Terminal-Bench counts": lambda n: of_facets(
        "Terminal-Bench counts", _terminal_bench(), n, CROSSED
    ),
    "GAIA setups": lambda n: of_facets(
        "OpenHands, GAIA",
        _openhands("gaia"),
        n,
        "resolved ~ (1|model) + (1|harness) + (1|item)",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=400, help="of each of 4 chains")
    parser.add_argument("--only", nargs="*", choices=list(REAL), help="real sets by name")
    parser.add_argument("--simulated", nargs="*", type=int, help="simulated sets by number")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    chosen = parser.parse_args()
    if chosen.only is None and chosen.simulated is None:
        chosen.only, chosen.simulated = list(REAL), range(SIMULATED)
    head = ["| " + " | ".join(HEAD) + " |", "| --- | --- |" + " ---: |" * (len(HEAD) - 2)]
    print("\n".join(head), flush=True)
    lines = []
    there = (SHARED / "data").is_dir()
    sets = [REAL[name](chosen.draws) for name in chosen.only or () if there]
    for found in (*sets, simulated(chosen.simulated or (), chosen.draws)):
        for one in found:
            lines.append(one.line())
            print(lines[-1], flush=True)
    if chosen.out:
        chosen.out.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
