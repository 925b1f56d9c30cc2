#!/bin/bash
cd "$(dirname "$0")" || exit 2
PYTHONPATH=. python3 tests/test_parse.py
