"""What this machine can run: sandbox, gateway, harnesses, suites and profiles."""

from __future__ import annotations

import importlib.util
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headway.elicit import harness as shelf
from headway.elicit import profile
from headway.elicit.harness import Harness
from headway.elicit.install import find
from headway.elicit.platforms import here
from headway.elicit.runtime import find_python
from headway.elicit.sandbox import check
from headway.elicit.task import shipped, suites

__all__ = ["doctor"]


def doctor(folder: Path | None = None) -> dict[str, Any]:
    """Look at everything that a run needs; nothing is changed and nothing is fetched.

    Parameters
    ----------
    folder
        Where harnesses lie, default :func:`headway.elicit.install.default_folder`.

    Returns
    -------
    dict
        ``{sandbox, gateway, harnesses, suites, profiles}`` as in ``docs/schema/doctor.json``.
        ``missing`` always is a list of sentences, empty where all is well.
    """
    return {
        "sandbox": _sandbox(),
        "gateway": _gateway(),
        "harnesses": [_harness(shelf.load(name), folder) for name in shelf.names()],
        "suites": _suites(),
        "profiles": [_profile(name) for name in profile.names()],
    }


def _sandbox() -> dict[str, Any]:
    found = check()
    return {
        "ok": all(finding.ok for finding in found if finding.needed),
        "missing": [finding.text for finding in found if finding.needed and not finding.ok],
        "findings": [asdict(finding) for finding in found],
    }


def _gateway() -> dict[str, Any]:
    """The gateway needs two libraries; importing them would take longer than looking for them."""
    lacks = [name for name in ("aiohttp", "zstandard") if importlib.util.find_spec(name) is None]
    missing = [f"{name} is not installed: pip install 'headway[elicit]'." for name in lacks]
    return {"ok": not missing, "missing": missing}


def _harness(harness: Harness, folder: Path | None) -> dict[str, Any]:
    package = harness.package
    missing = []
    if package and here() not in package.platforms:
        missing.append(f"There is no package for {here()}: {', '.join(package.platforms)}.")
    elif package and find(harness, folder) is None:
        needs = package.runtime
        if needs and needs.kind == "python" and find_python(needs) is None:
            missing.append(f"It needs {needs}, and none was found on the path, of pyenv or of uv.")
        missing.append(
            f"Not installed ({package.megabytes} MB): headway elicit install {harness.name}"
        )
    return {
        "name": harness.name,
        "version": package.version if package else None,
        "installed": not missing,
        "ok": not missing,
        "missing": missing,
        "formats": list(harness.formats),
        "proprietary": harness.licence.proprietary,
    }


def _suites() -> list[dict[str, Any]]:
    return [{"name": suite, "tasks": len(shipped(suite))} for suite in suites()]


def _profile(name: str) -> dict[str, Any]:
    """Harnesses that share a wire format with the model: those that it can run in."""
    held = profile.load(name)
    ready = [
        other
        for other in shelf.names()
        if any(format_ in held.endpoints for format_ in shelf.load(other).formats)
    ]
    return {"name": name, "title": held.title, "formats": list(held.endpoints), "harnesses": ready}
