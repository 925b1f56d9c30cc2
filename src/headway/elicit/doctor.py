"""What this machine can run: sandbox, gateway, harnesses, suites and profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["doctor"]


def doctor(folder: Path | None = None) -> dict[str, Any]:
    """``{sandbox, gateway, harnesses, suites, profiles}``, as ``docs/schema/doctor.json``."""
