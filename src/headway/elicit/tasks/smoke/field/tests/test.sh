#!/bin/bash
if [ "$(tr -d '[:space:]' < city.txt)" = Turku ]; then score=1; else score=0; fi
echo "score $score"
printf '{"reward": %s}\n' "$score" > /logs/verifier/reward.json
