"""What the design of the answers cannot tell, in words."""

from __future__ import annotations

import numpy as np

from headway.scale.diagnose.look import Look, chances, floors
from headway.scale.facets.identify import listed, one_sided
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

ASIDE = ("run", "cluster", "benchmark")  # labels that say nothing of who answered
FEW_SHARED = 5
LOOSE = 3.0  # times the usual standard error: then a contrast is loose
SHOWN_SIDE = 3


def design_words(look: Look, responses: Responses, by: str | None = None) -> tuple[str, ...]:
    """Sentences on confounded labels, thin links and loose directions.

    Parameters
    ----------
    look : Look
    responses : Responses
        With the labels.
    by : str, optional
        The label whose groups are compared.
    """
    out = [*_thin_links(look), *_loose(look)]
    sides = [by] if by else [s for s in ("openness",) if s in responses.labels]
    for side in sides:
        out += _one_sided(responses, side)
    return tuple(out)


def _one_sided(responses: Responses, side: str) -> list[str]:
    rows = np.arange(responses.n_cells)
    levels = responses.labels[side][0]
    out = []
    for label in responses.labels:
        if label in {side, *ASIDE}:
            continue
        for where, names in one_sided(responses, rows, label, side).items():
            others = listed([level for level in levels if level != where])
            out.append(
                f"Answers with {label} {listed(names)} are all of {side} {where}: they say nothing "
                f"of {others}."
            )
    return out


def _thin_links(look: Look) -> list[str]:
    """Models that share few items with every other one."""
    best = _best_overlap(look)
    thin = np.flatnonzero(best < FEW_SHARED)
    if not len(thin):
        return []
    names = listed([look.scale.models[k] for k in thin])
    verb = "shares" if len(thin) == 1 else "share"
    sentence = (
        f"{names} {verb} fewer than {FEW_SHARED} items with any other model: hardly anything "
        "holds the comparison."
    )
    return [sentence]


def _best_overlap(look: Look) -> Floats:
    """Most items that each model shares with one other, (M,)."""
    from scipy.sparse import csr_matrix

    if look.n_models == 1:
        return np.full(1, np.inf)
    shape = (look.n_models, look.n_items)
    seen = csr_matrix((np.ones(len(look.item)), (look.model, look.item)), shape=shape)
    best = np.zeros(look.n_models)
    for start in range(0, look.n_models, 500):
        part = slice(start, start + 500)
        shared = (seen[part] @ seen.T).toarray()
        rows = np.arange(shared.shape[0])
        shared[rows, start + rows] = 0
        best[part] = shared.max(axis=1)
    return best


def _loose(look: Look) -> list[str]:
    """The direction of abilities that is known least, where it stands out."""
    cov = look.scale.covariance
    if cov.ndim == 1 or look.n_models < 3:
        return []
    size, axes = np.linalg.eigh(cov)
    usual = float(np.median(look.scale.se))
    widest, axis = float(np.sqrt(max(size[-1], 0))), axes[:, -1]
    if widest < LOOSE * usual:
        return []
    ends = [end for end in (_end(look, axis, sign) for sign in (1, -1)) if end]
    sentence = (
        f"Known least is the place of {' against '.join(ends)}: standard error {widest:.2f} along "
        f"that direction, {usual:.2f} for the usual model."
    )
    return [sentence]


def _end(look: Look, axis: Floats, sign: int) -> str:
    order: Ints = np.argsort(-sign * axis, kind="stable")[:SHOWN_SIDE]
    strong = [k for k in order if sign * axis[k] > 0.5 * np.abs(axis).max()]
    return listed([look.scale.models[k] for k in strong])


def unsettled(look: Look) -> Floats:
    """How far one more step would move each ability, in standard errors, (M,).

    Where items were integrated out, so is the score here: over their normal posterior.
    """
    score = np.zeros(look.n_models)
    for weight, a, b in _nodes(look):
        p, slope = chances(
            a[look.item],
            b[look.item],
            look.scale.ability[look.model],
            floors(look.scale)[look.item],
        )
        error = (look.won - look.tried * p) * slope / (p * (1 - p))
        score += weight * look.over_models(a[look.item] * error)
    spread = max(float(look.scale.ability.var()), 1e-4)
    score -= (look.scale.ability - look.scale.ability.mean()) / spread
    out: Floats = np.abs(score) * np.sqrt(look.ability_var)
    return out


def _nodes(look: Look) -> list[tuple[float, Floats, Floats]]:
    """Weights, slopes and difficulties at which items are evaluated."""
    scale = look.scale
    if not scale.method.startswith("integrated"):
        return [(1.0, scale.a, scale.b)]
    x, w = np.sqrt(3) * np.array([-1.0, 0.0, 1.0]), np.array([1, 4, 1]) / 6
    d = look.item_cov.shape[1]
    root = np.linalg.cholesky(look.item_cov)
    grid = np.stack(np.meshgrid(*[x] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weight = np.prod(np.stack(np.meshgrid(*[w] * d, indexing="ij"), axis=-1), axis=-1).reshape(-1)
    out = []
    for node, share in zip(grid, weight, strict=True):
        move = root @ node
        a = scale.a * np.exp(move[:, 0]) if d == 2 else scale.a
        out.append((float(share), a, scale.b + move[:, -1]))
    return out
