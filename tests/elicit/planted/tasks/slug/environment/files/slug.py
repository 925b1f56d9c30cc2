"""Slugs of titles."""


def slug(title):
    """The last part of an address."""
    kept = []
    for letter in title.lower():
        if letter.isalnum():
            kept.append(letter)
        else:
            kept.append("-")
    return "".join(kept).strip("-")
