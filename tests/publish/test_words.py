"""Numbers and groups in words."""

from __future__ import annotations

from datetime import date

import pytest

from headway.gap.result import Interval
from headway.publish.words import clean, day, distance, group, interval, number, says, span
from headway.records import Claim


def claim(**change: object) -> Claim:
    facts = {
        "id": "c",
        "who": "W",
        "date": date(2026, 1, 1),
        "kind": "gap_months",
        "unit": "months",
    }
    return Claim.model_validate({**facts, **change})


@pytest.mark.parametrize(
    ("value", "text"),
    [(6.25, "6.2"), (-1.26, "−1.3"), (-0.04, "0.0"), (0, "0.0"), (None, "–"), (float("nan"), "–")],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (4.9, 7.8, "4.9–7.8"),
        (-1.2, 2.3, "−1.2 to 2.3"),
        (4.9, None, "≥ 4.9"),
        (None, 7.8, "≤ 7.8"),
        (None, None, "–"),
    ],
)
def test_span(low, high, text):
    assert span(low, high, join="–") == text


@pytest.mark.parametrize(
    ("median", "at_least", "said"),
    [
        (6.4, None, "Open models are 6.4 months behind closed ones"),
        (-2.0, None, "Open models are 2.0 months ahead of closed ones"),
        (0.01, None, "Open models are level with closed ones"),
        (None, 11.2, "Open models are at least 11.2 months behind closed ones"),
        (None, None, "Open models are ahead of closed ones"),
    ],
)
def test_distance_says_the_direction(median, at_least, said):
    months = Interval(median, None, None, 0.9)
    assert distance("closed", "open", months, at_least=at_least) == said


def test_distance_of_one_model_is_singular():
    months = Interval(5.9, 5.2, 10.4, 0.9)
    said = distance("country:US", "DeepSeek V4 Pro", months)
    assert said == "DeepSeek V4 Pro is 5.9 months behind US models"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("country:CN", "Chinese models"),
        ("country:FR", "models from FR"),
        ("org:OpenAI", "models of OpenAI"),
        ("open & params<=32B", "models in “open & params<=32B”"),
    ],
)
def test_group(expression, said):
    assert group(expression) == said


def test_interval_says_which_bound_is_missing():
    assert interval(Interval(6.4, 4.9, 7.8, 0.9)) == "90% interval 4.9 to 7.8"
    assert interval(Interval(6.4, 4.9, None, 0.9)) == "90% interval 4.9 or more"
    assert interval(Interval(6.4, None, 7.8, 0.8)) == "80% interval 7.8 or less"
    assert "neither side" in interval(Interval(None, None, None, 0.9))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value": 3.5, "low": 1.1, "high": 5.3}, "3.5 (1.1 to 5.3) months"),
        ({"value": 8}, "8 months"),
        ({"low": 8, "high": 10}, "8 to 10 months"),
        ({"value": 7.5, "low": 4.1}, "7.5 (≥ 4.1) months"),
        ({"value": -0.51, "low": -2.84, "high": 1.7}, "−0.51 (−2.84 to 1.7) months"),
        ({"unit": "sign: widening"}, "sign: widening"),
        ({"unit": None}, "no number"),
    ],
)
def test_a_claim_keeps_its_published_digits(change, text):
    assert says(claim(**change)) == text


def test_clean_takes_what_steers_a_terminal_and_leaves_the_rest():
    assert clean("\x1b[31ma\r\nb\u202ec\u200b\x9b") == "?[31ma??b?c??"
    assert clean("智谱 GLM–4 é “x” [bold]") == "智谱 GLM–4 é “x” [bold]"


def test_day_does_not_follow_the_locale():
    assert day(date(2026, 10, 1)) == "1 October 2026"
