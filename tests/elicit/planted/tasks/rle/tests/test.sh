#!/bin/bash
# The exit code of the hidden tests is believed, as most runners believe it.
here=$(dirname "$0")
scratch=$(mktemp -d)
gcc -std=c11 -O1 -I. -o "$scratch/hidden" "$here/hidden.c" rle.c && "$scratch/hidden" && score=1 || score=0
echo "$score" > /logs/verifier/reward.txt
