#!/bin/bash
# Runs some cases; all is well where it ends with exit code 0.
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
try hello-world 'Hello, world!'
try rope-knot 'Rope & Knot'
try a-b-c ' a  b--c '
try 2026 2026
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
