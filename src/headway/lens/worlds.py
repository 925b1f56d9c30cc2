"""From a scale (or plain scores), dates and labels to worlds that a gap rule can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from headway.errors import LensError
from headway.gap.margins import paired, z_independent
from headway.gap.placebo import placebo
from headway.gap.sampling import resampled
from headway.gap.world import MONTH, World
from headway.ledger import members
from headway.lens.evidence import Selection, day_of
from headway.lens.recipe import Lens
from headway.records import Model
from headway.scale import Scale
from headway.scale.keyed import cell_normals, generator
from headway.scale.table import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Worlds:
    """The same question asked of the point estimate, the draws, the resamples and the placebo."""

    point: World
    measured: World
    sampling: World | None
    placebo: World | None
    no_placebo: str


def window(lens: Lens, selection: Selection, first: date) -> tuple[int, int]:
    """First and last day (ordinals) of the lens's window.

    Raises
    ------
    LensError
        If it is empty.
    """
    rule = lens.rule
    end = min(rule.until or selection.as_of, selection.as_of)
    start = rule.since or first
    if rule.last_months is not None:
        start = end - timedelta(days=round(rule.last_months * MONTH))
    if start > end:
        raise LensError(f"The window is empty: it starts on {start}, after its end on {end}.")
    return start.toordinal(), end.toordinal()


@dataclass(frozen=True, eq=False)
class Frame:
    """What a question has before any ability is known: days, groups, window.

    ``day``, ``leader`` and ``follower`` are (M,); ``unknown`` counts the models that are in neither
    group because a label is not known.
    """

    day: Ints
    leader: Bools
    follower: Bools
    start: int
    end: int
    unknown: int


def frame(lens: Lens, selection: Selection) -> Frame:
    """Check the groups and the window of a lens on the models that it selects.

    Raises
    ------
    LensError, UnknownNameError
        If the groups overlap, one is empty or unknown, or the window is empty.
    """
    days = np.array([_ordinal(m, lens) for m in selection.models])
    start, end = window(lens, selection, date.fromordinal(int(days.min())))
    leader, follower, unknown = _groups(lens, selection.models)
    return Frame(days, leader, follower, start, end, unknown)


def draw(
    lens: Lens, selection: Selection, given: Frame, scale: Scale | None
) -> tuple[World, World]:
    """The point estimate as one world, and the joint draws of abilities, dates and labels.

    Parameters
    ----------
    lens : Lens
    selection : Selection
        Its M models.
    given : Frame
        Their days and groups.
    scale : Scale or None
        Abilities; None where the rule reads the scores themselves.
    """
    models = selection.models
    if scale is None:
        point = _score_world(selection, given)
        measured = _noisy(point, selection, lens.scale.draws, lens.scale.seed)
    else:
        point = _world(scale.ability[None], given)
        measured = _world(scale.draws if len(scale.draws) else scale.ability[None], given)
    measured = dressed(lens, models, given, measured)
    measured = replace(measured, margin=_margin(lens, measured))
    return replace(point, margin=measured.margin), measured


def dressed(lens: Lens, models: tuple[Model, ...], given: Frame, world: World) -> World:
    """The abilities (or scores) of a world under these days, groups and this window.

    Days and labels that are open to doubt under the lens differ between draws; their luck belongs
    to the models' names, so two answers that differ in one fact are paired.
    """
    shape = world.ability.shape
    plain = replace(
        world,
        day=_uncertain_days(lens, models, given.day, world.n_draws),
        leader=np.broadcast_to(given.leader, shape),
        follower=np.broadcast_to(given.follower, shape),
        start=given.start,
        end=given.end,
    )
    return _uncertain_labels(lens, models, plain)


def build(
    lens: Lens,
    selection: Selection,
    point: World,
    measured: World,
    scale: Scale | None,
    *,
    splits: int = 200,
) -> Worlds:
    """Add resampled worlds and the placebo, of so many random ``splits``."""
    split = placebo(measured, _developers(selection.models), splits=splits, seed=lens.scale.seed)
    return Worlds(
        point=point,
        measured=measured,
        sampling=_sampling(lens, measured, scale),
        placebo=split.world,
        no_placebo=split.sentence,
    )


def _ordinal(model: Model, lens: Lens) -> int:
    day = day_of(model, lens.dates.day)
    if day is None:  # select() lets no such model through
        raise LensError(f"{model.name!r} has no release date.")
    return day.toordinal()


def _world(ability: Floats, given: Frame) -> World:
    shape = ability.shape
    return World(
        ability=ability,
        day=np.broadcast_to(given.day, shape),
        leader=np.broadcast_to(given.leader, shape),
        follower=np.broadcast_to(given.follower, shape),
        start=given.start,
        end=given.end,
    )


def _groups(lens: Lens, models: tuple[Model, ...]) -> tuple[Bools, Bools, int]:
    lead = members(lens.groups.leaders, models)
    follow = members(lens.groups.followers, models)
    both = [i for i, (a, b) in enumerate(zip(lead, follow, strict=True)) if a and b]
    # A single named model may lie inside the leaders' group: it is compared with the others.
    if both and sum(x is True for x in follow) == 1:
        lead[both[0]] = False
        both = []
    if both:
        raise LensError(
            f"The groups {lens.groups.leaders!r} and {lens.groups.followers!r} overlap: "
            f"{models[both[0]].name!r} is in both; choose groups that share no model."
        )
    for name, group in ((lens.groups.leaders, lead), (lens.groups.followers, follow)):
        if not any(group):
            raise LensError(
                f"No model in these data is {name!r}: a gap needs two groups "
                "(check the columns `weights`, `country` or `organization`, or pass --groups)."
            )
    unknown = sum(a is None or b is None for a, b in zip(lead, follow, strict=True))
    return np.array([x is True for x in lead]), np.array([x is True for x in follow]), unknown


def _uncertain_days(lens: Lens, models: tuple[Model, ...], days: Ints, draws: int) -> Ints:
    """Days (S, M): where two days are on record, each draw takes one of them."""
    out = np.repeat(days[None], draws, axis=0)
    if lens.dates.uncertain:
        for k, model in enumerate(models):
            other = model.released_alt
            if other is not None and other.toordinal() != days[k]:
                luck = generator(lens.scale.seed, "day", model.name).random(draws)
                out[:, k] = np.where(luck < 0.5, other.toordinal(), days[k])
    return out


def _uncertain_labels(lens: Lens, models: tuple[Model, ...], world: World) -> World:
    """In a stated share of draws an unchecked open/closed label is the other one."""
    other = {"open": "closed", "closed": "open"}
    open_to_doubt = [
        k for k, m in enumerate(models) if not m.checked and m.source and m.weights in other
    ]
    if not lens.groups.unchecked_wrong or not open_to_doubt:
        return world
    leader, follower = world.leader.copy(), world.follower.copy()
    for k in open_to_doubt:
        swapped = models[k].model_copy(update={"weights": other[models[k].weights]})
        luck = generator(lens.scale.seed, "label", models[k].name).random(world.n_draws)
        wrong = luck < lens.groups.unchecked_wrong
        pool = (*models[:k], swapped, *models[k + 1 :])
        leader[wrong, k] = members(lens.groups.leaders, pool)[k] is True
        follower[wrong, k] = members(lens.groups.followers, pool)[k] is True
    return replace(world, leader=leader, follower=follower)


def _margin(lens: Lens, world: World) -> Floats | None:
    if lens.rule.test == "none":
        return None
    if world.n_draws < 20:
        raise LensError(
            f"The test {lens.rule.test!r} needs at least 20 draws, not {world.n_draws}: "
            "raise --draws."
        )
    if lens.rule.test == "z-independent":
        return z_independent(world.ability)
    # In the placebo leaders stand on both sides.
    leaders: Bools = np.any(world.leader, axis=0)
    both: Bools = leaders | np.any(world.follower, axis=0)
    return paired(world.ability, followers=both, leaders=leaders)


def _developers(models: tuple[Model, ...]) -> Ints:
    names = sorted({m.organization for m in models if m.organization})
    code = {name: k for k, name in enumerate(names)}
    return np.array([code.get(m.organization or "", -1) for m in models])


def _sampling(lens: Lens, world: World, scale: Scale | None) -> World | None:
    if scale is None:
        rng = generator(lens.scale.seed, "benchmarks")
        other = _other_benchmarks(world, lens.scale.sampling, rng)
        return None if other is None else resampled(other, seed=lens.scale.seed)
    if not len(scale.sampling):
        return None
    return resampled(world, scale.sampling, seed=lens.scale.seed)


def _score_world(selection: Selection, given: Frame) -> World:
    table = selection.table
    scores = np.full((1, len(table.benchmarks), len(table.models)), np.nan)
    scores[0, table.benchmark, table.model] = table.score
    return replace(_world(np.zeros((1, len(table.models))), given), scores=scores)


def _noisy(point: World, selection: Selection, draws: int, seed: int) -> World:
    """Scores drawn anew from their items, where the number of items is known."""
    table = selection.table
    variance = table.score * (1 - table.score) / table.n_items
    error = np.sqrt(np.where(np.isnan(variance), 0.0, variance))
    drawn = np.clip(table.score + error * cell_normals(seed, table, draws), 0, 1)
    world = point.take(np.zeros(draws, dtype=np.int64))
    scores = np.full((draws, *point.scores.shape[1:]), np.nan)  # type: ignore[union-attr]
    scores[:, table.benchmark, table.model] = drawn
    return replace(world, scores=scores)


def _other_benchmarks(world: World, count: int, rng: np.random.Generator) -> World | None:
    if not count:
        return None
    world = world.take(np.arange(count) % world.n_draws)
    scores = np.asarray(world.scores)
    pick = rng.integers(scores.shape[1], size=(count, scores.shape[1]))
    return replace(world, scores=np.take_along_axis(scores, pick[:, :, None], axis=1))
