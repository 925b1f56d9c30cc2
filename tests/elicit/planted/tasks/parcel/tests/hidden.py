# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

sys.path.insert(0, ".")
from parcel.rates import NoRate, price

WANTED = {
    ("0.3", "far", False): 1650, ("2", "near", False): 890, ("2.01", "near", False): 1290,
    ("5", "home", True): 980, ("10", "far", False): 3690, ("10", "far", True): 5540, ("1", "near", True): 1340,
}  # fmt: skip
failed = sum(price(*given) != cents for given, cents in WANTED.items())
for given in (("10.5", "home"), ("1", "mars"), ("0", "home"), ("-1", "far")):
    try:
        price(*given)
        failed += 1
    except NoRate:
        pass
sys.exit(1 if failed else 0)
