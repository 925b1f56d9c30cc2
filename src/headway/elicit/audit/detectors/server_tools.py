"""Web search or fetch on the server's side: ``server_tools``.

From the log of the wire: a request that offers such a tool (declared), one that the gateway refused
for it, and a reply that shows that the server ran one (used); and from the trajectory: a harness's
search tool that the model called. Only use tampers. A server that searches without saying so in its
reply cannot be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from headway.elicit.audit.evidence import Evidence
from headway.elicit.record import Finding

__all__ = ["detect"]


def detect(evidence: Evidence) -> Iterator[Finding]:
    """Tools of the server, one a step and the first of each kind of trace."""
    served = evidence.served
    for uses, said, tampers in (
        (served.used, "used", True),
        (served.declared[:1], "declared", False),
        (served.refused[:1], "refused by the gateway", False),
    ):
        seen: set[int] = set()
        for use in uses:
            if use.exchange not in seen:
                seen.add(use.exchange)
                yield evidence.finding(
                    "server_tools", use.exchange, f"{said}: {use.name}", tampers=tampers
                )
    for action in evidence.actions:
        if action.kind == "search":
            yield evidence.finding(
                "server_tools", action.step, f"search for {action.shown}", tampers=False
            )
