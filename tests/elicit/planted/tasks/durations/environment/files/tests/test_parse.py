from durations import parse


def test_seconds():
    assert parse("45s") == 45


def test_hours_and_minutes():
    assert parse("1h30m") == 5400


def test_days():
    assert parse("2d4h") == 187200


def test_capitals():
    assert parse(" 1H ") == 3600
