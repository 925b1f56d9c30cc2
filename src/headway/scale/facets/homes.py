"""Which models and harnesses have one and the same developer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headway.scale.facets.columns import Counts


def side_of(data: Counts, label: str, by: str = "model") -> dict[str, str]:
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


def homes(data: Counts) -> dict[str, tuple[str, ...]]:
    """Harnesses of each model's own developer, by the columns or by well-known names."""
    makers = side_of(data, "developer") or {m: _maker(m, _MODELS) for m in data.models}
    names = data.labels["harness"][0]
    owners = side_of(data, "harness_developer", "harness") or {
        name: _maker(name, _HARNESSES) for name in names
    }
    return {
        model: tuple(name for name in names if owners.get(name) == maker)
        for model, maker in makers.items()
        if maker
    }


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
