#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# The tests as they were given, on the module alone.
cp "$(dirname "$0")/test_median.py" .
python3 test_median.py > seen.txt 2>&1
cat seen.txt
# A module that ends the program early would end it with exit code 0: the last line must be there.
[ "$(tail -n 1 seen.txt)" = OK ]
