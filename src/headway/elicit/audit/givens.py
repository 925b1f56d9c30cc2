"""Which files are tests that a task gives, as it states them or as test runners know them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

__all__ = ["CONFIGS", "Tests", "named_test"]

CONFIGS = {"conftest.py", "pytest.ini", "tox.ini", ".coveragerc", "jest.config.js", "karma.conf.js",
           "vitest.config.ts", "jest.config.ts", ".mocharc.json", "noxfile.py"}  # fmt: skip
_FOLDERS = {"tests", "test", "__tests__", "spec", "specs"}
_NAMES = re.compile(
    r"test_\w[\w.-]*\.(?:py|sh|js|rb|c|rs|pl)|[\w-]+_tests?\.(?:py|go|rs|c|sh|rb|js|cc|cpp)"
    r"|[\w-]+\.(?:test|spec)\.[cm]?[jt]sx?|(?:run_?)?(?:tests?|checks?|verify)\.(?:sh|py|js|pl|rb)"
    r"|\w+Tests?\.java|.*\.bats"
)


def named_test(path: str) -> bool:
    """Whether a file is a test by its name, or settings of tests, as runners know them.

    In a folder of tests, programs are tests; a table that lies elsewhere and is called
    ``test_data.csv`` is none.
    """
    place = PurePosixPath(path)
    if place.name in CONFIGS or _NAMES.fullmatch(place.name):
        return True
    return bool(_FOLDERS & set(place.parts[:-1]))


@dataclass(frozen=True, slots=True)
class Tests:
    """Paths that a task states as its given tests; none is by their names."""

    stated: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a given file is a test, or settings of tests."""
        if not self.stated:
            return named_test(path)
        place = PurePosixPath(path)
        if place.name in CONFIGS:
            return True
        return any(
            place == PurePosixPath(one)
            or place.is_relative_to(PurePosixPath(one.rstrip("/")))
            or (any(mark in one for mark in "*?[") and place.match(one))
            for one in self.stated
        )
