"""A registry's own client, run in a cleared environment: what npm and pip have in common."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from headway.errors import HarnessError

__all__ = ["ask"]

_LONGEST = 1800.0  # seconds


def ask(
    name: str, argv: Sequence[str], folder: Path, kept: Sequence[str], env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a client and wait for it.

    Parameters
    ----------
    name : str
        What it is called in a sentence.
    argv : sequence of str
    folder : Path
        Where it runs.
    kept : sequence of str
        Variables of the user's environment that it gets, in capitals: how the network is reached.
    env : dict of str to str
        All else that it gets.

    Raises
    ------
    HarnessError
        If it gives no answer for half an hour.
    """
    own = {key: value for key, value in os.environ.items() if key.upper() in kept}
    try:
        return subprocess.run(  # noqa: S603 - the client, with words of a harness file
            list(argv),
            cwd=folder,
            env=own | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST,
            umask=0o022,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HarnessError(f"{name} gave no answer for half an hour and was stopped.") from None
