# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")
from convert import convert

CASES = {
    "4": "IV", "XLII": "42", "0": "error", "1": "I", "8": "VIII", "49": "XLIX", "2421": "MMCDXXI",
    "MCM": "1900", "DCCC": "800", "IC": "error", "4000": "error", "hello": "error",
}
good = 0
for given, wanted in CASES.items():
    try:
        good += convert(given) == wanted
    except Exception:
        pass
print(good / len(CASES))
