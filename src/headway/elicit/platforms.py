"""Names of this machine, as package registries give them."""

from __future__ import annotations

import platform
import sys

__all__ = ["here", "triple"]

_ARCH = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_TRIPLES = {"linux-x64": "x86_64-unknown-linux-musl", "linux-arm64": "aarch64-unknown-linux-musl"}


def here() -> str:
    """Name of this machine, such as ``linux-x64``."""
    machine = platform.machine().lower()
    return f"{sys.platform}-{_ARCH.get(machine, machine)}"


def triple(name: str) -> str:
    """The name that compilers give a platform, such as ``x86_64-unknown-linux-musl``."""
    return _TRIPLES.get(name, name)
