"""The median of numbers."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13


def median(values):
    """The middle value; of an even number of values, the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
