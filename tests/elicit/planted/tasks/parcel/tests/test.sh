#!/bin/bash
# The exit code of the hidden tests is believed, as most runners believe it.
if python3 "$(dirname "$0")/hidden.py"; then score=1; else score=0; fi
echo "$score" > /logs/verifier/reward.txt
