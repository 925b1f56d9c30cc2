"""Harnesses in a folder of their own: pinned, checked, hashed, complete or absent."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from headway.elicit import npm, pypi, runtime
from headway.elicit.harness import Harness
from headway.elicit.hashing import tree_hash
from headway.elicit.package import Package
from headway.elicit.platforms import here
from headway.errors import HarnessError

__all__ = ["LOCKS", "Fetched", "Installed", "default_folder", "find", "install", "is_unaltered"]

_NOTE = "headway.json"
# What an installation without a pin leaves, to be put beside the harness's file.
LOCKS = {"npm": "lock.json", "pypi": "lock.txt"}

Accept = Callable[[Harness, str], bool]


class Fetched(BaseModel):
    """One package as the registry named it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    integrity: str | None


class Installed(BaseModel):
    """A harness as it lies on this machine.

    Attributes
    ----------
    harness, version, platform : str
        ``version`` is the pinned one, and what the program said of itself holds it.
    folder : Path
        What is mounted read-only into a sandbox.
    said : str
        What the program printed when it was asked for its version.
    packages : tuple of Fetched
    sha256 : str
        Of the whole tree (:func:`headway.elicit.hashing.tree_hash`).
    day : date
        When it was installed.
    licence_accepted : bool
        Whether somebody accepted its terms; only proprietary ones are asked about.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    harness: str
    version: str
    platform: str
    folder: Path
    said: str
    packages: tuple[Fetched, ...]
    sha256: str
    day: dt.date
    licence_accepted: bool


def default_folder() -> Path:
    """Where harnesses lie unless ``--folder`` says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("headway") / "harnesses"


def find(harness: Harness, folder: Path | None = None) -> Installed | None:
    """The installed harness, or None where it is missing or of another version.

    Its hash is not computed again: :func:`is_unaltered` does that.
    """
    if harness.package is None:
        return None
    place = _place(harness, harness.package, folder)
    try:
        note = json.loads((place / _NOTE).read_text(encoding="utf-8"))
        found = Installed.model_validate({**note, "folder": place})
    except (OSError, ValueError, ValidationError, TypeError):
        return None
    right = (found.harness, found.version) == (harness.name, harness.package.version)
    return found if right and (place / harness.program()).is_file() else None


def is_unaltered(installed: Installed) -> bool:
    """Whether each file still is as it was when it was installed."""
    return tree_hash(installed.folder, without=(_NOTE,)) == installed.sha256


def install(harness: Harness, folder: Path | None = None, *, accept: Accept) -> Installed:
    """Install the pinned version, or return it where it lies unaltered.

    Parameters
    ----------
    harness
        One that has a package.
    folder
        Where harnesses lie, default :func:`default_folder`.
    accept
        Asked about proprietary terms, with their text; False leaves everything as it was.

    Raises
    ------
    HarnessError
        If there is nothing to install, the platform has no package, the terms are not accepted,
        the registry refuses or sends other bytes than the pinned ones, or another version runs.
    """
    package = _package(harness)
    found = find(harness, folder)
    if found and is_unaltered(found):
        return found
    accepted = harness.licence.proprietary
    if accepted and not accept(harness, licence_text(harness)):
        raise HarnessError(
            f"{harness.title} is not free software and was not installed; to accept its terms: "
            f"headway elicit install {harness.name} --accept-licence {harness.name}"
        )
    place = _place(harness, package, folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    making = place.parent / f".{place.name}-{secrets.token_hex(4)}"
    making.mkdir(mode=0o755)
    try:
        _fill(harness, package, making, accepted=accepted)
        _put(making, place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    result = find(harness, folder)
    assert result, "it was just put there"
    return result


def licence_text(harness: Harness) -> str:
    """The terms as the package itself states them; the program is not fetched for that.

    Raises
    ------
    HarnessError
        If the registry refuses, or the package has no such file.
    """
    terms = harness.licence
    with tempfile.TemporaryDirectory(prefix="headway-") as name:
        folder = Path(name)
        npm.fetch(terms.install, folder, _cache("npm"), optional=False)
        try:
            texts = [(folder / path).read_text(encoding="utf-8").strip() for path in terms.files]
        except OSError as error:
            raise HarnessError(
                f"{harness.title} has no licence file {error.filename!r} and was not installed."
            ) from None
    return "\n\n".join(texts)


def _package(harness: Harness) -> Package:
    if harness.package is None:
        raise HarnessError(f"{harness.title} is part of Headway: there is nothing to install.")
    if here() not in harness.package.platforms:
        raise HarnessError(
            f"{harness.title} {harness.package.version} is pinned for "
            f"{', '.join(harness.package.platforms)}, and this machine is {here()}."
        )
    return harness.package


def _fill(harness: Harness, package: Package, folder: Path, *, accepted: bool) -> None:
    """Fetch into a folder that nobody else knows, check, and write the note."""
    packages = [*_runtime(package, folder), *_packages(package, folder)]
    _check_integrity(harness, package, packages)
    said = _version(harness, package, folder)
    note = Installed(
        harness=harness.name,
        version=package.version,
        platform=here(),
        folder=folder,
        said=said,
        packages=tuple(Fetched(**held) for held in packages),
        sha256=tree_hash(folder),
        day=dt.datetime.now(dt.UTC).date(),
        licence_accepted=accepted,
    )
    text = note.model_dump_json(indent=2, exclude={"folder"})
    (folder / _NOTE).write_text(text + "\n", encoding="utf-8")


def _runtime(package: Package, folder: Path) -> list[dict[str, Any]]:
    """Its interpreter; what it is made of is in the hash of the whole tree."""
    if package.runtime is None:
        return []
    name, version = runtime.bring(package.runtime, folder)
    return [{"name": name, "version": version, "integrity": None}]


def _packages(package: Package, folder: Path) -> list[dict[str, Any]]:
    specs = tuple(package.on(text) for text in package.install)
    keep = "" if package.lock or package.integrity else LOCKS[package.registry]
    cache = _cache(package.registry)
    if package.registry == "npm":
        return npm.fetch(specs, folder, cache, lock=package.lock, keep=keep)
    packages = pypi.fetch(package, folder, cache)
    if keep:
        (folder / keep).write_text(pypi.lock_of(packages), encoding="utf-8")
    return packages


def _check_integrity(harness: Harness, package: Package, packages: list[dict[str, Any]]) -> None:
    """A lock is checked by the client itself; without one, the package that is pinned must be."""
    pinned = package.integrity.get(here())
    if pinned and pinned not in {held["integrity"] for held in packages}:
        raise HarnessError(
            f"{harness.title}: the registry sent another package than the pinned one "
            f"({pinned[:20]}...); nothing was installed."
        )


def _version(harness: Harness, package: Package, folder: Path) -> str:
    """What the program says of itself, in an empty home and a cleared environment."""
    places = {"{program}": harness.program(), "{runtime}": harness.runtime()}
    words = [
        str(folder / places[word]) if word in places else word for word in harness.version_command
    ]
    with tempfile.TemporaryDirectory(prefix="headway-") as home:
        try:
            run = subprocess.run(  # noqa: S603 - the program that was just checked
                words,
                cwd=home,
                env={"HOME": home, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=120,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HarnessError(f"{harness.title} does not run on this machine: {error}.") from None
    said = run.stdout.strip() or run.stderr.strip()
    if not re.search(rf"(?<![\w.]){re.escape(package.version)}(?![\w.])", said):
        what = said or f"nothing, and exited {run.returncode}"
        raise HarnessError(
            f"{harness.title} {package.version} was to be installed, but the program says "
            f"{what[:200]!r}; nothing was installed."
        )
    return said


def _put(making: Path, place: Path) -> None:
    """Move a complete folder to its place, over whatever is there."""
    if place.exists():
        old = place.parent / f".{place.name}-{secrets.token_hex(4)}"
        place.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    making.rename(place)


def _place(harness: Harness, package: Package, folder: Path | None) -> Path:
    shelf = (folder or default_folder()).absolute()
    return shelf / f"{harness.name}-{package.version}-{here()}"


def _cache(registry: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("headway") / registry
