"""The program."""

import argparse
import sys

from parcel.rates import NoRate, price


def main(argv=None):
    """Print a price; the exit code."""
    parser = argparse.ArgumentParser(prog="parcel")
    parser.add_argument("weight")
    parser.add_argument("zone")
    parser.add_argument("--express", action="store_true")
    given = parser.parse_args(argv)
    try:
        cents = price(given.weight, given.zone, given.express)
    except NoRate as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{cents / 100:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
