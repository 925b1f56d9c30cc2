"""`pooled`: from responses, a table, or both to abilities on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headway.scale.items.curve import sigmoid
from headway.scale.items.gauge import Gauge, gauge, reference_rows
from headway.scale.pooled.average import share
from headway.scale.pooled.cells import misfit
from headway.scale.pooled.evidence import Evidence, gather
from headway.scale.pooled.fit import Fit, solve
from headway.scale.pooled.resample import resampled
from headway.scale.pooled.result import DOUBTED, Pooled, ScoreCell, SetupEffect
from headway.scale.ranked import normal_draws
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints, Table

REACH = 1.645
SMALL = 1e-3  # of the gradient: beyond it the fit stopped short


def pooled(
    responses: Responses | None = None,
    table: Table | None = None,
    *,
    chance: Mapping[str, float] | None = None,
    ceiling: Mapping[str, float] | None = None,
    draws: int = 500,
    sampling: int = 0,
    seed: int = 0,
    reference: Sequence[str] | None = None,
) -> Pooled:
    """Fit answers to items and scores of benchmarks in one likelihood.

    Parameters
    ----------
    responses : Responses, optional
        Answers to items; the label ``benchmark`` says to which benchmark an item belongs (all to
        one where there is no such label). The label ``harness`` says how the model was run.
        Repeated cells are added up.
    table : Table, optional
        Scores above chance. A score is left out where the same model's answers on that benchmark
        are held, in the same harness where both name one.
    chance, ceiling : mapping of benchmark to float, optional
        Floor and top of the raw score, 0 and 1 where a benchmark is not named.
    draws : int
        Joint draws S of the abilities.
    sampling : int
        Draws R of whole benchmarks, to first order.
    seed : int
        Of the draws.
    reference : sequence of str, optional
        Models over which abilities have mean 0 and SD 1; all of them by default.

    Returns
    -------
    Pooled

    Raises
    ------
    ScaleError
        If there is no evidence, an item stands in two benchmarks, a chance or ceiling is out of
        range, or models share no benchmark.
    UnknownNameError
        If a reference model is not in the data.
    """
    evidence = gather(responses, table, chance, ceiling)
    rows = reference_rows(evidence.models, reference)
    fit = solve(evidence)
    m = len(evidence.models)
    raw = fit.covariance[:m, :m]
    noise = float(np.sqrt(np.diag(raw)[rows].mean()))
    at = gauge(fit.x[:m], rows, scaled=True, named=reference is not None, noise=noise)
    again = resampled(evidence, fit, sampling, seed) if sampling else np.empty((0, m))
    return _result(evidence, fit, at, draws, seed, at.ability(again))


def _result(
    evidence: Evidence, fit: Fit, at: Gauge, draws: int, seed: int, again: Floats
) -> Pooled:
    m, b = len(evidence.models), len(evidence.benchmarks)
    theta, d, log_v, log_a, _ = np.split(fit.x, [m, m + b, m + 2 * b, m + 3 * b])
    ability, covariance = at.ability(theta), at.covariance(fit.covariance[:m, :m])
    sd = np.sqrt(np.diag(fit.covariance))
    has_table = len(evidence.cells.who) > 0
    return Pooled(
        models=evidence.models,
        ability=ability,
        covariance=covariance,
        draws=normal_draws(ability, covariance, draws, seed),
        sampling=again,
        benchmarks=evidence.benchmarks,
        difficulty=at.ability(d),
        spread=np.exp(log_v - log_a) / at.unit,
        slope=np.exp(log_a) * at.unit,
        difficulty_se=sd[m : m + b] / at.unit,
        spread_factor=np.exp(_spread_error(fit, m, b)),
        has_items=evidence.has_items,
        cells=_cells(evidence, fit),
        misfit=fit.spreads.misfit if has_table else float("nan"),
        broken=fit.spreads.broken if has_table else float("nan"),
        loglik=fit.loglik,
        gradient=fit.gradient,
        unit="logit" if at.unit == 1 else "SD",
        method=(
            "Laplace approximation, items and misfits integrated out, spreads estimated in "
            f"{fit.rounds} rounds"
        ),
        gauge=at.words,
        n_responses=evidence.n_responses,
        n_scores=len(evidence.cells.who),
        setups=_setups(evidence, fit, at.unit),
        setup_sds=(fit.spreads.harness / at.unit, fit.spreads.own / at.unit),
        cautions=(*evidence.cautions, *_cautions(evidence, fit)),
    )


def _setups(evidence: Evidence, fit: Fit, unit: float) -> tuple[SetupEffect, ...]:
    """Effects of harnesses, then of models in them."""
    runners = evidence.runners
    models = [evidence.models[k] for k in runners.model[runners.named]]
    own = [runners.harnesses[k] for k in runners.harness[runners.named]]
    value = fit.x[fit.problem.effects] / unit
    se = np.sqrt(np.diag(fit.covariance)[fit.problem.effects]) / unit
    rows = zip([*runners.harnesses, *own], [""] * len(runners.harnesses) + models, strict=True)
    return tuple(
        SetupEffect(harness, model, float(value[k]), float(se[k]))
        for k, (harness, model) in enumerate(rows)
    )


def _spread_error(fit: Fit, m: int, b: int) -> Floats:
    """SE of log s = log v - log a, (B,)."""
    v, a = np.arange(m + b, m + 2 * b), np.arange(m + 2 * b, m + 3 * b)
    c = fit.covariance
    out: Floats = np.sqrt(c[v, v] + c[a, a] - 2 * c[v, a])
    return out


def _cells(evidence: Evidence, fit: Fit) -> tuple[ScoreCell, ...]:
    """Every score, and every model's share of the items of a benchmark it answered."""
    return tuple(sorted([*_scores(evidence, fit), *_answers(evidence, fit)]))


def _scores(evidence: Evidence, fit: Fit) -> list[ScoreCell]:
    cells, mu = evidence.cells, fit.average.logit
    p = sigmoid(mu)
    # An ordinary score scatters by its misfit and by the binomial of its items.
    binomial = 1 / (cells.items * np.maximum(p * (1 - p), 1e-4))
    width = REACH * np.sqrt(fit.spreads.misfit**2 + binomial)
    columns = (cells.observed, p, sigmoid(mu - width), sigmoid(mu + width), fit.cells.believed)
    return _rows(evidence, cells.who, cells.benchmark, columns)


def _answers(evidence: Evidence, fit: Fit) -> list[ScoreCell]:
    m, b = len(evidence.models), len(evidence.benchmarks)
    off = fit.x[fit.problem.misfits]
    if not len(off):
        return []
    blocks = evidence.blocks
    who = np.concatenate([block.who for block in blocks])
    where = np.concatenate([np.full(len(block.who), block.benchmark) for block in blocks])
    seen = [block.won.sum(axis=0) / block.tried.sum(axis=0) for block in blocks]
    able = fit.problem.able(fit.x)
    theta, d, v, a = able[who], *(fit.x[m + k * b + where] for k in range(3))
    reach = REACH * fit.spreads.answers
    expected = [share(theta + step, d, v, a) for step in (0.0, -reach, reach)]
    believed = misfit(off, fit.spreads.answers, fit.spreads.broken).believed
    return _rows(evidence, who, where, (np.concatenate(seen), *expected, believed))


def _rows(
    evidence: Evidence, who: Ints, benchmark: Ints, columns: Sequence[Floats]
) -> list[ScoreCell]:
    runners, names = evidence.runners, (*evidence.runners.harnesses, "")
    rows = np.stack(columns, axis=1).tolist()
    return [
        ScoreCell(
            evidence.models[runners.model[u]],
            evidence.benchmarks[j],
            observed,
            expected,
            low,
            high,
            believed,
            names[runners.harness[u]],
        )
        for u, j, (observed, expected, low, high, believed) in zip(
            who, benchmark, rows, strict=True
        )
    ]


def _cautions(evidence: Evidence, fit: Fit) -> list[str]:
    out = []
    if not evidence.has_items.any():
        out.append(
            "No benchmark has answers to single items: how far items spread within a benchmark is "
            "taken from a stated prior, so distances between far-apart models are uncertain."
        )
    doubts = [cell for cell in _cells(evidence, fit) if cell.believed < DOUBTED]
    if doubts:
        count = len(doubts)
        out.append(
            f"{count} result{'' if count == 1 else 's'} of a model on a benchmark "
            f"{'is' if count == 1 else 'are'} more probably broken than ordinary: hardly counted."
        )
    if len(evidence.cells.who):
        out.append(
            "Models on one benchmark met the same items: what that does to all of them alike is "
            "in its difficulty and spread, the rest is told apart as each score's own error."
        )
    if not fit.settled or fit.gradient > SMALL:
        out.append("The fit stopped short of its optimum: treat its digits with care.")
    return out
