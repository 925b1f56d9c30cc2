"""Answers kept on disk, by the evidence, the recipe and the code that made them.

Safe to delete at any time. Never stale: every byte that an answer depends on is in its key.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import headway

LIBRARIES = ("numpy", "pydantic")


def folder() -> Path:
    """Where answers are kept: ``HEADWAY_CACHE``, or the user's cache folder."""
    named = os.environ.get("HEADWAY_CACHE")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("headway")


def key(snapshot: str, recipe: str, own: bool) -> str:
    """The name of an answer: 32 hex digits."""
    parts = (snapshot, recipe, str(own), _code(), *(f"{n} {version(n)}" for n in LIBRARIES))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def _code() -> str:
    """A digest of the package's own source."""
    root = Path(headway.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def get(name: str) -> str | None:
    """The text kept under a name; None where there is none."""
    try:
        return (folder() / f"{name}.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def put(name: str, text: str) -> None:
    """Keep a text. A cache that cannot be written is no reason to withhold the answer."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=folder(), suffix=".part", delete=False
        ) as file:
            file.write(text)
        Path(file.name).replace(folder() / f"{name}.json")
    except OSError:
        return
