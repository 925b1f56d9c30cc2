"""Scores that are hidden from a scale, and whether it can tell them."""
