"""Sampling needs an extra; and let the tests import `tests.scale`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


@pytest.fixture(scope="session")
def extra() -> None:
    """Skip what samples where the libraries for it are missing."""
    if not (find_spec("jax") and find_spec("numpyro")):
        pytest.skip("JAX and NumPyro are not installed: pip install 'headway[bayes]'")
