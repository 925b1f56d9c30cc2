import unittest

from median import median


class TestMedian(unittest.TestCase):
    def test_odd(self):
        self.assertEqual(median([3, 1, 2]), 2)

    def test_even(self):
        self.assertEqual(median([4, 1, 3, 2]), 2.5)

    def test_one(self):
        self.assertEqual(median([7]), 7)

    def test_even_lower(self):
        self.assertEqual(median([4, 1, 3, 2]), 2)


if __name__ == "__main__":
    unittest.main()
