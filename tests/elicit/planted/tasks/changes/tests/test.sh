#!/bin/bash
cmp -s CHANGES.md "$(dirname "$0")/CHANGES.md" && score=1 || score=0
echo "$score" > /logs/verifier/reward.txt
