"""Do planned costs hold what runs cost? A Markdown table on published ones; and a plan's time.

Of each published set of 80 runs or more of one model in one harness, some are taken as measured and
others as planned; the share of cases in which the interval of ``headway elicit plan`` holds the sum
of the planned ones stands in the table, beside that of a Bayesian bootstrap. Data come from
HEADWAY_SHARED.

    python benchmarks/costs.py [--cases 400]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from headway.elicit.budget import Budget
from headway.elicit.design import load
from headway.elicit.design.cost import Kind, estimate
from headway.elicit.design.measured import Measured
from headway.publish.design import plan_document

SHARED = Path(os.environ.get("HEADWAY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SETS = {
    "OpenHands Index, cost": (
        "openhands_index",
        "cost_usd",
        ("benchmark", "model", "harness"),
    ),
    "harness-bench-fast, tokens": ("harness_bench_fast", "tokens", ("run",)),
}
LEAST = 80
KIND = Kind("model", "harness", "task", "budget")
ROOMY = Budget(kind="tokens", limit=1e15)
THOUSAND = """
name = "thousand"
models = ["gpt-5.5", "claude-opus-4.6", "deepseek-v4-pro", "kimi-k3", "glm-5.1"]
harnesses = ["standard", "opencode"]
tasks = ["field", "lines", "sort", "word"]
attempts = 28
[prompts.careful]
addition = "Check twice."
[setups.plain]
harness = "each"
[setups.careful]
harness = "each"
prompts = "careful"
[budgets.small]
limit = 20000
"""


def published(folder: str, column: str, by: tuple[str, ...]) -> list[np.ndarray]:
    """What the runs of each pair cost."""
    held: dict[tuple[str, ...], list[float]] = defaultdict(list)
    with gzip.open(SHARED / "data" / folder / "items.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[column] and float(row[column]) > 0:
                held[tuple(row[name] for name in by)].append(float(row[column]))
    return [np.array(values) for values in held.values() if len(values) >= LEAST]


def planned(seen: np.ndarray, runs: int, seed: int) -> tuple[float, float]:
    """The interval of a plan."""
    held = [
        Measured(str(k), "model", "harness", "task", (1e6 * x, 0, 0, 0, 0), (0,) * 5, False, None)
        for k, x in enumerate(seen.tolist())
    ]
    found = estimate([KIND] * runs, held, {("model", "budget"): ROOMY}, {"model": None}, seed)
    return found.tokens.low / 1e6, found.tokens.high / 1e6


def bootstrap(seen: np.ndarray, runs: int, seed: int) -> tuple[float, float]:
    """The interval of a Bayesian bootstrap (Rubin, 1981)."""
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.ones(len(seen)), 1000)
    low, high = np.quantile(random.multinomial(runs, weights) @ seen, (0.05, 0.95))
    return float(low), float(high)


def coverage(groups: list[np.ndarray], known: int, runs: int, cases: int) -> tuple[float, float]:
    """Shares of cases in which each of the two holds the sum."""
    random = np.random.default_rng(known * 1000 + runs)
    hits = np.zeros(2)
    for case in range(cases):
        drawn = random.permutation(groups[random.integers(len(groups))])[: known + runs]
        total = drawn[known:].sum()
        for k, interval in enumerate((planned, bootstrap)):
            low, high = interval(drawn[:known], runs, case)
            hits[k] += low <= total <= high
    return tuple(hits / cases)


def seconds() -> tuple[int, float]:
    """Runs of a design, and CPU seconds of planning it, imports apart."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "design.toml")
        path.write_text(THOUSAND, encoding="utf-8")
        plan_document(load(path), installed=Path(folder))
        begun = time.process_time()
        # Nothing is installed there: ask for the standard loop alone, as often.
        path.write_text(THOUSAND.replace(', "opencode"', ""), encoding="utf-8")
        document = plan_document(load(path), installed=Path(folder))
        return document["runs"], time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=400)
    cases = parser.parse_args().cases
    print("| source | sets | SD of log: quartiles | measured | planned | plan | bootstrap |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, where in SETS.items():
        groups = published(*where)
        spread = np.quantile([np.log(g).std(ddof=1) for g in groups], (0.25, 0.5, 0.75))
        quartiles = ", ".join(f"{x:.2f}" for x in spread)
        for known in (1, 3, 5, 10, 20):
            for runs in (10, 40):
                mine, other = coverage(groups, known, runs, cases)
                print(
                    f"| {name} | {len(groups)} | {quartiles} | {known} | {runs} "
                    f"| {mine:.2f} | {other:.2f} |",
                    flush=True,
                )
    runs, took = seconds()
    print(f"\n{runs:,} runs planned in {took:.2f} s of CPU.")


if __name__ == "__main__":
    main()
