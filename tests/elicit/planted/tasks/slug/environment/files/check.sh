#!/bin/bash
# Runs the given tests.
cd "$(dirname "$0")" || exit 2
python3 -m unittest -q tests/test_slug.py
