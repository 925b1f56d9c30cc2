"""Small made-up responses, and tables as responses."""

from __future__ import annotations

import numpy as np
import polars as pl

from headway.scale.responses import Responses


def made(seed: int, *, models=4, harnesses=3, items=7, trials=4, missing=0.2, sd=1.0) -> Responses:
    """Counts from a crossed logistic model with some cells missing."""
    rng = np.random.default_rng(seed)
    m, h, j = (x.ravel() for x in np.indices((models, harnesses, items)))
    eta = (
        rng.normal(0, sd, models)[m]
        + rng.normal(0, sd, harnesses)[h]
        + rng.normal(0, sd, (models, harnesses))[m, h]
        - rng.normal(0, sd, items)[j]
    )
    n = rng.integers(1, trials + 1, len(m))
    won = rng.binomial(n, 1 / (1 + np.exp(-eta)))
    keep = rng.random(len(m)) >= missing
    keep[:2] = True
    return Responses.build(
        {
            "model": [f"m{k}" for k in m[keep]],
            "harness": [f"h{k}" for k in h[keep]],
            "item": [f"i{k}" for k in j[keep]],
            "successes": won[keep].tolist(),
            "trials": n[keep].tolist(),
        }
    )


def rows(*lines: str, header: str = "model,harness,item,successes,trials") -> Responses:
    """Responses written by hand, one line a cell."""
    names = header.split(",")
    cells = [line.split(",") for line in lines]
    return Responses.build({name: [row[k] for row in cells] for k, name in enumerate(names)})


def of_frame(frame: pl.DataFrame) -> Responses:
    return Responses.build({name: frame[name].to_list() for name in frame.columns})
