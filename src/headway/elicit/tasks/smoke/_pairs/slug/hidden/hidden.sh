#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
wrong=0
try() { # WANTED ARGUMENTS...
  wanted=$1
  shift
  got=$(python3 slug.py "$@" 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "slug.py $*: it says '$got', and should say '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try rope-knot 'Rope & Knot'
try '' '--'
try x-1-y 'X_1.y'
try salt-and-light 'Salt (and) Light'
try q 'Q?'
try a-b 'A & B'
try 3-14 '3.14'
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
