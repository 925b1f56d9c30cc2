"""What a scale says of answers that nobody has seen: unrun cells, scores, items still needed."""

from headway.scale.predict.plan import Need, items_needed
from headway.scale.predict.scores import Score, cells, items_of, new_item, score
from headway.scale.predict.worlds import Worlds, worlds

__all__ = [
    "Need",
    "Score",
    "Worlds",
    "cells",
    "items_needed",
    "items_of",
    "new_item",
    "score",
    "worlds",
]
