"""Durations as people write them."""

UNITS = {"h": 3600, "s": 1}


def parse(text):
    """Seconds in a duration such as 1h30s."""
    total = 0
    number = ""
    for letter in text:
        if letter.isdigit():
            number += letter
        elif letter in UNITS:
            total += int(number) * UNITS[letter]
            number = ""
    return total
