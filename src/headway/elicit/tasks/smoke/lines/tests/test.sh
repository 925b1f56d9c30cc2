#!/bin/bash
# The count comes from the pristine copy beside this script: the agent may have changed its own.
wanted=$(wc -l < "$(dirname "$0")/notes.txt")
if [ "$(tr -d '[:space:]' < count.txt)" = "$wanted" ]; then score=1; else score=0; fi
echo "wanted $wanted, score $score"
echo "$score" > /logs/verifier/reward.txt
