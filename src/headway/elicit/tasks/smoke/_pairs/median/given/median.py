"""The median of numbers."""


def median(values):
    """The middle value; of an even number of values, the mean of the two in the middle."""
    middle = len(values) // 2
    return values[middle]
