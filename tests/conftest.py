"""What all tests share: the data folder, a private cache, a way to run the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

REPO = Path(__file__).resolve().parents[1]

# The same examples on every run; HEADWAY_SEARCH=1 looks for new ones.
settings.register_profile(
    "headway", deadline=None, derandomize="HEADWAY_SEARCH" not in os.environ, print_blob=True
)
settings.load_profile("headway")


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published data sets that some tests compare with."""
    folder = Path(os.environ.get("HEADWAY_SHARED", REPO.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no published data sets at {folder}: set HEADWAY_SHARED to their folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the tests away from the user's own cache and ledger store."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(folder / name)
    os.environ["HEADWAY_CACHE"] = str(folder / "answers")
    return folder


@pytest.fixture(scope="session")
def headway() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program in a process of its own, as a person would, and return what it did."""

    def run(*args: object, env: dict[str, str] | None = None, timeout: float = 120):
        return subprocess.run(
            [sys.executable, "-m", "headway", *map(str, args)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
        )

    return run
