"""What a run did that its score should not be believed for, each with step and evidence."""

from headway.elicit.audit.again import Known, audit, ended, examined
from headway.elicit.audit.check import check
from headway.elicit.audit.evidence import Checked, Evidence
from headway.elicit.audit.gather import gather
from headway.elicit.audit.look import KINDS, Audit, look

__all__ = [
    "KINDS",
    "Audit",
    "Checked",
    "Evidence",
    "Known",
    "audit",
    "check",
    "ended",
    "examined",
    "gather",
    "look",
]
