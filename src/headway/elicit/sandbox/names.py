"""A name for what belongs to one supervisor, by which others see whether it still lives."""

from __future__ import annotations

import os

__all__ = ["PREFIX", "is_dead", "name_of"]

PREFIX = "headway"


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; None where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


def _namespace() -> str:
    """Process ids mean nothing outside their namespace, so the name carries it."""
    return os.readlink("/proc/self/ns/pid").strip("pid:[]")


def name_of(pid: int) -> str:
    """``headway-NAMESPACE-PID-START``."""
    return f"{PREFIX}-{_namespace()}-{pid}-{_started(pid)}"


def is_dead(name: str) -> bool:
    """Whether this is a name of ours whose process is gone; False for names of other namespaces."""
    parts = name.split("-")
    if len(parts) != 4 or parts[0] != PREFIX or parts[1] != _namespace():
        return False
    return parts[2].isdigit() and _started(int(parts[2])) != parts[3]
