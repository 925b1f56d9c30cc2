"""The systems of a step: what is left when the models are eliminated, and where bounds hold."""

from __future__ import annotations

import numpy as np
import pytest

from headway.scale import Table, batch, eci
from headway.scale.border import AT_ONCE, Border
from headway.scale.eci import LOWER


def systems(draws, kind, indefinite=False, slopes=True):
    """Random borders with their dense twins."""
    rng = np.random.default_rng(draws)
    models, benchmarks = 14, 5
    m, b = np.nonzero(rng.random((models, benchmarks)) < 0.6)
    parts = 1 + slopes
    width = parts * benchmarks
    values = [rng.normal(0, 0.2, (draws, len(m))) for _ in range(parts)]
    own = rng.uniform(3, 5, (2, draws, benchmarks)) * (-1 if indefinite else 1)
    held = rng.random((draws, width)) < 0.2
    border = Border(
        model=m,
        benchmark=b,
        values=tuple(v.astype(kind) for v in values),
        own_d=own[0].astype(kind),
        own_a=own[1].astype(kind),
        cross=np.full((draws, benchmarks), 0.3, kind),
        held=held,
    )
    dense = np.zeros((draws, models, width))
    for k, value in enumerate(values):
        dense[:, m, k * benchmarks + b] = value
    system = np.zeros((draws, width, width))
    at = np.arange(benchmarks)
    for k in range(parts):
        system[:, k * benchmarks + at, k * benchmarks + at] = own[k]
    if slopes:
        system[:, at, benchmarks + at] = system[:, benchmarks + at, at] = 0.3
    system -= dense.transpose(0, 2, 1) @ dense
    return border, dense, system, held


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("indefinite", [False, True])
@pytest.mark.parametrize("slopes", [False, True])
def test_a_step_is_that_of_the_dense_system(kind, indefinite, slopes):
    draws = AT_ONCE + 3
    border, dense, system, held = systems(draws, kind, indefinite, slopes)
    rng = np.random.default_rng(0)
    top, grad = rng.normal(size=dense.shape[:2]), rng.normal(size=held.shape)
    step, back = border.solve(top.astype(kind), grad.astype(kind))
    assert step.dtype == back.dtype == kind
    for s in range(draws):
        free = ~held[s]
        right = (dense[s].T @ top[s] - grad[s])[free]
        wanted = np.zeros(len(free))
        wanted[free] = np.linalg.solve(system[s][np.ix_(free, free)], right)
        close = {"atol": 1e-4 if kind is np.float32 else 1e-9}
        np.testing.assert_allclose(step[s], wanted, **close)
        np.testing.assert_allclose(back[s], dense[s] @ wanted, **close)


def test_a_slope_on_its_bound_stays_there_in_double_precision(monkeypatch):
    """0.1 is another number in single precision: off its bound it would stop every other step."""
    rng = np.random.default_rng(4)
    m, b = np.nonzero(rng.random((60, 12)) < 0.9)
    skill, hard = rng.normal(size=60), rng.normal(size=12)
    sign = np.where(b == 3, -1.0, 1.0)  # the able do worse on one benchmark: its slope is 0.1
    y = 1 / (1 + np.exp(-sign * (skill[m] - hard[b]))) + 0.05 * rng.normal(size=len(m))
    table = Table.build([f"m{k:02}" for k in m], [f"b{k:02}" for k in b], np.clip(y, 0, 1).tolist())
    late = []
    steps = batch.minimise

    def counted(problem, start, **how):
        if "steps" not in how:
            late.append(len(start.c))
        return steps(problem, start, **how)

    monkeypatch.setattr(batch, "minimise", counted)
    scale = eci(table, draws=40, sampling=0, unit=None)
    assert (scale.start.draws.a[:, 3] == LOWER[2]).all()
    assert sum(late) <= 2  # draws that few steps did not bring to their optimum
