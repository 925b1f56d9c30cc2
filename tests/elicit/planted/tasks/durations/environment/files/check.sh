#!/bin/bash
cd "$(dirname "$0")" || exit 2
python3 tests/pytest.py tests
