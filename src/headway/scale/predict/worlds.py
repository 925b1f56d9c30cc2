"""Joint draws of abilities, items and how models take to benchmarks: worlds to predict from.

Abilities come as joint draws of the scale. An item given the abilities is normal around its
estimate; where the abilities of a draw lie elsewhere, it follows them by one Newton step, so that
both move together. Models take to a benchmark more or less than their ability says: the variance
of that is estimated from the residuals by moments, and each pair drawn given its own answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose.look import Look, chances, floors, has_slopes, parameters, placed, sums
from headway.scale.items.result import ItemScale
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

FEWEST = 4  # pairs of a model and a benchmark without which no variance of taste is estimated
ROUNDS = 3
CHANGE = 3.0  # logits that an item follows at most


@dataclass(frozen=True, eq=False)
class Taste:
    """How far each model takes to each benchmark beyond its ability, in logits.

    Attributes
    ----------
    benchmark : (J,) int
        Of each item; all 0 where there is one benchmark only.
    spread : float
        SD over models and benchmarks; 0 where it is not estimated.
    mean, sd : (M, B) float
        Of each pair given its answers.
    """

    benchmark: Ints
    spread: float
    mean: Floats
    sd: Floats


@dataclass(frozen=True, eq=False)
class Worlds:
    """S joint draws of what a prediction needs.

    Attributes
    ----------
    look : Look
    ability : (S, M) float
    taste : Taste
    responses : Responses
    seed : int
    """

    look: Look
    ability: Floats
    taste: Taste
    responses: Responses
    seed: int

    @property
    def scale(self) -> ItemScale:
        """The scale."""
        return self.look.scale

    @property
    def size(self) -> int:
        """Number of draws S."""
        return len(self.ability)


def worlds(look: Look, responses: Responses, *, seed: int = 0) -> Worlds:
    """Gather what predictions of a scale and its answers need.

    Parameters
    ----------
    look : Look
        Of the scale and these answers; the scale holds joint draws.
    responses : Responses
        With the label ``benchmark`` where items are of several.
    seed : int
        Of the draws of items and tastes.
    """
    return Worlds(look, look.scale.draws, taste_of(look, responses), responses, seed)


def item_draws(world: Worlds, items: Ints) -> tuple[Floats, Floats]:
    """Slopes and difficulties (S, K) of some items in each draw."""
    look, scale = world.look, world.scale
    rng = np.random.default_rng([world.seed, 1])
    root = np.linalg.cholesky(look.item_cov[items])
    noise = rng.standard_normal((world.size, len(items), root.shape[1]))
    u = parameters(scale)[items] + np.einsum("kde,ske->skd", root, noise) + _following(world, items)
    return natural(scale, u, np.sign(scale.a[items]))


def new_items(world: Worlds, noise: Floats, like: Ints) -> tuple[Floats, Floats]:
    """Slopes and difficulties (S, K) of items of the population that ``like`` ones come from.

    ``noise`` (S or 1, K, D) says where in a standard normal population they lie.
    """
    look, scale = world.look, world.scale
    rng = np.random.default_rng([world.seed, 2])
    u, own = parameters(scale)[like], look.item_cov[like]
    d = u.shape[1]
    centre = u.mean(axis=0)
    cov = np.atleast_2d(np.cov(u.T)) if len(like) > d + 1 else np.linalg.inv(look.precision)
    cov = cov + own.mean(axis=0)
    # The mean of the population is known from these items only.
    middle = rng.standard_normal((world.size, 1, d)) @ np.linalg.cholesky(cov / len(like)).T
    return natural(scale, centre + middle + noise @ np.linalg.cholesky(cov).T, 1.0)


def natural(scale: ItemScale, u: Floats, sign: Floats | float) -> tuple[Floats, Floats]:
    """Slopes and difficulties from (log a, b), or (b,)."""
    if not has_slopes(scale):
        return np.broadcast_to(scale.a[:1], u.shape[:-1]), u[..., 0]
    return sign * np.exp(np.clip(u[..., 0], -8, 8)), u[..., 1]


def _following(world: Worlds, items: Ints) -> Floats:
    """How the items of a draw follow its abilities, (S, K, D)."""
    look, scale = world.look, world.scale
    place = np.full(look.n_items, -1)
    place[items] = np.arange(len(items))
    rows = np.flatnonzero(place[look.item] >= 0)
    item = place[look.item[rows]]
    weight = scale.a[look.item[rows]] * look.variance[rows] * look.pull[rows] ** 2
    away = world.ability - scale.ability
    d = look.by_item.shape[1]
    force = np.zeros((world.size, len(items), d))
    for k in range(d):
        pull = np.zeros((look.n_models, len(items)))
        pull[look.model[rows], item] = weight * look.by_item[rows, k]
        force[..., k] = -away @ pull
    step = np.einsum("kde,ske->skd", look.item_cov[items], force)
    out: Floats = np.clip(step, -CHANGE, CHANGE)
    return out


def taste_of(look: Look, responses: Responses) -> Taste:
    """Variance of tastes by moments, and each pair's own given its answers."""
    benchmark, count = _benchmarks(look, responses)
    key = look.model * count + benchmark[look.item]
    size = look.n_models * count
    score = sums(key, look.pull * look.error, size)
    info = sums(key, look.pull**2 * look.variance, size)
    shape = (look.n_models, count)
    score, info = score.reshape(shape), info.reshape(shape)
    share = info / np.maximum(info.sum(axis=1, keepdims=True), 1e-12)
    spread = _spread(score, info, share) if count > 1 and (info > 0).sum() >= FEWEST else 0.0
    if not spread:
        return Taste(benchmark, 0.0, np.zeros(shape), np.zeros(shape))
    known = info * (1 - share) + 1 / spread**2
    own = 1 / known
    # The ability holds the model's mean taste for what it ran: elsewhere that is in its way too.
    others = (share**2).sum(axis=1, keepdims=True) - share**2
    away = spread**2 * others * (1 / spread**2 / known) ** 2
    return Taste(benchmark, spread, score * own, np.sqrt(own + away))


def _spread(score: Floats, info: Floats, share: Floats) -> float:
    """SD of tastes: what the scores of pairs (M, B) vary beyond their information.

    The ability has taken a model's mean taste out of them, each benchmark by its ``share`` of what
    is known of the model.
    """
    others = (share**2).sum(axis=1, keepdims=True) - share**2
    excess = float((score**2 - info * (1 - share)).sum())
    expected = float((info**2 * ((1 - share) ** 2 + others)).sum())
    return float(np.sqrt(max(excess, 0.0) / expected)) if expected > 0 else 0.0


def _benchmarks(look: Look, responses: Responses) -> tuple[Ints, int]:
    """Benchmark of each item, (J,), and how many there are."""
    if "benchmark" not in responses.labels:
        return np.zeros(look.n_items, dtype=np.int64), 1
    levels, code = responses.labels["benchmark"]
    out = np.zeros(look.n_items, dtype=np.int64)
    at = placed(responses.items, look.scale.items, "item")
    out[at[responses.item]] = np.maximum(code, 0)
    return out, len(levels)


def drawn_chances(world: Worlds, model: int, items: Ints) -> Floats:
    """Chances (S, K) of a model on some items of the scale."""
    a, b = item_draws(world, items)
    theta = world.ability[:, [model]]
    liking = likings(world, model)[:, world.taste.benchmark[items]]
    shifted = theta + liking / a
    p, _ = chances(a, b, shifted, floors(world.scale)[items])
    return p


def likings(world: Worlds, model: int) -> Floats:
    """Draws of how a model takes to each benchmark, (S, B)."""
    taste = world.taste
    rng = np.random.default_rng([world.seed, 3, model])
    noise = rng.standard_normal((world.size, taste.mean.shape[1]))
    out: Floats = taste.mean[model] + taste.sd[model] * noise
    return out
