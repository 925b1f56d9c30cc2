"""What a harness does to a model: effects, paired differences, and models side by side.

There are three views: all models in one common harness, each in its developer's own, each in the
best of those it ran in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.facets.columns import Counts
from headway.scale.facets.fit import TINY, facets
from headway.scale.facets.identify import listed
from headway.scale.facets.pairs import Pair, pairs, runs_of
from headway.scale.facets.result import Facets
from headway.scale.table import Floats

DRAWS, WORK = 400, 60_000_000  # draws, and logistic curves that a view may cost


@dataclass(frozen=True)
class Harness:
    """A harness: its effect on the average model in logits, and the models that ran in it.

    The bounds are nan where harnesses show no spread of their own.
    """

    name: str
    value: float
    low: float
    high: float
    models: tuple[str, ...]
    by_openness: Mapping[str, int]


@dataclass(frozen=True)
class View:
    """Share of all items that a model solves in one harness (a typical run, average effort).

    ``ran`` is False where the model never ran in it: the model×harness effect is then drawn from
    its population.
    """

    harness: str
    value: float
    low: float
    high: float
    ran: bool


@dataclass(frozen=True)
class Standing:
    """One model in the three views; None where the data do not have it."""

    model: str
    openness: str | None
    common: View
    own: View | None
    best: View


@dataclass(frozen=True)
class Comparison:
    """Everything that data say about harnesses."""

    fit: Facets
    common: str
    harnesses: tuple[Harness, ...]
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]
    cautions: tuple[str, ...]


def compare(
    data: Counts, *, common: str | None = None, level: float = 0.9, seed: int = 0
) -> Comparison:
    """Set models side by side in common, own and best harnesses.

    Parameters
    ----------
    data : Counts
        Responses with a label ``harness``; ``openness``, ``run``, ``effort``, ``developer`` and
        ``harness_developer`` are used where they are there.
    common : str, optional
        The common harness; by default the one that most models ran in.
    level : float
        Level of the intervals.
    seed : int
        Seed of the draws.

    Raises
    ------
    ScaleError
        If there are no two harnesses, or the data fall into unconnected parts.
    UnknownNameError
        If ``common`` is no harness of the data.
    """
    ran = _ran(data)
    chosen = _common(ran, common)
    fit = facets(data, _formula(data), level=level)
    if len(fit.components) > 1:
        apart = next(text for text in fit.cautions if text.startswith("The data fall into"))
        raise ScaleError(f"{apart} Give one part at a time to compare harnesses.")
    sides = _side_of(data, "openness")
    standings = _standings(data, fit, ran, chosen, seed)
    found = pairs(data, level)
    return Comparison(
        fit=fit,
        common=chosen,
        harnesses=_harnesses(fit, ran, sides),
        pairs=found,
        standings=standings,
        cautions=(*fit.cautions, *_blind(data, standings, found)),
    )


def _blind(data: Counts, standings: Sequence[Standing], found: Sequence[Pair]) -> Iterator[str]:
    """What the three views and the pairs cannot say."""
    if "openness" not in data.labels:
        yield "The data have no column openness: nothing is said of open and closed models apart."
    if not found:
        yield "No model ran in two harnesses on the same items: no difference can be paired."
    elif "run" not in data.labels or all(p.runs is None or not p.repeated for p in found):
        yield (
            "No setup was run again as a whole: intervals hold the luck of items, but not that "
            "of whole runs."
        )
    ran = {m: len(np.unique(data.item[data.model == k])) for k, m in enumerate(data.models)}
    few = [
        m for m, count in sorted(ran.items(), key=lambda x: x[1]) if count < 0.9 * len(data.items)
    ]
    if few:
        yield (
            f"{listed([f'{m} ({ran[m]:,})' for m in few])} ran on less than 90% of the "
            f"{len(data.items):,} items: what the others would give is filled in by the fit."
        )
    away = [s.model for s in standings if s.own is None]
    if len(away) == len(standings):
        yield "No model ran in a harness of its own developer: that view is empty."
    elif away:
        yield f"{listed(away)} never ran in a harness known to be of their developer."
    if away and len(away) < len(standings) and "developer" not in data.labels:
        yield (
            "Developers of models and harnesses are told by well-known names; columns developer "
            "and harness_developer say it for sure."
        )


def _ran(data: Counts) -> dict[str, tuple[str, ...]]:
    """Harness to the models that ran in it."""
    if "harness" not in data.labels:
        raise ScaleError("The data have no column 'harness', so they say nothing on harnesses.")
    names, code = data.labels["harness"]
    out = {
        name: tuple(data.models[m] for m in np.unique(data.model[code == k]))
        for k, name in enumerate(names)
    }
    if len(out) < 2:
        raise ScaleError(
            f"The data have one harness ({listed(list(out)) or 'none'}): what another would do "
            "to these models cannot be said."
        )
    return out


def _common(ran: Mapping[str, tuple[str, ...]], asked: str | None) -> str:
    if asked is None:
        return max(ran, key=lambda name: len(ran[name]))
    if asked not in ran:
        from difflib import get_close_matches

        near = get_close_matches(asked, list(ran), n=2, cutoff=0.5)
        offer = "; did you mean " + " or ".join(map(repr, near)) + "?" if near else "."
        raise UnknownNameError(f"No harness is called {asked!r}{offer}")
    return asked


def _formula(data: Counts) -> str:
    terms = ["model", "harness", "model:harness"]
    if "effort" in data.labels and len(data.labels["effort"][0]) > 1:
        terms.append("effort")
    if any(len(set(runs)) > 1 for runs in runs_of(data).values()):
        terms.append("model:harness:run")
    return "resolved ~ " + " + ".join(f"(1|{term})" for term in [*terms, "item"])


def _side_of(data: Counts, label: str, by: str = "model") -> dict[str, str]:
    """The one level of a label that each model (or harness) has; several: none."""
    if label not in data.labels:
        return {}
    levels, code = data.labels[label]
    names, owner = (data.models, data.model) if by == "model" else data.labels[by]
    out = {}
    for k, name in enumerate(names):
        seen = np.unique(code[(owner == k) & (code >= 0)])
        if len(seen) == 1:
            out[name] = levels[seen[0]]
    return out


def _harnesses(
    fit: Facets, ran: Mapping[str, tuple[str, ...]], sides: Mapping[str, str]
) -> tuple[Harness, ...]:
    from scipy.special import ndtri

    z = float(ndtri((1 + fit.level) / 2))
    names, modes, sds = fit.levels("harness")
    spread = next(v.sd for v in fit.variance if v.term == "harness")
    out = []
    for name, mode, sd in zip(names, modes, sds, strict=True):
        models = ran[name]
        count = {
            side: sum(sides.get(m) == side for m in models) for side in sorted(set(sides.values()))
        }
        # At a spread of zero every effect is zero by assumption: that is no interval.
        half = float(z * sd) if spread > TINY else float("nan")
        out.append(Harness(name, float(mode), mode - half, mode + half, models, count))
    return tuple(sorted(out, key=lambda h: (-h.value, h.name)))


class _Predictor:
    """Draws of the share of items that a model solves in a harness."""

    def __init__(self, data: Counts, fit: Facets, seed: int) -> None:
        count = int(np.clip(WORK / (len(data.models) * len(data.items)), 60, DRAWS))
        self._fit = fit
        effects, fixed = fit.draws(count, seed)
        self._draws = (effects, fixed)
        self._noise = np.random.default_rng(seed + 1).standard_normal(count)
        self._done: dict[tuple[str, str], View] = {}

    def view(self, model: str, harness: str, ran: bool) -> View:
        if (model, harness) not in self._done:
            shares = self._share(model, harness)
            tail = (1 - self._fit.level) / 2
            low, high = np.quantile(shares, [tail, 1 - tail])
            self._done[model, harness] = View(
                harness, float(shares.mean()), float(low), float(high), ran
            )
        return self._done[model, harness]

    def _share(self, model: str, harness: str) -> Floats:
        effects, fixed = self._draws
        eta = fixed[:, 0].copy()
        for term, level in (
            ("model", model),
            ("harness", harness),
            ("model:harness", f"{model}:{harness}"),
        ):
            eta += self._effect(term, level)
        if "item" not in [t.name for t in self._fit.design.terms]:
            return np.exp(-np.logaddexp(0, -eta))
        items = effects[:, self._fit.design.slices[self._fit.place("item")]]
        out: Floats = (1 / (1 + np.exp(-eta[:, None] - items))).mean(axis=1)
        return out

    def _effect(self, term: str, level: str) -> Floats:
        fit, effects = self._fit, self._draws[0]
        if term not in [t.name for t in fit.design.terms]:
            return np.zeros(len(effects))
        k = fit.place(term)
        levels = fit.design.terms[k].levels
        if level in levels:
            return effects[:, fit.design.slices[k].start + levels.index(level)]
        sd = next(v.sd for v in fit.variance if v.term == term)
        return sd * self._noise


def _standings(
    data: Counts, fit: Facets, ran: Mapping[str, tuple[str, ...]], common: str, seed: int
) -> tuple[Standing, ...]:
    predict = _Predictor(data, fit, seed)
    sides = _side_of(data, "openness")
    homes = _homes(data)
    out = []
    for model in data.models:
        mine = [name for name, models in ran.items() if model in models]
        views = [predict.view(model, name, True) for name in mine]
        at_home = [view for view in views if view.harness in homes.get(model, ())]
        together = predict.view(model, common, model in ran[common])
        # Chosen by the shrunken value, which is what keeps the best of many from being luck.
        best = max(views, key=lambda view: view.value)
        own = max(at_home, key=lambda view: view.value, default=None)
        out.append(Standing(model, sides.get(model), together, own, best))
    return tuple(sorted(out, key=lambda s: (-s.common.value, s.model)))


def _homes(data: Counts) -> dict[str, tuple[str, ...]]:
    """Harnesses of each model's own developer, by the columns or by well-known names."""
    makers = _side_of(data, "developer") or {m: _maker(m, _MODELS) for m in data.models}
    names = data.labels["harness"][0]
    owners = _side_of(data, "harness_developer", "harness") or {
        name: _maker(name, _HARNESSES) for name in names
    }
    return {
        model: tuple(name for name in names if owners.get(name) == maker)
        for model, maker in makers.items()
        if maker
    }


# What begins a name, once all but letters is gone.
_MODELS: Mapping[str, Sequence[str]] = {
    "Anthropic": ("claude",),
    "Google": ("gemini",),
    "OpenAI": ("gpt", "codex", "openaigpt"),
    "xAI": ("grok",),
    "Moonshot AI": ("kimi",),
    "Alibaba": ("qwen",),
    "Mistral AI": ("mistral", "devstral", "codestral"),
    "Sber": ("gigachat",),
}
_HARNESSES: Mapping[str, Sequence[str]] = {
    "Anthropic": ("claudecode", "acpclaude"),
    "Google": ("geminicli", "acpgemini"),
    "OpenAI": ("codex", "acpcodex"),
    "xAI": ("grokcli", "grokbuild"),
    "Moonshot AI": ("kimicli", "kimicode"),
    "Alibaba": ("qwencode", "qwencli"),
    "Mistral AI": ("mistralvibe",),
    "Sber": ("gigachat",),
}


def _maker(name: str, known: Mapping[str, Sequence[str]]) -> str:
    plain = "".join(letter for letter in name.casefold() if letter.isalpha())
    for maker, starts in known.items():
        if plain.startswith(tuple(starts)):
            return maker
    return ""
