"""A ledger small enough to read, and one that nobody would write by hand."""

from __future__ import annotations

import pytest

from headway.ledger import Ledger
from headway.records import Benchmark, Claim, Model, Response, Result, Setup, Source


def make_tiny() -> Ledger:
    """Two models, two benchmarks, three scores, one of everything else; passes its check."""
    seen = {"released_source": "https://x.example", "source": "https://x.example"}
    return Ledger.of(
        models=[
            Model(id="ant", name="Ant 1", released="2024-01-01", weights="closed", **seen),
            Model(
                id="bee",
                name="Bee 1",
                released="2024-03-01",
                weights="open",
                weights_license="MIT",
                weights_url="https://x.example/bee",
                params_total_b=7.5,
                country="FR",
                organization="Hive",
                aliases=("Bee", "BEE-1b"),
                **seen,
            ),
        ],
        benchmarks=[
            Benchmark(id="quiz", name="Quiz", chance=0.25, n_items=40, source="https://q.example"),
            Benchmark(id="maze", name="Maze", source="https://q.example"),
        ],
        setups=[Setup(id="bare", harness="none", budget_tokens=1000)],
        results=[
            _score("bee", "quiz", 0.5, chance_corrected=False, setup="bare"),
            _score("ant", "quiz", 1 / 3),
            _score("ant", "maze", 0.0),
        ],
        responses=[
            Response(model="ant", benchmark="quiz", item="1", successes=1, trials=2, source="lab")
        ],
        sources=[Source(id="lab", name="Lab", license="CC0-1.0", citation="Lab, 2024")],
        claims=[
            Claim(
                id="c",
                who="X",
                date="2024-05-01",
                kind="gap_months",
                value=5,
                low=3,
                high=9,
                unit="months",
                source="https://x.example",
            )
        ],
    )


def _score(model: str, benchmark: str, score: float, **more: object) -> Result:
    values = {"chance_corrected": True, "source": "lab", "date": "2024-06-01"} | more
    return Result(model=model, benchmark=benchmark, score=score, **values)


@pytest.fixture
def tiny() -> Ledger:
    return make_tiny()
