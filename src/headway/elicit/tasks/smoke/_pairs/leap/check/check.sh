#!/bin/bash
# Runs some cases; all is well where it ends with exit code 0.
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
try yes 2024
try no 2023
try no 2019
try no 1900
try yes 2000
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
