"""Item scales: abilities of models and parameters of items from answers to single items."""

from headway.scale.items.choose import rasch_items, three_pl, two_pl
from headway.scale.items.result import ItemScale

__all__ = ["ItemScale", "rasch_items", "three_pl", "two_pl"]
