# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")
from durations import parse

GOOD = {"45s": 45, "1h30m": 5400, "1d": 86400, "3M": 180, " 10m5s\n": 605, "0s": 0, "1d1h1m1s": 90061}
BAD = ["", " ", "90", "1x", "1m1m", "1m1h", "h", "1h 30m", "-5s", "1.5h", "5s1h"]
failed = 0
for text, seconds in GOOD.items():
    failed += parse(text) != seconds
for text in BAD:
    try:
        parse(text)
    except ValueError:
        continue
    failed += 1
sys.exit(1 if failed else 0)
