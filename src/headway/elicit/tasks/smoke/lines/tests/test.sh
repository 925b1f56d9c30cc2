#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# The count is stated here, and not made: the agent may have changed its file.
if [ "$(tr -d '[:space:]' < count.txt)" = 14 ]; then score=1; else score=0; fi
echo "score $score"
echo "$score" > /logs/verifier/reward.txt
