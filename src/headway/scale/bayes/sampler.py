"""The No-U-Turn sampler of NumPyro over a model, and whether its chains agree.

Hoffman & Gelman 2014, *JMLR* 15; Phan, Pradhan & Jankowiak 2019, arXiv 1912.11554; split R-hat and
effective sample size as in Gelman et al., *Bayesian Data Analysis* (2013), 11.4 and 11.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from headway.errors import MissingExtraError, ScaleError
from headway.scale.table import Bools, Floats

R_HAT = 1.01  # above this, chains do not agree (Vehtari et al. 2021, Bayesian Analysis 16)
FEWEST_ESS = 400.0  # below this, the ends of an interval are noise of the sampler
ACCEPT = 0.9  # target acceptance: shorter steps than the default 0.8, and no divergence in practice


@dataclass(frozen=True, eq=False)
class Run:
    """What the sampler returned.

    Attributes
    ----------
    draws : mapping of str to (C, S, ...) float
        Each quantity of the model, by chain.
    divergences : int
        Draws at which the sampler lost the surface.
    """

    draws: Mapping[str, Floats]
    divergences: int


@dataclass(frozen=True, eq=False)
class Checks:
    """Whether chains agree, row by row; all (K,)."""

    r_hat: Floats
    ess: Floats

    @property
    def trusted(self) -> Bools:
        """False where a mean or an interval is not to be relied on."""
        good: Bools = (self.r_hat <= R_HAT) & (self.ess >= FEWEST_ESS)
        return good


def require() -> None:
    """Refuse to sample without the libraries.

    Raises
    ------
    MissingExtraError
        If JAX or NumPyro is not installed.
    """
    if not all(find_spec(name) for name in ("jax", "numpyro")):
        raise MissingExtraError(
            "Sampling needs JAX and NumPyro: install them with pip install 'headway[bayes]'."
        )


def sample(
    model: Callable[..., None],
    data: tuple[Any, ...],
    *,
    draws: int,
    warmup: int,
    chains: int,
    seed: int,
) -> Run:
    """Sample a NumPyro model; chains run side by side as one vectorised program.

    Parameters
    ----------
    model : callable
        Of the arrays in ``data``; what it records as deterministic is returned, too.
    data : tuple of arrays
    draws, warmup : int
        Of each chain.
    chains, seed : int

    Raises
    ------
    ScaleError
        If a number is too small for chains to be compared.
    """
    if draws < 10 or warmup < 10 or chains < 2:
        raise ScaleError(
            f"{chains} chains of {draws} draws after {warmup} cannot be compared with one "
            "another: take at least 2 chains, 10 draws and 10 to warm up."
        )
    require()
    with double():
        import jax

        shapes = tuple(np.shape(x) for x in jax.tree.leaves(data))
        chain = _sampler(model, shapes, draws, warmup, chains)
        chain.run(jax.random.PRNGKey(seed), *data, extra_fields=("diverging",))
        found = chain.get_samples(group_by_chain=True)
        lost = int(np.asarray(chain.get_extra_fields()["diverging"]).sum())
        return Run({name: np.asarray(x, dtype=float) for name, x in found.items()}, lost)


@lru_cache(maxsize=4)
def _sampler(
    model: Callable[..., None],
    shapes: tuple[tuple[int, ...], ...],
    draws: int,
    warmup: int,
    chains: int,
) -> Any:
    """A sampler that is compiled once for data of these shapes: that takes most of the time."""
    from numpyro.infer import MCMC, NUTS, init_to_uniform

    del shapes  # a sampler remembers the shapes it has seen, so other shapes need another
    return MCMC(
        NUTS(model, target_accept_prob=ACCEPT, init_strategy=init_to_uniform(radius=1.0)),
        num_warmup=warmup,
        num_samples=draws,
        num_chains=chains,
        chain_method="vectorized",
        progress_bar=False,
        jit_model_args=True,
    )


def softplus(x: Any) -> Any:
    """log(1 + exp(x)) with the logistic function as its derivative: two exponentials a cell."""
    import jax
    import jax.numpy as jnp

    def value(x: Any) -> Any:
        return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))

    def rule(primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
        (x,), (dx,) = primals, tangents
        return value(x), dx / (1 + jnp.exp(-x))

    known = jax.custom_jvp(value)
    known.defjvp(rule)
    return known(x)


@contextmanager
def double() -> Iterator[None]:
    """Double precision inside the block only, and in this thread only: JAX's own default stays."""
    import jax

    with jax.enable_x64(True):
        yield


def check(draws: Floats) -> Checks:
    """Split R-hat and effective sample size of draws (C, S, K).

    A row that never moves (a direction that the gauge fixes) has nothing to disagree about.
    """
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    still = np.ptp(draws, axis=(0, 1)) < 1e-12
    moving = np.where(
        still, np.random.default_rng(0).standard_normal(draws.shape[:2])[..., None], draws
    )
    return Checks(
        np.where(still, 1.0, split_gelman_rubin(moving)),
        np.where(still, float(draws.shape[0] * draws.shape[1]), effective_sample_size(moving)),
    )


def cautions(checks: Checks, names: tuple[str, ...], divergences: int, total: int) -> list[str]:
    """When not to trust the draws, one sentence each."""
    out = []
    if divergences:
        out.append(
            f"{divergences} of {total:,} draws diverged: the sampler did not see all of the "
            "posterior, so do not trust its intervals; take more draws to warm up."
        )
    doubtful = np.flatnonzero(~checks.trusted)
    if len(doubtful):
        worst = int(doubtful[np.argmax(checks.r_hat[doubtful])])
        others = f" and {len(doubtful) - 1} more" if len(doubtful) > 1 else ""
        out.append(
            f"Chains do not agree on {names[worst]!r}{others} (R-hat up to "
            f"{checks.r_hat[doubtful].max():.3f}, effective draws from "
            f"{checks.ess[doubtful].min():.0f}): take more draws before trusting these rows."
        )
    return out
