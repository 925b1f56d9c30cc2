"""Completion of commands and options in the shell."""

from __future__ import annotations

from typing import Literal

from headway.cli.options import Flag
from headway.errors import HeadwayError


def completion(
    shell: Literal["bash", "zsh", "fish", "powershell"] | None = None, /, *, install: Flag = False
) -> str:
    """Print or install the completion script of your shell.

    Example: headway completion bash --install

    Parameters
    ----------
    shell
        Which shell; without it, the one that you are using.
    install
        Write the script to the shell's own place and name it in its startup file.
    """
    from cyclopts.completion.detect import ShellDetectionError, detect_shell

    from headway.cli.app import app

    try:
        chosen = shell or detect_shell()
    except ShellDetectionError as error:
        raise HeadwayError("Which shell? Give bash, zsh, fish or powershell.") from error
    if not install:
        return app.generate_completion(shell=chosen)
    return f"Installed {app.install_completion(shell=chosen)}; open a new shell to use it."
