"""`pooled`: answers to items and tables of scores in one likelihood that doubts single cells."""

from headway.scale.pooled.pool import pooled
from headway.scale.pooled.result import Pooled

__all__ = ["Pooled", "pooled"]
