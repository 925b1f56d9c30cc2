#!/bin/bash
# Runs some cases; all is well where it ends with exit code 0.
wrong=0
try() { # WANTED ARGUMENTS...
  wanted=$1
  shift
  got=$(python3 roman.py "$@" 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "roman.py $*: it says '$got', and should say '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try III 3
try IX 9
try XIX 19
try XLII 42
try MMXXVI 2026
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
