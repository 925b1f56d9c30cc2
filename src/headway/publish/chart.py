"""What all charts share: type sizes, the source line, and saving in four forms."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

FONT = "Helvetica, Arial, DejaVu Sans, sans-serif"
HEAD, BODY, FOOT = 17, 12, 10
INK, QUIET = "#222222", "#666666"
FORMS = (".svg", ".png", ".pdf", ".html")
# What a quantitative axis looks like: quiet beside the marks.
AXIS = {
    "titleFontWeight": "normal",
    "titleFontSize": BODY,
    "titleColor": QUIET,
    "labelFontSize": BODY,
    "labelColor": QUIET,
    "gridColor": "#EEEEEE",
    "ticks": False,
}
ATTRIBUTION = "Data: Epoch AI (CC BY 4.0), CAISI/NIST."


def sheet(**parts: Any) -> dict[str, Any]:
    """A Vega-Lite specification on a white page."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": {"view": {"stroke": None}, "font": FONT, "background": "white"},
        "padding": 16,
        **parts,
    }


def heading(text: str | list[str], subtitle: str | list[str], **more: Any) -> dict[str, Any]:
    """A title that says what is seen, with how it was found below."""
    return {
        "text": text,
        "subtitle": subtitle,
        "anchor": "start",
        "frame": "group",
        "fontSize": HEAD,
        "color": INK,
        "subtitleFontSize": BODY,
        "subtitleColor": QUIET,
        "offset": 12,
        **more,
    }


def source_line(snapshot: str) -> str:
    """Attribution and the id that leads back to every cell."""
    return f"{ATTRIBUTION} Headway, snapshot {snapshot}."


def foot(snapshot: str, y: float = 0, x: float = 0, align: str = "left") -> dict[str, Any]:
    """A layer with the source line at a place of the chart, in pixels from its upper left."""
    mark = {"type": "text", "align": align, "baseline": "top", "fontSize": FOOT, "color": QUIET}
    return {
        "data": {"values": [{}]},
        "mark": {**mark, "text": source_line(snapshot)},
        "encoding": {"x": {"value": x}, "y": {"value": y}},
    }


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` characters."""
    return textwrap.wrap(text, width) or [""]


def check_path(path: Path) -> None:
    """Say what is wrong with a chart's path before any work is done for it.

    Raises
    ------
    DataError
        If the ending is not one of the four forms, or the folder does not exist.
    """
    if path.suffix.lower() not in FORMS:
        raise DataError(
            f"A plot ends in {', '.join(FORMS[:-1])} or {FORMS[-1]}, not “{path.name}”."
        )
    if not path.absolute().parent.is_dir():
        raise DataError(f"The folder of the plot {path} does not exist: make it first.")


def save(spec: dict[str, Any], path: Path) -> Path:
    """Draw a Vega-Lite specification into ``path``, whole or not at all.

    Raises
    ------
    MissingExtraError
        If vl-convert is not installed.
    DataError
        If the path is not usable.
    """
    check_path(path)
    from headway.ledger.disk import replace_file

    replace_file(path, _draw(_library(), path.suffix.lower(), json.dumps(spec)))
    return path


def _library() -> ModuleType:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError(
            "Plots need the extra “site”: run pip install 'headway[site]'."
        ) from error
    return vl_convert


def _draw(library: ModuleType, form: str, spec: str) -> bytes:
    forms: dict[str, Callable[[], str | bytes]] = {
        ".svg": lambda: library.vegalite_to_svg(spec),
        ".png": lambda: library.vegalite_to_png(spec, scale=2),
        ".pdf": lambda: library.vegalite_to_pdf(spec),
        ".html": lambda: _page(library.javascript_bundle(), spec),
    }
    drawn = forms[form]()
    return drawn.encode() if isinstance(drawn, str) else drawn


def _page(scripts: str, spec: str) -> str:
    """A page that carries its own scripts, so that it opens without a network."""
    # A name from a data file could close the script element and open one of its own; as an
    # escape of JSON the sign is the same text and nothing more.
    safe = spec.replace("<", "\\u003c")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Headway</title>\n'
        f"<script>{scripts}</script></head>\n"
        '<body><div id="chart"></div>\n'
        f'<script>vegaEmbed("#chart", {safe}, {{renderer: "svg", actions: false}});</script>\n'
        "</body></html>\n"
    )
