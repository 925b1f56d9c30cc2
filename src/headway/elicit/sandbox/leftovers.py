"""Removal of what supervisors left that were killed."""

from __future__ import annotations

import time

from headway.elicit.sandbox import cgroups

__all__ = ["sweep"]


def sweep() -> list[str]:
    """Remove the cgroups of dead supervisors; everything else went with them.

    Mounts lie in the supervisor's own mount namespace, processes in its sandbox's process
    namespace, and the kernel ends both.

    Returns
    -------
    list of str
        Names of the supervisors that were swept up after.
    """
    found = cgroups.leftovers()
    for group in found.values():
        group.kill()
    for group in found.values():
        until = time.monotonic() + 10
        while group.members() and time.monotonic() < until:
            time.sleep(0.002)
        group.remove()
    return sorted(found)
