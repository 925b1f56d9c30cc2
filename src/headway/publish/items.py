"""An item scale for people and programs: abilities of models, slopes and difficulties of items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from headway.publish.abilities import LEVEL, ability_table, model_rows, notes, unshown
from headway.publish.table import prose

if TYPE_CHECKING:
    from headway.scale.items import ItemScale
    from headway.scale.items.matrix import Matrix
    from headway.sources.responses import ResponseTable


def has_items(path: Path | None, name: str) -> bool:
    """Whether a scale is to be fitted to single items: by its name, or by the file's columns.

    Raises
    ------
    DataError
        If the scale needs responses and there is no file, or the file cannot be read.
    """
    from headway.errors import DataError
    from headway.sources.reading import read_raw

    of_items = name in {"two_pl", "three_pl"}
    if of_items and path is None:
        raise DataError(
            f"The scale {name!r} is fitted to answers to single items, which the ledger does not "
            "hold: pass --data FILE with columns model, item, successes, trials."
        )
    return of_items or (path is not None and name == "rasch" and "item" in read_raw(path).header)


def fit_items(
    data: Path | ResponseTable, name: str, *, draws: int = 500, method: str | None = None
) -> ItemScale:
    """Abilities from answers to single items.

    Parameters
    ----------
    data
        Tidy responses: ``model``, ``item``, ``successes`` and ``trials`` (one where it is absent);
        their file, of which a vast one is never held whole.
    name
        ``rasch``, ``two_pl`` or ``three_pl``.
    draws
        Joint draws for the intervals; of each chain for ``bayes``.
    method
        ``integrated``, ``joint``, ``marginal`` or ``bayes``; by default it follows the data.

    Raises
    ------
    DataError
        If the file cannot be read as responses.
    MissingExtraError
        If it is to be sampled without the libraries for it.
    ScaleError
        If models share no items, or there is nothing to fit.
    """
    from headway.scale import items
    from headway.scale.responses import Responses
    from headway.sources.codes import vast
    from headway.sources.responses import ResponseTable, table_of

    fits = {"rasch": items.rasch_items, "two_pl": items.two_pl, "three_pl": items.three_pl}
    if method != "bayes" and not isinstance(data, ResponseTable) and vast(data):
        with _coded(data) as answers:
            return fits[name](answers, draws=draws, method=method)
    columns: Mapping[str, Any] = table_of(data).columns
    # Labels tell attempts at one item apart, which are then added up.
    told = {key: values for key, values in columns.items() if key != "weight"}
    responses = Responses.build(told).by_cell()
    if method == "bayes":
        from headway.scale.bayes import bayes_items
        from headway.scale.items.choose import GUESS

        floor = GUESS if name == "three_pl" else 0.0
        return bayes_items(responses, slopes=name != "rasch", floor=floor, draws=draws)
    return fits[name](responses, draws=draws, method=method)


@contextmanager
def _coded(path: Path) -> Iterator[Matrix]:
    """Answers as a byte a cell on disk, for as long as they are needed."""
    from headway.scale.items.matrix import Matrix
    from headway.sources.codes import read_codes

    with TemporaryDirectory() as folder:
        read = read_codes(path, Path(folder) / "codes")
        yield Matrix.of_codes(read.code, read.models, read.items)


def items_document(scale: ItemScale) -> dict[str, Any]:
    """The scale as ``headway scale --json`` gives it: ``items`` in place of benchmarks."""
    return {
        "scale": scale.name,
        "unit": scale.unit,
        "level": LEVEL,
        "loglik": scale.loglik,
        "method": scale.method,
        "gauge": scale.gauge,
        "n_models": len(scale.models),
        "n_items": len(scale.items),
        "n_responses": scale.n_responses,
        "models": model_rows(scale),
        "items": [
            {"item": item, "a": float(a), "b": float(b)}
            | ({} if scale.c is None else {"c": float(scale.c[j])})
            for j, (item, a, b) in enumerate(zip(scale.items, scale.a, scale.b, strict=True))
        ],
        "cautions": list(scale.cautions),
    }


def items_text(document: dict[str, Any]) -> str:
    """The most able models with their intervals, and how the scale was made."""
    parts = ability_table(document), notes(document), prose(_closing(document))
    return "\n\n".join(part for part in parts if part)


def _closing(document: dict[str, Any]) -> str:
    return (
        f"{unshown(document)}Scale {document['scale']}: {document['n_models']} models, "
        f"{document['n_items']} items, {document['n_responses']:,} cells. "
        f"Method: {document['method']}. Gauge: {document['gauge']}."
    )
