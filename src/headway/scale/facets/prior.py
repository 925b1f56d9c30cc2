"""What is believed of an SD before the data: the same for the fast solver and for sampling.

The logarithm of an SD is logistic around log 0.5 with scale 1/2, so that the SD itself is
log-logistic: half below 0.5 logits, 5% below 0.11 and 5% above 2.2. It keeps off zero, since levels
that do not differ at all are not believed in (Chung and others 2013, Psychometrika 78:685), and its
tail is heavy (Gelman 2006, Bayesian Analysis 1:515): what many levels say stands nearly as it is.
"""

from __future__ import annotations

import numpy as np

from headway.scale.table import Floats

MIDDLE, SCALE = 0.5, 0.5  # median of an SD in logits; scale of its logarithm


def log_density(log_sd: Floats) -> tuple[float, Floats]:
    """Log density of the logarithms (T,) of SDs without a constant, and its gradient (T,)."""
    z = (log_sd - np.log(MIDDLE)) / SCALE
    value = -float((np.abs(z) + 2 * np.log1p(np.exp(-np.abs(z)))).sum())
    slope: Floats = -np.tanh(z / 2) / SCALE
    return value, slope
