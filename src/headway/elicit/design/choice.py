"""One model in one setup within one budget: what that means, or why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from headway.elicit.budget import Budget
from headway.elicit.design.model import Design, Setup
from headway.elicit.design.shelf import Shelf
from headway.elicit.harness import TEXTS, UNPASSED, names
from headway.elicit.profile import Profile, Prompts, Sampling
from headway.elicit.run.asked import asked_budget, default_sampling
from headway.errors import ProfileError, RunError

__all__ = ["Choice", "Unfit", "choose"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A model in a harness, with everything that a setup and a budget set."""

    model: str
    setup: str
    harness: str
    profile: Profile
    prompts: Prompts
    prompts_name: str
    sampling: Literal["profile", "harness"]
    budget: Budget
    budget_name: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A model in a harness that cannot be run, with the reason."""

    model: str
    harness: str
    why: str


def choose(
    design: Design, shelf: Shelf, model: str, setup: str, budget: str
) -> Iterator[Choice | Unfit]:
    """What a setup means for a model: one harness, or each of the design's."""
    profile, wanted = shelf.profile(model), design.setups[setup]
    if wanted.harness == "own" and (why := _no_own(profile)):
        preferred = profile.preferred
        yield Unfit(model, preferred.harness if preferred else "own", why)
        return
    for name in _harnesses(design, wanted, profile):
        try:
            yield _choice(design, shelf, model, setup, name, budget)
        except (ProfileError, RunError) as error:
            yield Unfit(model, name, str(error))


def _harnesses(design: Design, setup: Setup, profile: Profile) -> tuple[str, ...]:
    if setup.harness == "each":
        return design.harnesses
    if setup.harness == "common":
        return (design.common,)
    if setup.harness == "own" and profile.preferred:
        return (profile.preferred.harness,)
    return (setup.harness,)


def _no_own(profile: Profile) -> str | None:
    """Why a model has no harness of its own here."""
    if profile.preferred is None:
        known = profile.unknown.get("preferred", "its profile states none")
        return f"No preferred harness of {profile.title} is known ({known})."
    name = profile.preferred.harness
    if not name.endswith(".toml") and name not in names():
        return f"The preferred harness of {profile.title}, {name}, is none that ships with Headway."
    return None


def _choice(design: Design, shelf: Shelf, model: str, setup: str, name: str, budget: str) -> Choice:
    profile, harness, wanted = shelf.profile(model), shelf.harness(name), design.setups[setup]
    profile.common(harness.formats)
    profile = _served(design, model, profile)
    prompts = _prompts(design, wanted, profile)
    for text in TEXTS:
        if getattr(prompts, text) and getattr(harness, text) is None:
            raise RunError(
                f"{harness.title} cannot take the prompts {wanted.prompts!r}: {UNPASSED[text]}"
            )
    limit = design.budgets[budget]
    sampling = wanted.sampling or default_sampling(harness, profile)
    if wanted.sent:
        # Of a harness that keeps its own sampling, nothing else is replaced.
        kept = profile.sampling if sampling == "profile" else Sampling()
        changed = kept.model_copy(update=wanted.sent)
        profile, sampling = profile.model_copy(update={"sampling": changed}), "profile"
    return Choice(
        model, setup, name, profile, prompts, wanted.prompts, sampling,
        asked_budget(limit.limit, limit.weights).at(profile), budget,
    )  # fmt: skip


def _served(design: Design, model: str, profile: Profile) -> Profile:
    if server := design.servers.get(model):
        return profile.at(server)
    if any("{base}" in end.url for end in profile.endpoints.values()):
        raise RunError(f"{profile.title} is served by yourself: say where under [servers].")
    return profile


def _prompts(design: Design, setup: Setup, profile: Profile) -> Prompts:
    if setup.prompts == "harness":
        return Prompts()
    if setup.prompts != "profile":
        return design.prompts[setup.prompts]
    if profile.prompts.system is None and profile.prompts.addition is None:
        known = profile.unknown.get("prompts", "its profile states none")
        raise RunError(f"No prompts of {profile.title} are known ({known}).")
    return profile.prompts
