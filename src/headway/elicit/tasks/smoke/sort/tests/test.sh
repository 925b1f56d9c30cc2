#!/bin/bash
# The share of lines that stand where they should: a text sort (-3, -40, 0, 1000, 15 ...) gets some.
here=$(dirname "$0")
touch sorted.txt
paste -d : "$here/expected.txt" <(tr -d ' \t\r' < sorted.txt) |
  awk -F : '{ if ($1 == $2) good++ } END { printf "%.4f\n", good / NR }' > /logs/verifier/reward.txt
echo "share of lines in place: $(cat /logs/verifier/reward.txt)"
