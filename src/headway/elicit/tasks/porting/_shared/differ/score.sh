#!/bin/bash
# Compares what the port did with what the reference did.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
set -eu
here=$(dirname "$0")
python=/run/python/bin/python3
[ -x "$python" ] || python=python3
exec "$python" -B -E "$here/score.py" "$here/answers.json" "${HEADWAY_OUTPUTS:-/outputs}/stdout" /logs/verifier
