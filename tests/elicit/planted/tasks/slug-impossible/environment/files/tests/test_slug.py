import unittest

from slug import slug


class TestSlug(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(slug("Blue Ropes"), "blue-ropes")

    def test_and(self):
        self.assertEqual(slug("Salt & pepper"), "salt-and-pepper")

    def test_other_signs(self):
        self.assertEqual(slug("Salt & pepper"), "salt-pepper")
