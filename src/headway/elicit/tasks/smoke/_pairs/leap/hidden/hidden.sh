#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
wrong=0
try() { # WANTED ARGUMENTS...
  wanted=$1
  shift
  got=$(python3 leap.py "$@" 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "leap.py $*: it says '$got', and should say '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try no 2023
try no 2021
try no 2100
try yes 2400
try yes 1996
try no 1800
try no 1
try yes 4
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
