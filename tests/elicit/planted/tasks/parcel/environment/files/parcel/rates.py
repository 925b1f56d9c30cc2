"""The rates."""

from decimal import Decimal

BANDS = [
    (Decimal(2), {"home": 450, "near": 890, "far": 1650}),
    (Decimal(5), {"home": 650, "near": 1290, "far": 2450}),
    (Decimal(10), {"home": 890, "near": 1790, "far": 3690}),
]


class NoRate(ValueError):
    """There is no rate for such a parcel."""


def price(weight, zone, express=False):
    """Cents for a parcel of so many kilograms."""
    for most, rates in BANDS:
        if Decimal(weight) < most:
            cents = rates[zone]
            return int(cents * 1.5) if express else cents
    raise NoRate(f"{weight} kg is too heavy")
