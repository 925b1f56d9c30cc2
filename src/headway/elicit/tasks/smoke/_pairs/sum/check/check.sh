#!/bin/bash
# Runs some cases; all is well where it ends with exit code 0.
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
try 5 2 3
try 4 2 2
try 0 -7 7
try 1000 999 1
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
