"""The coverage script runs, and the biases that answers quote are the ones it finds."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from headway.gap.bias import CONSTANT_LAG
from headway.gap.rules import LENIENT, RULES


@pytest.fixture(scope="module")
def coverage(repo):
    spec = importlib.util.spec_from_file_location("coverage_rules", repo / "benchmarks/rules.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_rules"] = module
    spec.loader.exec_module(module)
    return module


def test_biases_and_coverage(coverage):
    """40 worlds: rough, but a wrong constant or a broken interval shows."""
    design = coverage.Design(draws=100)
    tallies = coverage.run(design, 40, seed=5, progress=False)
    assert set(tallies) == set(RULES) == set(CONSTANT_LAG)
    for rule, tally in tallies.items():
        truth, median, low, high = np.array(tally.rows).T
        found = (median if rule in LENIENT else truth)[np.isfinite(truth) & np.isfinite(median)]
        error = found.std() / np.sqrt(found.size)
        assert abs(found.mean() - CONSTANT_LAG[rule]) < 4 * error + 0.1, rule
        if rule not in LENIENT:
            covered = (low - 1e-9 <= truth) & (truth <= high + 1e-9)
            assert covered.mean() >= 0.775, rule  # 85% less 1.3 standard errors of 40 worlds
    text = coverage.table(tallies, design, 40, 5)
    assert text.count("\n| `") == len(RULES)
