import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import polars as pl

    import run

    mo.md(
        "# The headline ratios, once more\n\nFrom the raw timings and sizes, by another program in another language, "
        "after METHODOLOGY.md: a scheme's time in a block is the mean of its two visits; its log-ratio to `exact` in the "
        "same block; the median over a process's blocks; the mean over processes. Geometric means over modules. "
        "The CSV files round to six decimals; so do we, and then nothing may differ by 1e-9."
    )
    return pl, run


@app.cell
def _(pl, run):
    samples = run.folder() / "samples.csv"
    scenario = ["tier", "module", "isa", "collector", "queries", "cache", "timed"]
    told = run.table("latency.csv")
    if samples.exists():
        raw = pl.read_csv(samples, infer_schema_length=None).filter(pl.col("chain") == "independent")
        times = raw.group_by(*scenario, "process", "block", "scheme").agg(
            (pl.col("ns") / pl.col("lookups")).mean().alias("ns"), pl.len().alias("visits")
        )
        base = times.filter(pl.col("scheme") == "exact").drop("scheme")
        paired = times.join(base, on=[*scenario, "process", "block"], suffix="_exact").filter(
            pl.col("visits") == pl.col("visits_exact")
        )
        logs = (
            paired.with_columns((pl.col("ns") / pl.col("ns_exact")).log().alias("log"))
            .group_by(*scenario, "scheme", "process")
            .agg(pl.col("log").median())
            .group_by(*scenario, "scheme")
            .agg(pl.col("log").mean())
        )
        tolerance = 1e-9
        both = told.join(logs, on=[*scenario, "scheme"], how="left")
        worst = (both["ratio"] - both["log"].exp().round(6)).abs().max()
        assert both["log"].null_count() == 0, "a cell of latency.csv has no samples"
        assert worst < tolerance, f"latency.csv differs by {worst}"
        print(f"{both.height} ratios of latency.csv recomputed from {raw.height} timings; largest difference {worst}")
    else:
        # The published folder has no raw timings, and its ratios are rounded.
        logs = told.with_columns(pl.col("ratio").log().alias("log"))
        tolerance = 2e-6
        print("no samples.csv in this folder: the ratios of latency.csv are taken as they are")
    return logs, tolerance


@app.cell
def _(logs, pl, run, tolerance):
    groups = ["scheme", "tier", "collector", "queries", "cache", "timed"]
    pooled = logs.group_by(*groups, "isa").agg(
        pl.col("log").mean().exp().round(6).alias("again"), pl.len().alias("modules")
    )
    one_isa = run.table("pooled.csv").filter(~pl.col("isas").str.contains("+", literal=True))
    compared = one_isa.join(pooled, left_on=[*groups, "isas"], right_on=[*groups, "isa"])
    off = (compared["ratio"] - compared["again"]).abs().max()
    assert (compared["modules"] == compared["n_modules"]).all(), "a mean is over other modules"
    assert off < tolerance, f"pooled.csv differs by {off}"
    print(f"{compared.height} means of pooled.csv recomputed; largest difference {off}")
    return


@app.cell
def _(pl, run):
    sizes = run.table("size.csv")
    keys = ["module", "isa", "collector"]
    today = sizes.filter(pl.col("scheme") == "exact").select(*keys, pl.col("bytes").alias("today"))
    again = sizes.join(today, on=keys).filter(pl.col("today") > 0)
    worst_size = (again["ratio"] - again["bytes"] / again["today"]).abs().max()
    parts = sum(pl.col(f"bytes_{part}") for part in ["header", "index", "offsets", "payload", "padding"])
    assert worst_size < 1e-9, f"size.csv differs by {worst_size}"
    assert sizes.filter(parts != pl.col("bytes")).is_empty(), "parts do not add up"
    print(f"{again.height} ratios of size.csv recomputed; largest difference {worst_size}")
    return


if __name__ == "__main__":
    app.run()
