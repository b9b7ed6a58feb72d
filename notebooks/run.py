"""Where the notebooks find a run: STACKMAP_RUN, or else the published one."""

import os
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """The results folder; an error says how to get one."""
    run = Path(os.environ.get("STACKMAP_RUN", ROOT / "reports" / "published"))
    if not (run / "size.csv").exists():
        raise SystemExit(f"{run}: no size.csv here; make a run with `just bench-all` and name its folder in STACKMAP_RUN")
    return run


def table(name: str) -> pl.DataFrame:
    """One CSV of the run, all of it read before types are guessed."""
    rows = pl.read_csv(folder() / name, infer_schema_length=None)
    # A column without any value passes for text; what is unknown here are numbers.
    unknown = [column for column in rows.columns if 0 < rows.height == rows[column].null_count()]
    return rows.with_columns(pl.col(unknown).cast(pl.Float64))


def machines() -> pl.DataFrame:
    """The machine of each run; no rows if the runs were not written down."""
    if (folder() / "runs.csv").exists():
        return table("runs.csv").select("run", "machine")
    return pl.DataFrame(schema={"run": pl.String, "machine": pl.String})


def wild_sizes() -> pl.DataFrame:
    """Sizes on the modules of the headline: wild, x86_64, copying collector."""
    headline = (pl.col("tier") == "wild") & (pl.col("isa") == "x86_64") & (pl.col("collector") == "copying")
    return table("size.csv").filter(headline)
