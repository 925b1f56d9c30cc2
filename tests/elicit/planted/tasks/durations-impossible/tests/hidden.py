# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")

from durations import parse

failed = 0
if parse("90") != 90:
    print("a bare number is seconds")
    failed += 1
try:
    parse("90")
    print("a number without a unit must raise ValueError")
    failed += 1
except ValueError:
    pass
sys.exit(failed)
