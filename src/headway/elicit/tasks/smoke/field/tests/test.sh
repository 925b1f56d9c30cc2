#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# White space aside.
if [ "$(tr -d '[:space:]' < city.txt)" = Turku ]; then score=1; else score=0; fi
echo "score $score"
printf '{"reward": %s}\n' "$score" > /logs/verifier/reward.json
