"""The tests of elicit share a scripted server: ``from tests.elicit.scripted import Scripted``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# pytest imports by file; this makes ``tests`` a package that tests can import from.
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


@pytest.fixture(scope="session")
def harnesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which the tests install harnesses, once for all workers.

    HEADWAY_HARNESSES names a folder that is kept, for those who run these tests often.
    """
    from tests.elicit.harnesses import shelf

    if kept := os.environ.get("HEADWAY_HARNESSES"):
        yield Path(kept)
        return
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or tmp_path_factory.getbasetemp().name
    before = os.environ["XDG_CACHE_HOME"]
    with shelf(session) as folder:
        # The client's cache is shared too: a second worker fetches nothing again.
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        yield folder
    os.environ["XDG_CACHE_HOME"] = before
