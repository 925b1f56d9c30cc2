"""Where text fits on a chart: greedy, most important first, what does not fit is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A text anchored at a pixel; ``align`` is left, center or right, vertically the middle."""

    text: str
    x: float
    y: float
    colour: str
    align: str = "left"
    size: int = 10
    bold: bool = False

    @property
    def box(self) -> Box:
        """Left, top, right and bottom edge in pixels, with an estimated width."""
        width = len(self.text) * self.size * (0.6 if self.bold else 0.56)
        left = self.x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return left, self.y - self.size * 0.6, left + width, self.y + self.size * 0.6


def place(
    labels: Iterable[Label], width: float, height: float, taken: Sequence[Box] = ()
) -> list[Label]:
    """Keep the labels that have room inside ``width`` x ``height``, moving them a little."""
    full: list[Box] = list(taken)
    kept: list[Label] = []
    for label in labels:
        for option in _options(label):
            if _inside(option.box, width, height) and not any(_meet(option.box, b) for b in full):
                kept.append(option)
                full.append(option.box)
                break
    return kept


def _options(label: Label) -> Iterable[Label]:
    yield label
    if label.align == "center":
        return
    step = -1 if label.align == "right" else 1
    yield replace(label, y=label.y + step * 5)
    yield replace(label, y=label.y + step * 12)
    mirror = "left" if label.align == "right" else "right"
    yield replace(label, x=label.x - step * 14, align=mirror)
    yield replace(label, x=label.x - step * 14, y=label.y + step * 8, align=mirror)


def _inside(box: Box, width: float, height: float) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= width + 40 and box[3] <= height


def _meet(a: Box, b: Box) -> bool:
    # A little air between neighbours on one line, so that two names do not read as one.
    return a[0] < b[2] + 4 and b[0] < a[2] + 4 and a[1] < b[3] and b[1] < a[3]
