"""The one tree of errors: ``str(error)`` is one sentence that helps; the CLI exits with 2."""

from __future__ import annotations

__all__ = [
    "DataError",
    "DesignError",
    "GapError",
    "GatewayError",
    "HarnessError",
    "HarnessGoneError",
    "HeadwayError",
    "LaunchError",
    "LedgerError",
    "LensError",
    "MissingExtraError",
    "ProfileError",
    "RunError",
    "SandboxError",
    "ScaleError",
    "TaskError",
    "UnknownNameError",
]


class HeadwayError(Exception):
    """Root of every error that Headway raises on purpose."""


class DataError(HeadwayError):
    """A file, a row or a column of somebody's data is wrong."""


class LedgerError(DataError):
    """A ledger, a snapshot or a store is broken or missing."""


class LensError(HeadwayError):
    """A lens file or one of its choices is wrong."""


class UnknownNameError(HeadwayError):
    """A name that nothing has; the sentence offers the nearest ones."""


class ScaleError(HeadwayError):
    """A scale cannot be fitted to this evidence."""


class GapError(HeadwayError):
    """A gap cannot be measured between these groups."""


class ProfileError(HeadwayError):
    """A profile of a model is wrong, or does not fit a harness."""


class GatewayError(HeadwayError):
    """The gateway of a run cannot start or go on."""


class TaskError(HeadwayError):
    """A task folder is wrong, or asks for what no sandbox here gives."""


class RunError(HeadwayError):
    """A run cannot start, or its record is broken or missing."""


class LaunchError(HeadwayError):
    """The runs of a design cannot be launched, or their folder is in use or of another kind."""


class DesignError(HeadwayError):
    """A design is wrong, or is not what it was when its runs were planned."""


class HarnessError(HeadwayError):
    """A harness is wrong, is not installed, or cannot be."""


class SandboxError(HeadwayError):
    """A sandbox cannot be had on this machine, or its supervisor was lost."""


class HarnessGoneError(GatewayError):
    """The harness left before its reply was whole."""


class MissingExtraError(HeadwayError):
    """An optional library is not installed; the sentence names the extra."""
