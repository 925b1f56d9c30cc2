#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
wrong=0
try() { # WANTED ARGUMENTS...
  wanted=$1
  shift
  got=$(bash sum.sh "$@" 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "sum.sh $*: it says '$got', and should say '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try 4 2 2
try 4 1 3
try 46 12 34
try -9 -4 -5
try 0 0 0
try 123456789 123456000 789
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
