"""The reference points of the published Epoch Capabilities Index of August 2026."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from headway.gap.rules import RULES
from headway.gap.series import daily_lag
from headway.gap.world import world


def ordinal(text):
    return date.fromisoformat(str(text)).toordinal()


@pytest.fixture(scope="module")
def published(shared):
    return pl.read_csv(shared / "data" / "epoch_eci_2026-08" / "eci_scores.csv")


def closed_and_open(table, window, **dates):
    """The published world; `dates` moves models to other days."""
    day = [ordinal(dates.get(m, d)) for m, d in table.select("Model", "date").iter_rows()]
    group = table["Accessibility group"].to_numpy()
    span = (ordinal(window[0]), ordinal(window[1]))
    return world(
        table["eci"].to_numpy(), day, group == "Closed weights", group == "Open weights", span
    )


@pytest.mark.parametrize(
    ("model", "months"), [("Kimi K2.6", 5.0), ("GLM-5.2", 6.9), ("Kimi K3", 4.4)]
)
def test_months_since_the_first_closed_model_above(published, model, months):
    w = closed_and_open(published, ("2026-01-01", "2026-08-11"))
    column = published["Model"].to_list().index(model)
    assert RULES["release"](w, follower=column).low[0] == pytest.approx(months, abs=0.05)


WINDOW = ("2026-01-01", "2026-05-28")


def test_one_wrong_date_moves_the_strict_daily_gap(published):
    """The file has o3 on its announcement of 2024-12-20; it was released on 2025-04-16."""
    as_is = RULES["daily"](closed_and_open(published, WINDOW)).mid[0]
    assert as_is == pytest.approx(12.4, abs=0.05)
    announced = closed_and_open(published, WINDOW, o3="2024-12-20")
    assert RULES["daily"](announced).mid[0] == as_is
    released = RULES["daily"](closed_and_open(published, WINDOW, o3="2025-04-16")).mid[0]
    # With the later date Gemini 2.5 Pro (2025-03-25) is the newest record that January reached.
    assert released == pytest.approx(9.607, abs=0.005)


def test_two_records_of_one_day(published):
    """The published 9.5 counts o4-mini (146.31) as a record beside o3 (146.90) of the same day."""
    w = closed_and_open(published, WINDOW, o3="2025-04-16")
    assert RULES["daily"](w, same_day="each").mid[0] == pytest.approx(9.5, abs=0.05)


def test_what_the_daily_gap_is_made_of(published):
    lag = daily_lag(closed_and_open(published, WINDOW, o3="2025-04-16"))
    since = {str(date.fromordinal(int(day))) for day in np.unique(lag.days - lag.lag[0])}
    assert since == {"2025-03-25", "2025-04-16", "2025-10-07"}
