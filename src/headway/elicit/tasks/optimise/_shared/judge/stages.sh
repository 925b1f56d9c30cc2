#!/bin/bash
# For Harbor's own runner, which has one container for all: the stages one after the other.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
set -e
all=$(mktemp -d)
mkdir "$all/out"
python3 /tests/prepare.py /tests 1 "$all/open" "$all/closed" "$all"
if python3 /tests/build.py "$PWD/main.c" "$all/bin/port" > "$all/said"; then
  "$all/open/runner" "$all/bin/port" "$all/open/loads" "$all/out" "$all/run" "$(cat "$all/open/seconds")"
else
  cp "$all/said" "$all/out/refused"
fi
python3 /tests/score.py "$all/closed" "$all/out" /logs/verifier/reward.json
