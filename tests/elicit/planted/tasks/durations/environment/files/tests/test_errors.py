import pytest
from durations import parse


def test_bare_number():
    with pytest.raises(ValueError):
        parse("90")


def test_order():
    with pytest.raises(ValueError):
        parse("5s1h")
