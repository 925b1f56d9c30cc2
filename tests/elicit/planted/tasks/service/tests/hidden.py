# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")
from status import answer

good = answer("/health")[0] == 200 and answer("/health")[1].strip() == "ok"
good = good and answer("/x")[0] == 404 and "seven" in answer("/")[1]
sys.exit(0 if good else 1)
