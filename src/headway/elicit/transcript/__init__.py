"""A run as a person reads it: who said what, from the log of the wire, in every wire format."""

from headway.elicit.transcript.exchange import Exchange, parse
from headway.elicit.transcript.thread import Step, steps
from headway.elicit.transcript.trajectory import Entry, Trajectory, entries
from headway.elicit.transcript.turns import Part, Reply, Turn, arguments

__all__ = [
    "Entry",
    "Exchange",
    "Part",
    "Reply",
    "Step",
    "Trajectory",
    "Turn",
    "arguments",
    "entries",
    "parse",
    "steps",
]
