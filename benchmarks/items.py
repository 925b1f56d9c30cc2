"""Item scales on simulated 2PL answers: time, memory, error, coverage; and a peer in the same run.

    python benchmarks/items.py                 the sizes of the table
    python benchmarks/items.py --peer 500 5000 theta-irt alone (pip install theta-irt)
    python benchmarks/items.py --wide          6,612 models x 37,682 items, all answered
    python benchmarks/items.py --disk FOLDER   20,000 x 200,000 from Parquet (needs 12 GB of disk)
    python benchmarks/items.py --coverage 100  coverage of 95% and 90% intervals in small designs
    python benchmarks/items.py --cells 1e6 1e7 1e8             time per observed cell by size
    python benchmarks/items.py --cells 1e9 --disk FOLDER       the same, codes on disk (4 GB)

Abilities are N(0, 1), log slopes N(0, 0.4), difficulties N(0, 1.2), 30% of cells missing. Each size
runs in a process of its own, warm; the best of three.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from headway.scale.items import schur, two_pl
from headway.scale.items.joint import joint
from headway.scale.items.loops import loops
from headway.scale.items.matrix import Matrix

SIZES = (
    (100, 2_000, "joint", 0.1),
    (100, 2_000, "integrated", 0.5),
    (500, 5_000, "joint", 0.4),
    (500, 5_000, "integrated", 10.0),
    (2_000, 20_000, "joint", 3.0),
)
DESIGNS = ((20, 300, 0.3), (20, 2_000, 0.9), (50, 500, 0.3), (100, 1_000, 0.3))
LEVEL, LOWER_LEVEL = 1.959964, 1.644854


def answers(seed, items, ability, missing):
    """Codes (J', M) of a slice of items, and their slopes and difficulties."""
    rng = np.random.default_rng(seed)
    a, b = np.exp(rng.normal(0, 0.4, items)), rng.normal(0, 1.2, items)
    p = 1 / (1 + np.exp(-(a[:, None] * (ability - b[:, None])).astype(np.float32)))
    seen = rng.random(p.shape, dtype=np.float32) >= missing
    return seen * np.uint8(16) + (seen & (rng.random(p.shape, dtype=np.float32) < p))


def simulated(seed, models, items, missing=0.3):
    ability = np.random.default_rng(seed).normal(size=models)
    parts = [
        answers((seed, k), min(1_000, items - k), ability, missing) for k in range(0, items, 1_000)
    ]
    return ability, Matrix.of_codes(np.concatenate(parts))


def standard(x):
    return (x - x.mean()) / x.std()


def told(scale, ability):
    """Error of abilities and share of 95% intervals that hold the truth."""
    error = scale.ability - standard(ability)
    return float(np.sqrt((error**2).mean())), float((np.abs(error) < LEVEL * scale.se).mean())


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if MAC else 2**20)


MAC = sys.platform == "darwin"


def warm(models, method="joint"):
    """Compile for single precision and load libraries."""
    two_pl(simulated(1, min(models, 200), 2_000)[1], draws=10, method=method)


def one(models, items, method):
    warm(models, method)
    ability, data = simulated(0, models, items)
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        scale = two_pl(Matrix.of_codes(data.codes), method=method)
        taken.append(time.perf_counter() - began)
    rmse, cover = told(scale, ability)
    cost = min(taken) / data.n_cells * 1e9
    print(
        f"{models:>6} {items:>8} {method:<11}{min(taken):>8.2f} s {cost:>7.0f} ns a cell"
        f"{rmse:>8.3f}{cover:>8.1%}{memory():>8.2f} GiB",
        flush=True,
    )


def wide():
    warm(200)
    ability, data = simulated(0, 6_612, 37_682, missing=0.0)
    *took, fit = clocked(partial(joint, loops(data), errors=False))
    print(f"6612 x 37682, points: {took[0]:.1f} s ({took[1]:.1f} busy), {fit.sweeps} sweeps")
    *took, scale = clocked(partial(two_pl, data))
    rmse, cover = told(scale, ability)
    print(
        f"6612 x 37682, with covariance and 500 draws: {took[0]:.1f} s ({took[1]:.1f} busy), "
        f"RMSE {rmse:.4f}, coverage {cover:.1%}, {memory():.2f} GiB"
    )


def disk(folder, models=20_000, items=200_000):
    import polars as pl

    from headway.sources.codes import read_codes

    parts = folder / f"answers-{models}x{items}"
    ability = np.random.default_rng(0).normal(size=models)
    parts.mkdir(parents=True, exist_ok=True)
    for k in range(0, items, 1_000):
        path = parts / f"{k:06d}.parquet"
        if path.exists():
            continue
        code = answers((0, k), min(1_000, items - k), ability, 0.7)
        item, model = np.nonzero(code)
        columns = {
            "model": model.astype(np.uint32),
            "item": (item + k).astype(np.uint32),
            "successes": code[item, model] & 1,
        }
        pl.DataFrame(columns).write_parquet(path.with_suffix(".tmp"), compression="lz4")
        path.with_suffix(".tmp").rename(path)
    warm(200)
    began = time.perf_counter()
    read = read_codes(parts, folder / "codes")
    data = Matrix.of_codes(read.code, read.models, read.items)
    there = time.perf_counter()
    scale = two_pl(data, draws=100)
    done = time.perf_counter()
    rmse, cover = told(scale, ability)
    print(
        f"{models} x {items}, {data.n_cells:,} cells from Parquet: read {there - began:.0f} s, fit "
        f"{done - there:.0f} s ({(done - there) / data.n_cells * 1e9:.0f} ns a cell), "
        f"RMSE {rmse:.4f}, coverage {cover:.1%}, {memory():.2f} GiB"
    )


def coded(folder, models, items, missing):
    """As `simulated`, the codes in a file of `folder`."""
    path = folder / f"codes-{models}x{items}.npy"
    if not path.exists():
        ability = np.random.default_rng(0).normal(size=models)
        raw = np.lib.format.open_memmap(
            path.with_suffix(".tmp"), mode="w+", dtype=np.uint8, shape=(items, models)
        )
        for k in range(0, items, 1_000):
            raw[k : k + 1_000] = answers((0, k), min(1_000, items - k), ability, missing)
        raw.flush()
        path.with_suffix(".tmp").rename(path)
    return Matrix.of_codes(np.load(path, mmap_mode="r"))


def clocked(work):
    """Seconds on the clock, seconds of processor, and what came out."""
    wall, busy = time.perf_counter(), time.process_time()
    out = work()
    return time.perf_counter() - wall, time.process_time() - busy, out


def cells(sizes, folder, missing=0.7):
    """Time of a joint mode with variances per observed cell; ten items to a model."""
    warm(200)
    schur.LARGEST = 0  # at every size the variances alone: a matrix costs by models, not cells
    print("observed cells   models    items  sweeps   ns a cell and sweep     ns a cell in all")
    for size in sizes:
        models = round((size / (1 - missing) / 10) ** 0.5)
        shape = models, 10 * models, missing
        data = simulated(0, *shape)[1] if folder is None else coded(folder, *shape)
        taken = []
        for _ in range(3 if size < 5e7 else 1):
            over = loops(replace(data))
            *one, fit = clocked(partial(joint, over, errors=False))
            place = fit.theta, fit.item, fit.population.precision, 1 / fit.spread**2
            *two, _ = clocked(partial(schur.ability_covariance, over, *place))
            taken.append((one, two))
        one, two = np.min(taken, axis=0)
        each, whole = one / (data.n_cells * fit.sweeps) * 1e9, (one + two) / data.n_cells * 1e9
        print(
            f"{data.n_cells:>14,}{models:>9}{10 * models:>9}{fit.sweeps:>8}"
            f"{each[0]:>8.2f} ({each[1]:.2f} busy){whole[0]:>10.1f} ({whole[1]:.1f} busy)",
            flush=True,
        )


def coverage(replicates):
    """A Markdown table; a standard error is that of a mean over replicates."""
    print(
        "| models × items | missing | method | 95% intervals hold | 90% intervals hold | RMSE |\n"
        "| --- | ---: | --- | ---: | ---: | ---: |"
    )
    for models, items, missing in DESIGNS:
        for method in ("integrated", "joint"):
            rows = []
            for seed in range(replicates):
                ability, data = simulated(1_000 + seed, models, items, missing)
                scale = two_pl(data, draws=0, method=method)
                error = scale.ability - standard(ability)
                z = np.abs(error) / scale.se
                rows.append(((z < LEVEL).mean(), (z < LOWER_LEVEL).mean(), (error**2).mean()))
            (high, low, square), spread = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
            off = 100 * spread / np.sqrt(replicates)
            where = " at the mean" if "posterior mean" in scale.method else " at the mode"
            words = method + (where if method == "integrated" else "")
            print(
                f"| {models} × {items:,} | {missing:.0%} | {words} | {high:.1%} ± {off[0]:.1f} | "
                f"{low:.1%} ± {off[1]:.1f} | {square**0.5:.3f} |",
                flush=True,
            )


def peer(models, items):
    """Marginal maximum likelihood on 61 nodes, and abilities with errors, by theta-irt."""
    try:
        import theta
    except ImportError:
        print("The peer is not installed, so none stands beside us: pip install theta-irt")
        return
    ability, data = simulated(0, models, items)
    answered = np.where(data.codes == 0, np.nan, data.codes & 1).T.astype(float)
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        found, error = theta.fit(answered, "2PL").score(answered)
        taken.append(time.perf_counter() - began)
    found = np.asarray(found)
    far, error = standard(found) - standard(ability), np.asarray(error) / found.std()
    rmse, cover = np.sqrt((far**2).mean()), (np.abs(far) < LEVEL * error).mean()
    print(
        f"{models:>6} {items:>8} {'theta-irt':<11}{min(taken):>8.2f} s"
        f"{rmse:>25.3f}{cover:>8.1%}{memory():>8.2f} GiB",
        flush=True,
    )


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--one", nargs=3)
    asked.add_argument("--peer", nargs=2, type=int)
    asked.add_argument("--wide", action="store_true")
    asked.add_argument("--disk", type=Path)
    asked.add_argument("--coverage", type=int)
    asked.add_argument("--cells", nargs="+", type=float)
    got = asked.parse_args()
    if got.one:
        return one(int(got.one[0]), int(got.one[1]), got.one[2])
    if got.coverage:
        return coverage(got.coverage)
    if got.cells:
        return cells(got.cells, got.disk)
    if got.disk:
        return disk(got.disk)
    if got.peer:
        return peer(*got.peer)
    return wide() if got.wide else table()


def table():
    print("models    items method       time                       RMSE   cover   memory")
    for models, items, method, goal in SIZES:
        command = [sys.executable, __file__, "--one", str(models), str(items), method]
        subprocess.run(command, check=True)
        print(f"{'':>16} goal {goal:g} s", flush=True)
    subprocess.run([sys.executable, __file__, "--peer", "100", "2000"], check=True)


if __name__ == "__main__":
    main()
