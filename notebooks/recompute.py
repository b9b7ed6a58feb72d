import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import polars as pl

    import run
    import student

    mo.md(
        "# The ratios and their intervals, once more\n\nFrom the raw timings and sizes, by another program in another "
        "language, after METHODOLOGY.md: a scheme's time in a block is the mean of its two visits; its log-ratio to "
        "`exact` in the same block; the median over a process's blocks; the mean over a run's processes. Runs, or "
        "machines from three on, are the units: their mean, and Student's t over them. Geometric means over modules. "
        "The CSV files round to six decimals; so do we, and then no ratio may differ by 1e-9 and no end by 2e-6."
    )
    return pl, run, student


@app.cell
def _(pl, run):
    # One row per scheme, cell and unit of replication; `log` is its mean log-ratio.
    ENOUGH_MACHINES = 3
    samples = run.folder() / "samples.csv"
    cell = ["tier", "module", "isa", "collector", "queries", "cache", "timed"]
    told = run.table("latency.csv")
    units = None
    if samples.exists():
        raw = pl.read_csv(samples, infer_schema_length=None).filter(pl.col("chain") == "independent")
        times = raw.group_by(*cell, "run", "process", "block", "scheme").agg(
            (pl.col("ns") / pl.col("lookups")).mean().alias("ns"), pl.len().alias("visits")
        )
        base = times.filter(pl.col("scheme") == "exact").drop("scheme")
        paired = times.join(base, on=[*cell, "run", "process", "block"], suffix="_exact").filter(
            pl.col("visits") == pl.col("visits_exact")
        )
        runs = (
            paired.with_columns((pl.col("ns") / pl.col("ns_exact")).log().alias("log"))
            .group_by(*cell, "scheme", "run", "process")
            .agg(pl.col("log").median())
            .group_by(*cell, "scheme", "run")
            .agg(pl.col("log").mean())
            .join(run.machines(), on="run", how="left")
            .with_columns(pl.col("machine").fill_null(""))
        )
        machines = pl.col("machine").n_unique().over(*cell, "scheme")
        unit = pl.when(machines >= ENOUGH_MACHINES).then(pl.col("machine")).otherwise(pl.col("run"))
        units = runs.with_columns(unit.alias("unit")).group_by(*cell, "scheme", "unit").agg(pl.col("log").mean())
        print(f"{raw.height} timings of {runs['run'].n_unique()} runs on {runs['machine'].n_unique()} machines")
    else:
        # The published folder has no raw timings, and its ratios are rounded.
        print("no samples.csv in this folder: the ratios of latency.csv are taken as they are")
    return cell, told, units


@app.cell
def _(cell, pl, student, told, units):
    if units is None:
        logs = told.with_columns(pl.col("ratio").log().alias("log"))
    else:
        logs = units.group_by(*cell, "scheme").agg(pl.col("log").mean(), pl.col("log").std().alias("sd"), pl.len().alias("n"))
        both = told.join(logs, on=[*cell, "scheme"], how="left")
        worst = (both["ratio"] - both["log"].exp().round(6)).abs().max()
        assert both["log"].null_count() == 0, "a cell of latency.csv has no samples"
        assert worst < 1e-9, f"latency.csv differs by {worst}"
        ends = student.worst_end(both, "ratio_lo", "ratio_hi")
        assert ends < 2e-6, f"an interval of latency.csv differs by {ends}"
        print(f"{both.height} rows of latency.csv recomputed; largest differences {worst} (ratio) and {ends} (interval)")
    return (logs,)


@app.cell
def _(cell, logs, pl, run, student, units):
    # Small below 1,000 maps, medium up to 20,000, large above; and all of them.
    maps = run.table("modules.csv").select("module", "isa", "collector", "maps")
    size = (
        pl.when(pl.col("maps") < 1_000)
        .then(pl.lit("small"))
        .when(pl.col("maps") <= 20_000)
        .then(pl.lit("medium"))
        .otherwise(pl.lit("large"))
    )

    def by_stratum(table):
        sized = table.join(maps, on=["module", "isa", "collector"]).with_columns(size.alias("stratum"))
        return pl.concat([sized, sized.with_columns(pl.lit("all").alias("stratum"))])

    groups = ["scheme", "tier", "collector", "queries", "cache", "timed", "stratum"]
    pooled = by_stratum(logs).group_by(*groups, "isa").agg(
        pl.col("log").mean().exp().round(6).alias("again"), pl.len().alias("modules")
    )
    one_isa = run.table("pooled.csv").filter(~pl.col("isas").str.contains("+", literal=True))
    compared = one_isa.join(pooled, left_on=[*groups, "isas"], right_on=[*groups, "isa"])
    off = (compared["ratio"] - compared["again"]).abs().max()
    assert (compared["modules"] == compared["n_modules"]).all(), "a mean is over other modules"
    assert compared.height == one_isa.height, "a row of pooled.csv has no cells"
    assert off < (2e-6 if units is None else 1e-9), f"pooled.csv differs by {off}"
    print(f"{compared.height} means of pooled.csv recomputed; largest difference {off}")

    if units is not None:
        # Where every unit measured every module, the interval for these modules
        # is Student's t over the units' means.
        of_unit = by_stratum(units).group_by(*groups, "isa", "unit").agg(pl.col("log").mean(), pl.len().alias("modules"))
        spread = of_unit.group_by(*groups, "isa").agg(
            pl.col("log").mean(),
            pl.col("log").std().alias("sd"),
            pl.len().alias("n"),
            pl.col("modules").min().alias("fewest"),
        )
        rows = one_isa.join(spread, left_on=[*groups, "isas"], right_on=[*groups, "isa"])
        whole = rows.filter(pl.col("fewest") == pl.col("n_modules"))
        end = student.worst_end(whole, "here_lo", "here_hi")
        assert end < 2e-6, f"an interval of pooled.csv differs by {end}"
        print(f"{whole.height} of {rows.height} intervals over runs recomputed; largest difference {end}")
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
