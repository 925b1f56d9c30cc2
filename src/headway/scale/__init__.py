"""Scales: how able each model is. Pure: arrays in, a frozen `Scale` out."""

from headway.scale.eci import eci
from headway.scale.rasch import rasch
from headway.scale.result import Scale
from headway.scale.table import Table

__all__ = ["Scale", "Table", "eci", "rasch"]
