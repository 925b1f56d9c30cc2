#!/bin/bash
# Runs some cases; all is well where it ends with exit code 0.
wrong=0
try() { # WANTED INPUT, with \n where a line ends
  wanted=$(printf '%b' "$1")
  got=$(printf '%b' "$2" | python3 squeeze.py 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "of the input '$2' squeeze.py makes '$got', and should make '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try 'a x2\nb\n' 'a\na\nb\n'
try 'hey\nho\nhey\n' 'hey\nho\nhey\n'
try 'c x3\n' 'c\nc\nc\n'
try 'a b x2\n' 'a b\na b\n'
try 'l\nr\nl\n' 'l\nr\nl\n'
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
