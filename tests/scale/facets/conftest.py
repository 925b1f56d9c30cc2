"""The published data sets; and let the tests import `tests.scale.facets.made`."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


@pytest.fixture(scope="session")
def psychometrics(shared: Path) -> Path:
    return shared / "data" / "agent_psychometrics"


@pytest.fixture(scope="session")
def terminal_bench(psychometrics: Path) -> pl.DataFrame:
    """Counts of Terminal-Bench 2.0; rows of several models at once have no model: dropped."""
    counts = pl.read_csv(psychometrics / "terminalbench_counts.csv.gz")
    subjects = pl.read_csv(psychometrics / "subjects.csv").filter(
        pl.col("benchmark") == "terminalbench_counts"
    )
    joined = counts.join(subjects, on="subject_id").drop_nulls("model")
    return joined.select("model", "harness", pl.col("item_id").alias("item"), "successes", "trials")
