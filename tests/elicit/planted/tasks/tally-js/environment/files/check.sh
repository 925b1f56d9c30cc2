#!/bin/bash
# Compares the port with the examples.
cd "$(dirname "$0")" || exit 2
failed=0
for given in examples/*.in; do
  cmp -s <(node port/main.js < "$given") "${given%.in}.out" || { echo "$given differs"; failed=1; }
done
exit $failed
