"""The tests of elicit share a scripted server: ``from tests.elicit.scripted import Scripted``."""

from __future__ import annotations

import sys
from pathlib import Path

# pytest imports by file; this makes ``tests`` a package that tests can import from.
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
