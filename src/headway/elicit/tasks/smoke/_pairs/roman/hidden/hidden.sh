#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
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
try IX 9
try I 1
try IV 4
try XXIX 29
try XC 90
try CDXLIV 444
try CMXCIX 999
try MMMCMXCIX 3999
try MDCCLXXVI 1776
echo "cases that are wrong: $wrong"
[ "$wrong" = 0 ]
