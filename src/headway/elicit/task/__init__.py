"""Tasks in Harbor's folder format: read strictly, never run from here."""

from headway.elicit.task.config import TaskConfig
from headway.elicit.task.folder import TaskFile
from headway.elicit.task.load import Task, load
from headway.elicit.task.shelf import TWIN, find, shipped, suites

__all__ = ["TWIN", "Task", "TaskConfig", "TaskFile", "find", "load", "shipped", "suites"]
