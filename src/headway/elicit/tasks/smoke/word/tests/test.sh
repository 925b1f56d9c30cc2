#!/bin/bash
# One word, with or without a line break at its end.
if [ "$(tr -d '[:space:]' < answer.txt)" = harbour ]; then score=1; else score=0; fi
echo "answer.txt is $([ -f answer.txt ] && echo there || echo missing), score $score"
echo "$score" > /logs/verifier/reward.txt
