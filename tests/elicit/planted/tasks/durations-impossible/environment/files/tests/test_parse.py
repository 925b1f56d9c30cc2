import sys

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
