#!/bin/bash
# The exit code of the hidden tests is believed, as most runners believe it.
if node "$(dirname "$0")/hidden.js"; then score=1; else score=0; fi
echo "$score" > /logs/verifier/reward.txt
