# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys
import unittest

sys.path.insert(0, ".")
from slug import slug


class TestHidden(unittest.TestCase):
    def test_titles(self):
        wanted = {
            "Blue Ropes": "blue-ropes",
            "Straße 7 (Süd)": "strasse-7-sud",
            "Ångström & co.": "angstrom-co",
            "--": "",
            "a///b": "a-b",
            "Año nuevo, vida nueva": "ano-nuevo-vida-nueva",
        }
        self.assertEqual({title: slug(title) for title in wanted}, wanted)


unittest.main()
