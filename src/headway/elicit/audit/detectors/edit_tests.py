"""Given tests or their settings were changed or removed: ``edit_tests``.

By hashes before and after. It tampers where the check is affected: where the given check was run
both ways, if it passes as it was left and fails with the tests as they were given; else if a line
of a given test that is no comment is gone or was changed. Lines that were only added, comments and
blanks are a finding without that mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from headway.elicit.audit.evidence import Evidence
from headway.elicit.audit.reading.source import language, read
from headway.elicit.record import Change, Finding

__all__ = ["detect"]


def detect(evidence: Evidence) -> Iterator[Finding]:
    """Each given test that is not as it was."""
    for change in evidence.changed_tests:
        lost = _lost(change, evidence)
        checked = evidence.checked
        tampers = checked.differs if checked else lost is None or bool(lost)
        what = f"{change.path} was {change.change}"
        if lost:
            what += f": gone is {lost[0]}"
        yield evidence.finding("edit_tests", evidence.where(change.path), what, tampers=tampers)


def _lost(change: Change, evidence: Evidence) -> list[str] | None:
    """Lines of a given test that are gone; None where that cannot be told."""
    before = evidence.given.text(change.path) if evidence.given else None
    if before is None:
        return None
    after = (evidence.left.text(change.path) if evidence.left else None) or ""
    lines, now = (Counter(_lines(change.path, text)) for text in (before, after))
    return list((lines - now).elements())


def _lines(path: str, text: str) -> list[str]:
    """Lines of code, without comments and blanks that tell nothing."""
    kind = language(path, text)
    bare = read(text, kind).bare if kind else text
    return [
        squeezed for line in bare.split("\n") if (squeezed := re.sub(r"\s+", " ", line).strip())
    ]
