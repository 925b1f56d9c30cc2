#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
wrong=0
try() { # WANTED ARGUMENTS...
  wanted=$1
  shift
  got=$(python3 -c 'import sys; from median import median; print(float(median([float(v) for v in sys.argv[1:]])))' "$@" 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "median.py $*: it says '$got', and should say '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try 2.5 4 1 3 2
try 2.0 3 1 2
try 5.0 9 5 1 7 3
try -1.5 -1 -2
try 0.5 1 0
try 10.0 10 10 10 10
try 3.0 8 3 2
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
