"""`eci` against what Epoch published on 11 August 2026 (222 models, 57 benchmarks)."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from headway.scale import Table, eci
from headway.scale.eci import point_problem
from headway.scale.reference import eci_dense

FOLDER = "data/epoch_eci_2026-08"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table(shared):
    cells = rows(shared / FOLDER / "eci_benchmarks.csv")
    return Table.build(
        [c["model"] for c in cells],
        [c["benchmark"] for c in cells],
        [float(c["performance"]) for c in cells],
    )


@pytest.fixture(scope="module")
def scale(table):
    # Fewer draws leave the widths, which the two anchors move together, uncertain by a tenth.
    return eci(table, draws=1000, sampling=0)


@pytest.fixture(scope="module")
def dense(table):
    return eci_dense(table)


@pytest.fixture(scope="module")
def published(shared):
    return {r["Model"]: r for r in rows(shared / FOLDER / "eci_scores.csv")}


@pytest.fixture(scope="module")
def difficulties(shared):
    return {r["benchmark_name"]: r for r in rows(shared / FOLDER / "edi_scores.csv")}


def test_size(table):
    assert (len(table.models), len(table.benchmarks), table.n_scores) == (222, 57, 2249)


def test_abilities(scale, published):
    error = np.abs(scale.ability - [float(published[m]["eci"]) for m in scale.models])
    best = np.argsort(-scale.ability)[:100]
    assert error[best].max() <= 0.012
    assert error.max() <= 0.25


def test_the_true_optimum(scale):
    assert scale.unit == "ECI"
    assert scale.gradient <= 1e-8


def most_scored(table, count=40):
    tally = np.bincount(table.benchmark)
    return np.argsort(-tally, kind="stable")[:count]


def test_difficulties(table, scale, difficulties):
    """Within 0.02 logits for the 40 benchmarks with most scores.

    In ECI points the old benchmarks at the bottom of the scale differ by up to 0.21, because the
    published fit stops short of the optimum there (next test); those above 115 agree within 0.02.
    """
    kept = most_scored(table)
    edi = np.array([float(difficulties[b]["edi"]) for b in scale.benchmarks])
    per_logit = 1 / scale.slope[scale.benchmarks.index("Winogrande")]
    error = np.abs(scale.difficulty - edi)
    assert (error[kept] / per_logit).max() <= 0.02
    upper = [k for k in kept if edi[k] > 115]
    assert len(upper) > 25
    assert error[upper].max() <= 0.02


def test_the_published_fit_is_not_at_the_optimum(table, scale, dense, published, difficulties):
    """The same objective, at the published parameters: higher, with a gradient of 0.002."""
    unit = float(difficulties["Winogrande"]["estimated_slope_scaled"])
    c = unit * np.array([float(published[m]["eci"]) for m in scale.models])
    d = unit * np.array([float(difficulties[b]["edi"]) for b in scale.benchmarks])
    a = np.array(
        [float(difficulties[b]["estimated_slope_scaled"]) / unit for b in scale.benchmarks]
    )
    middle = np.concatenate([c, d]).mean()  # the best location for the ridge
    theirs = objective(table, c - middle, d - middle, a)
    ours = objective(table, *dense)
    assert 5e-6 < theirs - ours < 2e-5


def objective(table, c, d, a):
    """The least squares of measurement.md 3.1, written out."""
    y = np.clip(table.score, 1e-3, 1 - 1e-3)
    p = 1 / (1 + np.exp(-a[table.benchmark] * (c[table.model] - d[table.benchmark])))
    free = np.array([b != "Winogrande" for b in table.benchmarks])
    count = len(c) + 2 * len(d) - 1
    ridge = 0.1 / count * ((c**2).sum() + (d**2).sum() + (a[free] ** 2).sum())
    return 0.5 * (((p - y) ** 2).sum() + ridge)


def test_a_second_solver_agrees_on_the_real_table(table, scale, dense):
    c, d, a = dense
    at = [scale.models.index(m) for m in ("Claude 3.5 Sonnet", "GPT-5")]
    points = 130 + 20 * (c - c[at[0]]) / (c[at[1]] - c[at[0]])
    assert np.abs(points - scale.ability).max() < 2e-5  # 1e-6 logits
    assert point_problem(table).slopes.sum() == len(d) - 1
    assert a[table.benchmarks.index("Winogrande")] == 1


def test_intervals_are_those_that_epoch_prints(scale, published):
    """Both are bootstraps with a seed of their own: the widths agree on the whole."""
    low, high = scale.interval(0.9)
    known = [m for m in scale.models if published[m]["eci_ci_low"]]
    ours = np.array([high[scale.models.index(m)] - low[scale.models.index(m)] for m in known])
    theirs = np.array(
        [float(published[m]["eci_ci_high"]) - float(published[m]["eci_ci_low"]) for m in known]
    )
    assert len(known) > 200
    assert np.median(ours / theirs) == pytest.approx(1, abs=0.1)


def test_anchors_hold_in_every_draw(scale):
    low, high = (scale.models.index(m) for m in ("Claude 3.5 Sonnet", "GPT-5"))
    assert np.allclose(scale.draws[:, low], 130)
    assert np.allclose(scale.draws[:, high], 150)
