import unittest

from parcel.rates import NoRate, price


class TestRates(unittest.TestCase):
    def test_light(self):
        self.assertEqual(price("1.5", "home"), 450)

    def test_ends_of_bands(self):
        self.assertEqual(price("2", "home"), 450)
        self.assertEqual(price("5", "far"), 2450)

    def test_express(self):
        self.assertEqual(price("1", "home", express=True), 680)

    def test_too_heavy(self):
        with self.assertRaises(NoRate):
            price("11", "near")
