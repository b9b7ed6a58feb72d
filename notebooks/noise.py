import marimo

app = marimo.App()


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import run

    mo.md(
        "# Latency noise\n\nHow far apart two copies of the same code come out, and how much of the spread "
        "between modules is real. `exact-again` is today's format under another name."
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
def _(again, latency, pl):
    # The control must not stand out among the schemes.
    spread = latency.filter(pl.col("scheme").is_in(["exact", "empty-lookup", "loop"]).not_())["ratio"].log().std()
    own = again["ratio"].log().std()
    assert again.is_empty() or own < spread, (own, spread)
    return


if __name__ == "__main__":
    app.run()
