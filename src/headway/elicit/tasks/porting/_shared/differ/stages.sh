#!/bin/bash
# The stages one after the other in one container, for Harbor's own runner. This is weaker than
# Headway's: answers and reference are on the machine while the port runs.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
here=$(cd "$(dirname "$0")" && pwd)
export HEADWAY_LANGUAGE=$1 HEADWAY_SEED=${HEADWAY_SEED:-1}
all=$(mktemp -d)
mkdir -p "$all"/{made/open,made/closed,built,outputs,cases} /logs/verifier
HEADWAY_OUT=$all/made bash "$here/prepare.sh" || exit 1
if HEADWAY_OUT=$all/built bash "$here/build.sh"; then
  (cd "$all/cases" && HEADWAY_OPEN=$all/made/open HEADWAY_BUILT=$all/built bash "$here/run.sh") > "$all/outputs/stdout"
fi
cp "$here/score.sh" "$all/made/closed/" && HEADWAY_OUTPUTS=$all/outputs bash "$all/made/closed/score.sh"
