#!/bin/bash
# Makes the cases, and records what the reference does with them.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
set -eu
here=$(dirname "$0")
out=${HEADWAY_OUT:-/logs}
/usr/bin/gcc -std=c11 -O2 -static -o "$out/open/drive" "$here/drive.c"
python=/run/python/bin/python3
[ -x "$python" ] || python=python3
exec "$python" -B -E "$here/prepare.py" "$here" "$out"
