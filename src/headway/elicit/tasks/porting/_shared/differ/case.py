"""One case of a differential test.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """Arguments, standard input and files of one run; ``outputs`` are files that are compared, too."""

    cluster: str
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    kind: str = "valid"
