"""The JSON schema of ``run.json``, from the record's own nouns."""

from __future__ import annotations

from typing import Any

from headway.elicit.record.model import Run

__all__ = ["schema"]


def schema() -> dict[str, Any]:
    """What docs/schema/run.json holds; ``python docs/write_schema.py`` writes it."""
    found = _plain(Run.model_json_schema(mode="serialization"))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://headway.invalid/schema/run.json",
        "title": "run.json of a run; headway elicit run --json and headway elicit show --json",
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
    return kept


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return [_inner(item) for item in value] if isinstance(value, list) else value
