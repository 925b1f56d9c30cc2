"""Help pages: labels at the left, explanations beside them, at most 80 columns, no colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.table import cells_wide, prose

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_INDENT, _COLUMN = 2, 20


class HelpPage:
    """How cyclopts prints our help (its protocol of a help formatter)."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one group of commands or options."""
        del options
        if panel.entries:
            lines = [_entry(entry, command=panel.format == "command") for entry in panel.entries]
            _print(console, "\n".join([f"{panel.title}:", *lines, ""]))

    def render_usage(self, console: Console, options: ConsoleOptions, usage: object) -> None:
        """Print how the command is called."""
        del options
        if usage:
            text = str(usage).strip().removeprefix("Usage:").strip()
            _print(console, prose(text, first="Usage: ") + "\n")

    def render_description(self, console: Console, options: ConsoleOptions, text: object) -> None:
        """Print what the command does, with its example."""
        del options
        parts = [prose(" ".join(part.split())) for part in _plain(text).split("\n\n")]
        _print(console, "\n\n".join(parts) + "\n")


def _entry(entry: HelpEntry, *, command: bool) -> str:
    labels = entry.all_options if command else entry.display_labels_with_metavar
    label = " " * _INDENT + ", ".join(labels)
    about = prose(" ".join(" ".join(_about(entry)).split()), first=" " * _COLUMN)
    if cells_wide(label) < _COLUMN:
        return label + about[cells_wide(label) :]
    return f"{label}\n{about}"


def _about(entry: HelpEntry) -> list[str]:
    parts = [_plain(entry.description)]
    if entry.choices:
        parts.append(f"One of {', '.join(entry.choices)}.")
    if entry.default is not None:
        parts.append(f"Default: {entry.default}.")
    if entry.required:
        parts.append("Required.")
    return parts


def _plain(text: Any) -> str:
    # cyclopts wraps plain text in objects of its own and of rich.
    inner = getattr(text, "primary_renderable", text)
    return str(getattr(inner, "plain", inner) or "").strip()


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
