#!/bin/bash
# Builds main.c as it will be built, runs it on the sample, and counts its instructions.
cd "$(dirname "$0")" || exit 1
gcc -std=c11 -O2 -march=x86-64-v2 -static -o /tmp/program main.c -lm || exit 1
for load in sample/*.in; do
  name=$(basename "$load" .in)
  valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --log-file=/tmp/count \
    /tmp/program < "$load" > /tmp/printed
  if cmp -s /tmp/printed "sample/$name.out"; then said=right; else said=WRONG; fi
  count=$(sed -n 's/.*refs: *//p' /tmp/count)
  echo "$name: $said, $count instructions; as given $(cat "sample/$name.instructions")"
  [ "$said" = right ] || exit 1
done
