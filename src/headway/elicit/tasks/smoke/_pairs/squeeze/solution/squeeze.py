# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys
from itertools import groupby

for line, run in groupby(text.rstrip("\n") for text in sys.stdin):
    count = len(list(run))
    print(line if count == 1 else f"{line} x{count}")
