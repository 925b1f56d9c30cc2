"""What the gateway changes in a request, and what the harness asked for before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from headway.elicit import profile as profiles
from headway.elicit.gateway.document import Document
from headway.elicit.gateway.formats import Rules

__all__ = ["NAMES", "Changes", "sampling_of", "set_model", "set_sampling", "show_usage"]

NAMES: tuple[Literal["temperature", "top_p", "max_tokens", "effort"], ...] = (
    "temperature",
    "top_p",
    "max_tokens",
    "effort",
)


@dataclass(slots=True)
class Changes:
    """Every change of one request, each with what was there before; and whether usage is hidden."""

    made: list[dict[str, Any]] = field(default_factory=list)
    hide_usage: bool = False

    def note(self, what: str, before: Any, after: Any) -> None:
        """Add a change, unless it is none."""
        if before != after:
            self.made.append({"what": what, "from": before, "to": after})


def sampling_of(document: Document, rules: Rules) -> dict[str, Any]:
    """The sampling that a request states, by our names; None where it states nothing."""
    return {name: document.get(_path(document, getattr(rules.sampling, name))) for name in NAMES}


def _path(document: Document, paths: tuple[str, ...]) -> str:
    """The alternative in force: the one that is there, else one whose parent is, else the last."""
    for path in paths:
        if document.get(path) is not None:
            return path
    for path in paths:
        if "." in path and path.partition(".")[0] in document.members:
            return path
    return paths[-1]


def set_model(document: Document, model: str, changes: Changes) -> None:
    """Name the model as the server knows it; nothing where the path names it instead."""
    before = document.members.get("model")
    if before is not None and before != model:
        document.put("model", model)
        changes.note("model", before, model)


def set_sampling(
    document: Document, rules: Rules, wanted: profiles.Sampling, changes: Changes
) -> None:
    """Put a profile's sampling in place of the harness's; values that it leaves open stay."""
    for name in NAMES:
        value = getattr(wanted, name)
        path = _path(document, getattr(rules.sampling, name))
        before = document.get(path)
        if value is not None and before != value:
            document.put(path, value)
            changes.note(path, before, value)


def show_usage(document: Document, changes: Changes) -> None:
    """Ask for the usage of a stream of chat completions where the harness did not say.

    The chunk that this adds (with no choices) is hidden from the harness.
    """
    if document.members.get("stream") is not True:
        return
    if document.get("stream_options.include_usage") is None:
        document.put("stream_options.include_usage", True)
        changes.note("stream_options.include_usage", None, True)
        changes.hide_usage = True
