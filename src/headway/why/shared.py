"""Published sets of single answers, each in its own form, to one tidy table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.errors import DataError

if TYPE_CHECKING:
    import polars as pl

NAMES = ("model", "item", "harness", "successes", "trials", "openness", "date")


def read_shared(folder: Path, known: Mapping[str, Any]) -> pl.DataFrame:
    """Read one of the sets of ``harness.toml``.

    Parameters
    ----------
    folder : path
        Holds a folder ``data`` with one folder a set.
    known : mapping
        Its entry in ``harness.toml``.

    Returns
    -------
    DataFrame
        Columns ``model``, ``item``, ``harness``, ``successes``, ``trials``, ``openness`` (open,
        closed or null: not stated by the set) and ``date`` (of the run, or null).

    Raises
    ------
    DataError
        If a file of the set is missing.
    """
    import polars as pl

    place = folder / "data" / known["folder"]
    try:
        table = _READERS[known["reader"]](place)
    except FileNotFoundError as error:
        raise DataError(f"{place}: a file of {known['name']} is missing ({error}).") from error
    blank = [
        pl.lit(None, pl.String).alias(n) for n in ("openness", "date") if n not in table.columns
    ]
    counts = [pl.col(n).cast(pl.Float64) for n in ("successes", "trials")]
    return table.with_columns(*blank, *counts).select(NAMES).sort("model", "harness", "item")


def _terminal_bench(place: Path) -> pl.DataFrame:
    import polars as pl

    meta = pl.read_csv(place / "terminalbench_leaderboard_meta.csv")
    dates = {_slug(url): day for url, day in meta.select("detail_url", "harness_date").iter_rows()}
    rows = pl.read_csv(place / "terminalbench_counts.csv.gz")
    day = pl.col("subject_id").replace_strict(dates, default=None, return_dtype=pl.String)
    return _subjects(place, rows, "terminalbench_counts").with_columns(date=day)


def _slug(url: str) -> str:
    """The name of a subject as the counts have it, from the address of its page."""
    from urllib.parse import unquote

    parts = [unquote(part) for part in url.split("/")]
    text = f"{parts[-3]}_{parts[-1]}".casefold().replace("@", "_at_")
    return re.sub(r"[ .]", "_", text)


def _swe_bench(place: Path) -> pl.DataFrame:
    import polars as pl

    rows = pl.read_csv(place / "swebench_verified_binary.csv.gz")
    day = pl.col("subject_id").str.slice(0, 8).str.to_date("%Y%m%d", strict=False).dt.to_string()
    return _subjects(place, _single(rows), "swebench_verified").with_columns(date=day)


def _swe_bench_pro(place: Path) -> pl.DataFrame:
    import polars as pl

    return _subjects(
        place, _single(pl.read_csv(place / "swebench_pro_binary.csv.gz")), "swebench_pro"
    )


def _gso(place: Path) -> pl.DataFrame:
    import polars as pl

    return _subjects(place, _single(pl.read_csv(place / "gso_binary.csv.gz")), "gso")


def _single(rows: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return rows.rename({"resolved": "successes"}).with_columns(trials=pl.lit(1))


def _subjects(place: Path, rows: pl.DataFrame, benchmark: str) -> pl.DataFrame:
    """Name model and harness of each subject; those of several models at once are dropped."""
    import polars as pl

    subjects = pl.read_csv(place / "subjects.csv").filter(pl.col("benchmark") == benchmark)
    named = subjects.drop_nulls(["model", "harness"]).select("subject_id", "model", "harness")
    return rows.join(named, on="subject_id").rename({"item_id": "item"})


def _openhands(place: Path) -> pl.DataFrame:
    import polars as pl

    runs = pl.read_csv(place / "runs.csv", infer_schema_length=None)
    weights = {"open_weights": "open", "closed_api_available": "closed"}
    side = pl.col("openness").replace_strict(weights, default=None, return_dtype=pl.String)
    sides = runs.select("model", "harness", side).unique(["model", "harness"], keep="first")
    days = pl.read_csv(place / "scores.csv").select(
        "model", "harness", "benchmark", pl.col("submission_time").str.slice(0, 10).alias("date")
    )
    days = days.unique(["model", "harness", "benchmark"], keep="first", maintain_order=True)
    rows = pl.read_csv(place / "items.csv.gz").drop_nulls("resolved")
    joined = rows.join(sides, on=["model", "harness"], how="left").join(
        days, on=["model", "harness", "benchmark"], how="left"
    )
    return joined.select(
        "model",
        (pl.col("benchmark") + "/" + pl.col("item_id")).alias("item"),
        "harness",
        pl.col("resolved").alias("successes"),
        pl.lit(1).alias("trials"),
        "openness",
        "date",
    )


def _harness_bench(place: Path) -> pl.DataFrame:
    """Whole runs only; items of two versions of the task set are different items."""
    import polars as pl

    runs = pl.read_csv(place / "runs.csv", infer_schema_length=None)
    whole = runs.filter(pl.col("full").cast(pl.String).str.to_lowercase() == "true")
    rows = pl.read_csv(place / "items.csv.gz", infer_schema_length=None).join(whole, on="run")
    item = pl.col("task_set_version") + "/" + pl.col("item_id")
    keys = [
        pl.col("model_mapped").alias("model"),
        item.alias("item"),
        pl.col("harness_mapped").alias("harness"),
    ]
    counts = [pl.col("passed").sum().alias("successes"), pl.len().alias("trials")]
    return rows.group_by(keys).agg(counts)


_READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    "terminal_bench": _terminal_bench,
    "swe_bench": _swe_bench,
    "swe_bench_pro": _swe_bench_pro,
    "gso": _gso,
    "openhands": _openhands,
    "harness_bench": _harness_bench,
}
