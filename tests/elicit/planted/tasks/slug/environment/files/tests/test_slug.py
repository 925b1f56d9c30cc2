import unittest

from slug import slug


class TestSlug(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(slug("Blue Ropes"), "blue-ropes")

    def test_ends(self):
        self.assertEqual(slug("  The lamp! "), "the-lamp")

    def test_one_dash(self):
        self.assertEqual(slug("Tide -- and wind"), "tide-and-wind")

    def test_accents(self):
        self.assertEqual(slug("Crème brûlée"), "creme-brulee")
