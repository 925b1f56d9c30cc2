"""`domains`: from responses whose items carry a label to one ability per label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headway.errors import ScaleError
from headway.scale.domains.population import Population, Posterior, estimate, posterior
from headway.scale.domains.result import Domains
from headway.scale.domains.sites import Site, site
from headway.scale.items.gauge import gauge, reference_rows
from headway.scale.ranked import normal_draws
from headway.scale.responses import Responses
from headway.scale.table import Bools, Floats, Ints

FEW_MODELS, FEW_ITEMS = 15, 10


def domains(
    responses: Responses,
    by: str | Mapping[str, str] = "benchmark",
    *,
    slopes: bool = True,
    draws: int = 500,
    seed: int = 0,
    reference: Sequence[str] | None = None,
) -> Domains:
    """Fit one ability per domain, correlated over models.

    Parameters
    ----------
    responses : Responses
        Repeated cells are added up.
    by : str or mapping of item to domain
        A label of the responses ("benchmark"), or the domain of every item.
    slopes : bool
        Whether items have slopes of their own (else 1).
    draws : int
        Joint draws S.
    seed : int
        Of the draws.
    reference : sequence of str, optional
        Models over which the abilities of each domain have mean 0 and SD 1; by default those that
        answered in every domain, or all where these are fewer than three.

    Returns
    -------
    Domains

    Raises
    ------
    ScaleError
        If an item has no domain or two, or models share no item within a domain.
    UnknownNameError
        If a reference model is not in the data.
    """
    names, of_item = _domains_of_items(responses, by)
    cells = responses.by_cell()
    of_cell = of_item[cells.item]
    sites = [
        site(cells, name, np.flatnonzero(of_cell == d), slopes=slopes)
        for d, name in enumerate(names)
    ]
    m = len(cells.models)
    population = estimate([one.held(scaled=slopes) for one in sites], m)
    # Means and SDs of the models are those of each domain alone: one domain is an item scale.
    sd = np.array([one.spread for one in sites])
    centre = np.array([one.centre for one in sites])
    at = posterior(sites, m, centre, population.correlation * np.outer(sd, sd))
    answered = np.zeros((m, len(names)), dtype=bool)
    for d, one in enumerate(sites):
        answered[one.who, d] = True
    rows = _reference(cells.models, answered, reference)
    return _result(cells, names, sites, population, at, answered, rows, (draws, seed, slopes))


def _domains_of_items(
    responses: Responses, by: str | Mapping[str, str]
) -> tuple[tuple[str, ...], Ints]:
    """Names of the domains, and the domain of each item, (J,)."""
    if not isinstance(by, str):
        missing = [item for item in responses.items if item not in by]
        if missing:
            raise ScaleError(f"The item {missing[0]!r} has no domain: name one for every item.")
        names = tuple(sorted({by[item] for item in responses.items}))
        place = {name: k for k, name in enumerate(names)}
        return names, np.array([place[by[item]] for item in responses.items], dtype=np.int64)
    if by not in responses.labels:
        have = ", ".join(responses.labels) or "none"
        raise ScaleError(f"The responses have no column {by!r} for domains; labels: {have}.")
    levels, code = responses.labels[by]
    of_item = np.full(len(responses.items), -1, dtype=np.int64)
    of_item[responses.item] = code
    wrong = np.flatnonzero((code < 0) | (of_item[responses.item] != code))
    if len(wrong):
        item = responses.items[responses.item[int(wrong[0])]]
        raise ScaleError(
            f"The item {item!r} has no single {by}: each item must belong to one domain."
        )
    return levels, of_item


def _reference(models: tuple[str, ...], answered: Bools, given: Sequence[str] | None) -> Ints:
    if given is not None:
        return reference_rows(models, given)
    full = np.flatnonzero(answered.all(axis=1))
    return full if len(full) >= 3 else np.arange(len(models))


def _result(
    cells: Responses,
    names: tuple[str, ...],
    sites: list[Site],
    population: Population,
    at: Posterior,
    answered: Bools,
    rows: Ints,
    asked: tuple[int, int, bool],
) -> Domains:
    draws, seed, slopes = asked
    ability, covariance, words = _gauged(at, rows, slopes=slopes)
    variance = np.einsum("mkmk->mk", covariance)[rows].mean(axis=0)
    between = ability[rows].var(axis=0)
    return Domains(
        models=cells.models,
        domains=names,
        ability=ability,
        covariance=covariance,
        draws=_draws(ability, covariance, draws, seed),
        answered=answered,
        correlation=population.correlation,
        correlation_se=population.error,
        reliability=between / (between + variance),
        items=tuple(one.items for one in sites),
        loglik=float(sum(one.loglik for one in sites)),
        unit="SD" if slopes else "logit",
        method=(
            "items of each domain integrated out, a normal likelihood of its abilities from there, "
            f"correlations by EM in {population.rounds} rounds"
        ),
        gauge=words,
        n_responses=cells.n_cells,
        cautions=tuple(_cautions(names, sites, answered)),
    )


def _gauged(at: Posterior, rows: Ints, *, slopes: bool) -> tuple[Floats, Floats, str]:
    """Each domain with its own zero and unit over the reference models."""
    m, k = at.mean.shape
    blocks = at.covariance.reshape(m, k, m, k)
    ability, turn = np.empty((m, k)), np.empty((k, m, m))
    words = ""
    for d in range(k):
        noise = float(np.sqrt(np.einsum("mm->m", blocks[:, d, :, d])[rows].mean()))
        one = gauge(at.mean[:, d], rows, scaled=slopes, named=True, noise=noise)
        ability[:, d], turn[d] = one.ability(at.mean[:, d]), one.change(np.eye(m)).T
        words = f"each domain {one.words}"
    out = np.einsum("kam,mknl,lbn->akbl", turn, blocks, turn, optimize=True)
    return ability, out, words


def _draws(ability: Floats, covariance: Floats, draws: int, seed: int) -> Floats:
    size = ability.size
    flat = normal_draws(ability.reshape(-1), covariance.reshape(size, size), draws, seed)
    out: Floats = flat.reshape(draws, *ability.shape)
    return out


def _cautions(names: tuple[str, ...], sites: list[Site], answered: Bools) -> list[str]:
    out = []
    m = len(answered)
    if len(names) > 1 and m < FEW_MODELS:
        out.append(f"Correlations come from {m} models only: read them with their intervals.")
    few = [name for name, one in zip(names, sites, strict=True) if one.items < FEW_ITEMS]
    if few:
        out.append(
            f"So few items that the normal approximation is coarse (under {FEW_ITEMS}): "
            f"{', '.join(few)}."
        )
    gone = int((~answered).sum())
    if gone:
        out.append(
            f"{gone} abilities of models in domains that they did not answer come from their other "
            "domains alone."
        )
    return out
