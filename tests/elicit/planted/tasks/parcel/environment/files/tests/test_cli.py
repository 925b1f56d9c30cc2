import contextlib
import io
import unittest

from parcel.cli import main


class TestProgram(unittest.TestCase):
    def test_price(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main(["4", "near"])
        self.assertEqual((code, out.getvalue()), (0, "12.90\n"))

    def test_zone_that_is_not_known(self):
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(main(["1", "moon"]), 2)
