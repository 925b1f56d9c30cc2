"""A run as a person reads it: who said what, from the log of the wire, in every wire format."""

from headway.elicit.transcript.exchange import Exchange, parse
from headway.elicit.transcript.thread import Step, steps
from headway.elicit.transcript.turns import Part, Reply, Turn

__all__ = ["Exchange", "Part", "Reply", "Step", "Turn", "parse", "steps"]
