"""The JSON schemas of ``run.json`` and of trajectories, from their own nouns."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from headway.elicit.record.model import Run
from headway.elicit.transcript.trajectory import Trajectory

__all__ = ["TITLES", "schema"]

TITLES = {
    "run": "run.json of a run; headway elicit run --json and headway elicit show --json",
    "trajectory": "all requests of a run in one form; headway elicit show --trajectory --json",
}


def schema(name: str = "run") -> dict[str, Any]:
    """What docs/schema/NAME.json holds; ``python docs/write_schema.py`` writes it."""
    nouns = {"run": Run, "trajectory": Trajectory}
    found = _plain(TypeAdapter(nouns[name]).json_schema(mode="serialization"))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://headway.invalid/schema/{name}.json",
        "title": TITLES[name],
    }
    return {**head, **found}


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    """Without titles, and with the first sentence of each description on one line."""
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key in {"properties", "$defs"}:
            kept[key] = {name: _plain(part) for name, part in value.items()}
        elif key == "description":
            kept[key] = " ".join(value.split("\n\n")[0].split())
        elif key != "title":
            kept[key] = _inner(value)
    if "properties" in kept:
        kept.setdefault("additionalProperties", False)
    return kept


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return [_inner(item) for item in value] if isinstance(value, list) else value
