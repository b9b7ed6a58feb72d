import marimo

app = marimo.App()


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import run

    mo.md(
        "# Latency noise\n\nHow far apart two copies of the same code come out, how far apart runs do, and how much of "
        "the spread between modules is real. `exact-again` is today's format under another name."
    )
    return alt, mo, pl, run


@app.cell
def _(pl, run):
    latency = run.table("latency.csv").filter(pl.col("timed") == "visit")
    again = latency.filter(pl.col("scheme") == "exact-again")
    width = (pl.col("ratio_hi") / pl.col("ratio_lo")).log() / 2
    by_scenario = (
        again.group_by("tier", "queries", "cache")
        .agg(
            pl.len().alias("modules"),
            pl.col("runs").min().alias("runs"),
            pl.col("ratio").log().abs().mean().alias("mean distance from 1"),
            width.mean().alias("mean half-width of the interval"),
            (pl.col("ratio_lo").le(1) & pl.col("ratio_hi").ge(1)).mean().alias("intervals that hold 1"),
        )
        .sort("tier", "queries", "cache")
    )
    by_scenario
    return again, latency


@app.cell
def _(again, alt):
    alt.Chart(again).mark_rule().encode(
        x=alt.X("ratio_lo", scale=alt.Scale(zero=False), title="interval of exact-again over exact"),
        x2="ratio_hi",
        y="module",
        color="cache",
    )
    return


@app.cell
def _(mo, pl, run):
    # What each run found over all modules, and what the others said beforehand.
    told = run.table("left-out.csv")
    mo.stop(told.is_empty(), "fewer than three runs")
    left_out = told.with_columns(pl.col("ratio").log().alias("log"))
    of_runs = (
        left_out.group_by("tier", "queries", "cache", "scheme")
        .agg(
            pl.len().alias("runs"),
            pl.col("log").mean().exp().alias("mean ratio"),
            pl.col("log").std().alias("standard deviation between runs"),
            pl.col("inside").mean().alias("runs inside the interval of the others"),
        )
        .sort("tier", "queries", "cache", "scheme")
    )
    of_runs
    return (left_out,)


@app.cell
def _(alt, left_out, pl):
    wild = left_out.filter(pl.col("tier") == "wild")
    alt.Chart(wild).mark_point().encode(
        x=alt.X("ratio", scale=alt.Scale(type="log", zero=False), title="ratio to exact, over all modules, run by run"),
        y="scheme",
        color="run",
        row="cache",
    )
    return


@app.cell
def _(again, latency, pl):
    # The control must not stand out among the schemes.
    spread = latency.filter(pl.col("scheme").is_in(["exact", "empty-lookup"]).not_())["ratio"].log().std()
    own = again["ratio"].log().std()
    assert again.is_empty() or own < spread, (own, spread)
    return


if __name__ == "__main__":
    app.run()
