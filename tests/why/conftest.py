"""A small ledger with two groups, and a lens for it that needs few draws."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from headway.ledger import Ledger
from headway.lens import Lens, load
from headway.sources import read_table


def few(name: str, draws: int = 40) -> Lens:
    """A shipped lens with few draws."""
    lens = load(name)
    return lens.model_copy(
        update={"scale": lens.scale.model_copy(update={"draws": draws, "sampling": 0})}
    )


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scores of 30 models on 8 benchmarks; open ones lag most on the last two."""
    path = tmp_path_factory.mktemp("why") / "scores.csv"
    rng = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow([
            "model", "benchmark", "score", "released", "weights", "organization", "access",
            "domain", "evaluator",
        ])  # fmt: skip
        for k in range(30):
            day, shut = date(2024, 1, 1) + timedelta(days=30 * k), k % 2 == 1
            for b in range(8):
                skill = 0.25 * (k - (0 if shut else 8 if b >= 6 else 4))
                score = 1 / (1 + 2.718 ** (1 + 0.3 * b - skill)) + rng.uniform(-0.015, 0.015)
                access, domain = ("private", "agents") if b >= 4 else ("public", "tests")
                sheet.writerow([
                    f"model {k}", f"test {b}", f"{min(max(score, 0), 1):.3f}", day,
                    "closed" if shut else "open", f"dev {k % 6}", access, domain,
                    "first" if b < 4 else "second",
                ])  # fmt: skip
    return path


@pytest.fixture(scope="session")
def own(table: Path) -> Ledger:
    """The same as a ledger."""
    return read_table(table)
