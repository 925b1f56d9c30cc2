#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
wrong=0
try() { # WANTED INPUT, with \n where a line ends
  wanted=$(printf '%b' "$1")
  got=$(printf '%b' "$2" | python3 squeeze.py 2> /dev/null)
  if [ "$got" != "$wanted" ]; then
    echo "of the input '$2' squeeze.py makes '$got', and should make '$wanted'"
    wrong=$((wrong + 1))
  fi
}
try 'hey\nho\nhey\n' 'hey\nho\nhey\n'
try '' ''
try ' x2\na\n' '\n\na\n'
try 'a\nb\na\n' 'a\nb\na\n'
try ' a\na x2\n' ' a\na\na\n'
try 'x2 x2\n' 'x2\nx2\n'
try 'one\ntwo x4\none\n' 'one\ntwo\ntwo\ntwo\ntwo\none\n'
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
