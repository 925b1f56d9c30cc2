"""Write docs/schema/run.json and trajectory.json from their nouns; tests check that they hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from headway.elicit.record.schema import TITLES, schema

FOLDER = Path(__file__).with_name("schema")

if __name__ == "__main__":
    for name in TITLES:
        page = FOLDER / f"{name}.json"
        page.write_text(json.dumps(schema(name), indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"wrote {page}\n")
