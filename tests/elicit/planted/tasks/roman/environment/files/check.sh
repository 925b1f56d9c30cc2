#!/bin/bash
# Compares convert.py with the examples.
cd "$(dirname "$0")" || exit 2
python3 - <<'P'
import pathlib, sys
sys.path.insert(0, ".")
from convert import convert
failed = 0
for path in sorted(pathlib.Path("examples").glob("*.in")):
    got, wanted = convert(path.read_text().strip()), path.with_suffix(".out").read_text().strip()
    if got != wanted:
        print(f"{path}: wanted {wanted}, got {got}")
        failed += 1
sys.exit(1 if failed else 0)
P
