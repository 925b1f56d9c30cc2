"""What this machine can run, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.publish.table import prose

__all__ = ["doctor_text"]


def doctor_text(document: Mapping[str, Any]) -> str:
    """The document of ``headway elicit doctor`` as a person reads it: what is well, what to do."""
    sandbox, gateway = document["sandbox"], document["gateway"]
    parts = [
        _part("Sandbox", sandbox["ok"], [f["text"] for f in sandbox["findings"]]),
        _part("Gateway", gateway["ok"], gateway["missing"]),
        "\n".join(["Harnesses:", *(_line(held) for held in document["harnesses"])]),
        _list("Suites", [f"{s['name']} ({s['tasks']} tasks)" for s in document["suites"]]),
        _list("Profiles", [_runs(held) for held in document["profiles"]]),
    ]
    return "\n\n".join(parts)


def _part(name: str, ok: bool, sentences: Sequence[str]) -> str:
    lines = [f"{name}: {'ready' if ok else 'not ready'}."]
    return "\n".join([*lines, *(prose(text, first="  ", rest="    ") for text in sentences)])


def _line(held: Mapping[str, Any]) -> str:
    version = held["version"] or "part of Headway"
    state = "ready" if held["ok"] else "not ready"
    text = f"{held['name']} ({version}; speaks {', '.join(held['formats'])}): {state}."
    return prose(" ".join([text, *held["missing"]]), first="  ", rest="    ")


def _runs(held: Mapping[str, Any]) -> str:
    harnesses = ", ".join(held["harnesses"]) or "no harness"
    return f"{held['name']}: {held['title']}; in {harnesses}"


def _list(name: str, items: Sequence[str]) -> str:
    shown = items or ["none"]
    return "\n".join([f"{name}:", *(prose(item, first="  ", rest="    ") for item in shown)])
