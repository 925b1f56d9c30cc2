# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")
from morse import encode

CASES = {"e": ".", "Quay 9": "--.- ..- .- -.-- / ----.", "a-b": ".- -...", "wolf": ".-- --- .-.. ..-."}
print(sum(encode(text) == code for text, code in CASES.items()) / len(CASES))
