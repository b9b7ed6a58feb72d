import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import polars as pl

    import run

    mo.md(
        "# Your own weights\n\nThe decision is a weighted geometric mean of three ratios to today's format. "
        "Move the weights and see who wins. Only schemes that are exact stand."
    )
    return mo, pl, run


@app.cell
def _(mo):
    bytes_weight = mo.ui.slider(0, 1, 0.05, value=0.5, label="bytes")
    hot_weight = mo.ui.slider(0, 1, 0.05, value=0.25, label="hot lookups")
    cold_weight = mo.ui.slider(0, 1, 0.05, value=0.25, label="cold lookups")
    mo.vstack([bytes_weight, hot_weight, cold_weight])
    return bytes_weight, cold_weight, hot_weight


@app.cell
def _(pl, run):
    mean = pl.col("ratio").log().mean()
    sizes = run.wild_sizes().group_by("scheme").agg(mean.alias("bytes"))
    timed = run.table("latency.csv").filter(
        (pl.col("tier") == "wild")
        & (pl.col("isa") == "x86_64")
        & (pl.col("collector") == "copying")
        & (pl.col("queries") == "uniform")
        & (pl.col("timed") == "visit")
    )
    times = timed.group_by("scheme").agg(
        pl.col("ratio").filter(pl.col("cache") == "hot").log().mean().alias("hot"),
        pl.col("ratio").filter(pl.col("cache") == "cold").log().mean().alias("cold"),
    )
    facts = run.table("schemes.csv").rename({"name": "scheme"})
    logs = sizes.join(times, on="scheme", how="left").join(facts, on="scheme").with_columns(
        pl.when(pl.col("scheme") == "exact").then(0.0).otherwise(pl.col("hot")).alias("hot"),
        pl.when(pl.col("scheme") == "exact").then(0.0).otherwise(pl.col("cold")).alias("cold"),
    )
    stands = logs.filter(pl.col("exact") & ~pl.col("control"))
    return (stands,)


@app.cell
def _(bytes_weight, cold_weight, hot_weight, pl, stands):
    weights = {"bytes": bytes_weight.value, "hot": hot_weight.value, "cold": cold_weight.value}
    total = sum(weights.values()) or 1.0
    score = sum(pl.col(name).fill_null(0.0) * weight for name, weight in weights.items()) / total
    ranking = stands.select("scheme", score.exp().alias("score")).sort("score")
    ranking
    return (ranking,)


@app.cell
def _(ranking):
    assert ranking["score"].is_sorted() and ranking.height > 1
    return


if __name__ == "__main__":
    app.run()
