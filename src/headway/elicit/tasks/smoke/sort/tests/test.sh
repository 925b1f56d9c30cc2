#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# The share of lines that stand where they should: a text sort (-3, -40, 0, 1000, 15 ...) gets some.
touch sorted.txt
paste -d : <(printf '%s\n' -40 -3 0 7 7 8 15 42 99 238 1000) <(tr -d ' \t\r' < sorted.txt) |
  awk -F : '{ if ($1 == $2) good++ } END { printf "%.4f\n", good / NR }' > /logs/verifier/reward.txt
echo "share of lines in place: $(cat /logs/verifier/reward.txt)"
