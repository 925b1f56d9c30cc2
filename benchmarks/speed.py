"""Speed of the scales and of the program, with a plain SciPy solver beside it.

Run by ``make bench``. Times are the best of a few runs in one process that is warm; the ratio to
the SciPy solver of the same run is what carries over to another machine.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a table in the form of eci_benchmarks.csv")
    args = parser.parse_args()
    shared = Path(os.environ.get("HEADWAY_SHARED", REPO.parent / "shared"))
    data = args.data or shared / "data/epoch_eci_2026-08/eci_benchmarks.csv"
    print(f"{'what':44} {'seconds':>9} {'to reach':>9}")
    if data.exists():
        scales(data)
    else:
        print(f"no table at {data}: the scale rows are left out (set HEADWAY_SHARED)")
    why()
    program()


def row(what: str, seconds: float, limit: float | None = None) -> None:
    goal = "" if limit is None else f"{limit:9.3f}"
    print(f"{what:44} {seconds:9.3f} {goal}", flush=True)


def best(run, times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def scales(data: Path) -> None:
    from headway.scale import Table, eci
    from headway.scale.eci import best_fit, leave_out_weights, point_problem, refit
    from headway.scale.reference import eci_dense

    with data.open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    table = Table.build(
        [c["model"] for c in cells],
        [c["benchmark"] for c in cells],
        [float(c["performance"]) for c in cells],
    )
    print(
        f"{len(table.models)} models, {len(table.benchmarks)} benchmarks, {table.n_scores} scores"
    )
    central = best(lambda: eci(table, draws=0, sampling=0), 7)
    row("eci, central fit", central, 0.020)
    draws = best(lambda: eci(table, draws=500, sampling=0), 2)
    row("eci, 500 anchored bootstrap draws", draws, 2.0)
    problem = point_problem(table)
    point, _ = best_fit(problem)
    weights, _ = leave_out_weights(table)
    leave = best(lambda: refit(problem, point, weights), 3)
    row(f"eci, {len(weights)} leave-one-benchmark-out refits", leave, 1.0)
    naive = best(lambda: eci_dense(table), 1)
    row("plain SciPy least squares, central fit", naive)
    print(f"SciPy / ours, central: {naive / central:.0f} times", end="; ")
    print(f"500 SciPy fits would take {500 * naive / draws:.0f} times our draws")


def why() -> None:
    from headway.ledger import load
    from headway.lens import load as load_lens
    from headway.why.bridge import bridge
    from headway.why.influence import influence
    from headway.why.value import Asker

    ledger, lens = load(), load_lens("headway")
    found = []
    refits = best(lambda: found.append(influence(Asker(), lens, ledger, draws=100)), 1)
    row(f"influence, {len(found[0].members)} refits of 100 paired draws", refits, 20.0)
    ends = load_lens("epoch-2026-05"), load_lens("caisi-2026-05")
    row("bridge epoch-2026-05 to caisi-2026-05", best(lambda: bridge(Asker(), *ends, ledger), 1))


def program() -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HEADWAY_CACHE": folder}
        row("headway gap, all lenses, first time", timed(["gap"], env), 10.0)
        row("headway gap, all lenses, from the cache", timed(["gap"], env, 3), 1.0)
        row("headway --help", timed(["--help"], env, 5), 0.4)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    megabytes = peak / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"{'peak memory of the program, MB':44} {megabytes:9.0f} {500:9.0f}")


def timed(words: list[str], env: dict[str, str], times: int = 1) -> float:
    command = [sys.executable, "-m", "headway", *words]
    return best(
        lambda: subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL), times
    )


if __name__ == "__main__":
    main()
