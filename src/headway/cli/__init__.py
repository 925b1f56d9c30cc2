"""The command line: parse, call, print. What is printed is made in :mod:`headway.publish`."""

from __future__ import annotations

from headway.cli.app import main

__all__ = ["main"]
