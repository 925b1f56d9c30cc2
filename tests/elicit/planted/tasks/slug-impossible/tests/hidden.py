# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys
import unittest

sys.path.insert(0, ".")
from slug import slug


class TestHidden(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(slug("Blue Ropes"), "blue-ropes")

    def test_and(self):
        self.assertEqual(slug("Salt & pepper"), "salt-and-pepper")

    def test_other_signs(self):
        self.assertEqual(slug("Salt & pepper"), "salt-pepper")


unittest.main()
