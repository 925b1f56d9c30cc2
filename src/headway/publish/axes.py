"""What the picture of a gap shows, and where on it a day and an ability lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from headway.publish.chart import AXIS, BODY, QUIET

# Okabe and Ito's blue and vermilion: told apart with every common colour blindness and in grey;
# the shapes differ as well.
COLOURS = {"leaders": "#0072B2", "followers": "#D55E00"}
WIDTH, HEIGHT = 760, 440
Row = Mapping[str, Any]


@dataclass(frozen=True)
class FrontierData:
    """All that :func:`frontier_spec` draws.

    Attributes
    ----------
    title, subtitle : str
        The answer in one sentence, and how it was found.
    leaders, followers : str
        Names of the groups for the legend.
    unit : str
        Unit of the ability axis.
    models : tuple of rows
        name, date (ISO), ability, low, high, group ("leaders" or "followers"), record (bool).
    bands : tuple of rows
        date, group, low, median, high: the interval of each frontier on that day.
    pairs : tuple of rows
        leader, follower, level, leader_date, follower_date, months.
    start, end : str
        First and last day of the picture, ISO.
    since : str
        First day that the answer is about, ISO.
    snapshot : str
        Id of the evidence.
    """

    title: str
    subtitle: str
    leaders: str
    followers: str
    unit: str
    models: tuple[Row, ...]
    bands: tuple[Row, ...]
    pairs: tuple[Row, ...]
    start: str
    end: str
    since: str
    snapshot: str


@dataclass(frozen=True)
class Axes:
    """The window of the picture, and pixels for its days and abilities."""

    start: int
    end: int
    bottom: float
    top: float
    unit: str

    @classmethod
    def of(cls, data: FrontierData) -> Axes:
        """Axes that hold both frontiers with their bands, and the models near them."""
        # The weakest records end the picture: below them both frontiers would be squeezed.
        records = [m["ability"] for m in data.models if m["record"]]
        highs = [b["high"] for b in data.bands]
        floor, top = min(records, default=0.0), max([*records, *highs], default=1.0)
        room = (top - floor) * 0.05 or 1.0
        start, end = date.fromisoformat(data.start), date.fromisoformat(data.end)
        return cls(start.toordinal(), end.toordinal() + 20, floor - room, top + room, data.unit)

    def x(self, day: str) -> float:
        """Pixels from the left edge to an ISO day."""
        place = date.fromisoformat(day).toordinal() - self.start
        return place / max(self.end - self.start, 1) * WIDTH

    def y(self, ability: float) -> float:
        """Pixels from the top edge to an ability."""
        return (self.top - ability) / (self.top - self.bottom) * HEIGHT

    def days(self, field: str) -> dict[str, Any]:
        """The horizontal encoding of a field of days."""
        first, last = (date.fromordinal(d).isoformat() for d in (self.start, self.end))
        return {
            "field": field,
            "type": "temporal",
            "scale": {"domain": [first, last]},
            "axis": {
                "title": None,
                "grid": False,
                "format": "%b %Y",
                "tickCount": 8,
                "labelFontSize": BODY,
                "labelColor": QUIET,
                "domainColor": QUIET,
                "tickColor": QUIET,
            },
        }

    def abilities(self, field: str) -> dict[str, Any]:
        """The vertical encoding of a field of abilities."""
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"domain": [self.bottom, self.top], "zero": False, "nice": False},
            "axis": {
                "title": f"Ability ({self.unit})",
                **AXIS,
                "domain": False,
                "tickCount": 6,
            },
        }
