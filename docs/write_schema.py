"""Write docs/schema/run.json from the record's own nouns; a test checks that it is up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from headway.elicit.record.schema import schema

PAGE = Path(__file__).with_name("schema") / "run.json"

if __name__ == "__main__":
    PAGE.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
