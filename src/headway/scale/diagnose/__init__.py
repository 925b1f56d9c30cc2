"""Does an item scale fit its answers? Misfit, group shifts, dependence, dimensions, leverage."""

from headway.scale.diagnose.look import Look, look_at
from headway.scale.diagnose.report import Diagnosis, diagnose

__all__ = ["Diagnosis", "Look", "diagnose", "look_at"]
