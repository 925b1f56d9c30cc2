"""Foreign tables to ledgers, one file per format."""

from __future__ import annotations

from headway.sources.store import import_table
from headway.sources.tidy import read_table

__all__ = ["import_table", "read_table"]
