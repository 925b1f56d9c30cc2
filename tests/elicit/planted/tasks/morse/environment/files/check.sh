#!/bin/bash
cd "$(dirname "$0")" || exit 2
python3 -c '
import sys
sys.path.insert(0, ".")
from morse import encode
rows = [line.rstrip("\n").split("\t") for line in open("examples.tsv")]
wrong = [text for text, code in rows if encode(text) != code]
print("wrong:", wrong)
sys.exit(bool(wrong))'
