"""PyPI through pip, into the Python that lies in a harness's folder."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from headway.elicit.client import ask
from headway.elicit.package import Package
from headway.errors import HarnessError, MissingExtraError

__all__ = ["fetch", "lock_of"]

# What of the user's environment reaches the client: how the network is reached, and nothing else.
_KEPT = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
    *("PIP_CERT", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"),
)
# Only packages that are built already: building one would run a script of it.
_FLAGS = (
    *("--quiet", "--only-binary=:all:", "--no-compile", "--no-input", "--no-warn-script-location"),
    *("--disable-pip-version-check", "--root-user-action=ignore", "--retries=2"),
)


def fetch(package: Package, folder: Path, cache: Path) -> list[dict[str, Any]]:
    """Put packages into the Python at ``folder/runtime``; no script of theirs is run.

    Returns
    -------
    list of dict
        Name, version and SHA-256 of each package, by name; no addresses.

    Raises
    ------
    HarnessError
        If the registry refuses, cannot be reached, or sends other bytes than the pinned ones.
    MissingExtraError
        If this Python has no pip.
    """
    assert package.runtime
    if importlib.util.find_spec("pip") is None:
        raise MissingExtraError(
            "Harnesses from PyPI need pip beside Headway: python -m ensurepip, or your installer's "
            "way to add the package pip."
        )
    python = folder / package.runtime.program
    with tempfile.TemporaryDirectory(prefix="headway-") as name:
        report = Path(name, "report.json")
        run = _pip(package, python, report, cache)
        if run.returncode:
            what = " ".join(package.install)
            raise HarnessError(f"pip could not install {what}: {_reason(run.stderr)}.")
        document = json.loads(report.read_text(encoding="utf-8"))
    _tidy(folder, python)
    held = [
        {
            "name": item["metadata"]["name"],
            "version": item["metadata"]["version"],
            "integrity": _hash(item["download_info"]),
        }
        for item in document["install"]
    ]
    return sorted(held, key=lambda item: str(item["name"]).lower())


def lock_of(packages: list[dict[str, Any]]) -> str:
    """Requirements with hashes, as pip reads them."""
    lines = [f"{p['name']}=={p['version']} --hash={p['integrity']}" for p in packages]
    return "\n".join([*lines, ""])


def _pip(
    package: Package, python: Path, report: Path, cache: Path
) -> subprocess.CompletedProcess[str]:
    words: list[str] = list(package.install)
    if package.lock:
        requirements = report.with_name("requirements.txt")
        requirements.write_text(package.lock, encoding="utf-8")
        words = ["--no-deps", "--require-hashes", "--requirement", str(requirements)]
    cache.mkdir(parents=True, exist_ok=True)
    words = ["--report", str(report), *words]
    argv = [sys.executable, "-m", "pip", "--python", str(python), "install", *_FLAGS, *words]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(report.parent), "PIP_CACHE_DIR": str(cache)}
    return ask("pip", argv, report.parent, _KEPT, env)


def _tidy(folder: Path, python: Path) -> None:
    """Leave nothing that hangs on where and when it was installed, and compile what came.

    The programs that packages bring name the Python that they were installed for, which is moved
    afterwards: they are removed, and harnesses are started as modules.
    """
    for path in python.parent.iterdir():
        if path != python:
            path.unlink()
    for record in folder.glob("runtime/lib/python*/site-packages/*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("../../../bin/")]
        record.write_text("".join(kept), encoding="utf-8")
    # The sandbox cannot write there, and without this each start would compile everything again.
    words = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    (packages,) = folder.glob("runtime/lib/python*/site-packages")
    subprocess.run(  # noqa: S603 - some packages bring files that are no Python: that is no error
        [python, "-I", *words, "-s", folder, packages],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _hash(download: dict[str, Any]) -> str | None:
    found = (download.get("archive_info") or {}).get("hashes") or {}
    return f"sha256:{found['sha256']}" if "sha256" in found else None


def _reason(errors: str) -> str:
    """The client's own words, in one line, without addresses."""
    lines = [line.removeprefix("ERROR: ").strip() for line in errors.splitlines()]
    said = next((line for line in lines if line and not line.startswith("WARNING")), "")
    said = re.sub(r"\s*\(from versions: .*\)|\S+://\S+", "", said or "it gave no reason")
    return said[:300].rstrip(".: ")
